"""A signature inside a PDF, as PAdES asks, made by pyHanko. It needs the extra `[sign]`, and asks nothing of any network.

It says whose key signed these very bytes. That clinicians have approved what they say stands in the record, signed by its
own key.
"""

from __future__ import annotations

import io
import logging
from importlib import import_module
from pathlib import Path
from typing import Any

from recommender.errors import RecommenderError

HOW_TO_INSTALL = (
    "PDF_SIGNER needs pyHanko: pip install 'back-routine-recommender[pdf,sign]'. Without it unset PDF_SIGNER."
)
FIELD = "Signature"


def signer_of(file: Path | None, password: str | None) -> Any:
    """Return what signs: the key and certificate of a PKCS#12 file; None where no file is named.

    Raises:
        RecommenderError: pyHanko is missing, or the file cannot be read or opened with the password.
    """
    if file is None:
        return None
    signers = _pyhanko("sign.signers")
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs a traceback where None says enough
    signer = signers.SimpleSigner.load_pkcs12(str(file), passphrase=password.encode() if password else None)
    if signer is None:
        raise RecommenderError(f"{file} is no PKCS#12 file that PDF_SIGNER_PASSWORD opens.")
    return signer


def sign_pdf(made: bytes, signer: Any) -> bytes:
    """Return the PDF with a signature over all of it, in a field that no page shows (PAdES baseline B-B)."""
    signers, fields = _pyhanko("sign.signers"), _pyhanko("sign.fields")
    writer = _pyhanko("pdf_utils.incremental_writer").IncrementalPdfFileWriter(io.BytesIO(made))
    told = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason="The signed rule book, as it was exported",
    )
    signed: bytes = signers.sign_pdf(writer, told, signer=signer).getvalue()
    return signed


def _pyhanko(module: str) -> Any:
    try:
        return import_module(f"pyhanko.{module}")
    except ImportError as error:
        raise RecommenderError(HOW_TO_INSTALL) from error
