"""A signature inside a PDF: that it is there, covers all of it, and is told where it cannot be made."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from recommender.errors import RecommenderError
from recommender.web.paper import signature
from recommender.web.paper.pdf import pdf_of
from recommender.web.paper.signature import FIELD, sign_pdf, signer_of
from tests.support.needs import left_out

PASSWORD = "correct horse"


@pytest.fixture
def pyhanko() -> None:
    try:
        signature.import_module("pyhanko.sign.signers")
        signature.import_module("weasyprint")
    except (ImportError, OSError):
        left_out(signature.HOW_TO_INSTALL)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key of a clinic with a certificate that it made for itself."""
    key, today = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Board of a clinic")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, today - timedelta(1), today + timedelta(9))
    certificate = made.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    locked = BestAvailableEncryption(PASSWORD.encode())
    file = tmp_path / "board.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"board", key, certificate, None, locked))
    return file


@pytest.mark.usefixtures("pyhanko")
def test_a_signed_pdf_bears_a_pades_signature_over_all_of_it(key_file: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    made = pdf_of("<html lang=en><title>A book</title><h1>A book</h1></html>")
    signed = sign_pdf(made, signer_of(key_file, PASSWORD))
    assert signed.startswith(made), "what was signed stands as it was"
    (found,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert (found.field_name, found.sig_object["/SubFilter"]) == (FIELD, "/ETSI.CAdES.detached")
    trusted = ValidationContext(trust_roots=[found.signer_cert])
    checked = validate_pdf_signature(found, trusted)
    assert checked.intact and checked.valid and checked.coverage.name == "ENTIRE_FILE"
    altered = signed.replace(b"A book", b"B book") if b"A book" in signed else signed[:900] + b" " + signed[901:]
    (found,) = PdfFileReader(io.BytesIO(altered)).embedded_signatures
    assert not validate_pdf_signature(found, trusted).intact


@pytest.mark.usefixtures("pyhanko")
def test_a_key_that_cannot_be_opened_is_told_without_its_password(key_file: Path) -> None:
    with pytest.raises(RecommenderError, match="PDF_SIGNER_PASSWORD opens") as raised:
        signer_of(key_file, "hush-hush")
    assert "hush" not in str(raised.value)
    with pytest.raises(RecommenderError, match="no PKCS#12 file"):
        signer_of(key_file.with_name("none.p12"), PASSWORD)


def test_without_a_key_nothing_is_signed_and_without_pyhanko_it_says_what_to_install(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(signature, "import_module", missing)
    assert signer_of(None, None) is None
    with pytest.raises(RecommenderError, match=r"pdf,sign"):
        signer_of(key_file, PASSWORD)
