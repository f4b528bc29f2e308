"""The signed rule book as a PDF, made as an operator makes it."""

from __future__ import annotations

import io
from pathlib import Path
from types import ModuleType

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from recommender.cli import main as cli
from recommender.errors import RecommenderError
from recommender.review.accounts import clinician_by_email
from recommender.review.database import make_engine, open_session
from recommender.review.keys import audit_key
from recommender.review.reviews import submit
from recommender.review.tables import Verdict
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import TargetKind
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from recommender.web.paper import pdf as paper
from recommender.web.review import pdf as review_pdf
from tests.support.needs import left_out
from tests.support.paper import printed_words
from tests.support.signing import PASSWORD


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return read_settings({"DATA_DIR": str(tmp_path)})


@pytest.fixture
def pango() -> None:
    try:
        paper.import_module("weasyprint")
    except (ImportError, OSError):
        left_out(paper.HOW_TO_INSTALL)


def is_tagged(book: PdfReader) -> bool:
    marks = book.root_object["/MarkInfo"]
    return isinstance(marks, DictionaryObject) and marks["/Marked"] == True  # noqa: E712  (an object of the PDF)


@pytest.mark.deep
@pytest.mark.usefixtures("pango")
def test_the_book_holds_every_rule_move_and_outcome_with_its_signatures(
    settings: Settings, recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    cli.main(["clinician", "add", "ann@example.org", "--name", "Ann Lee", "--registration", "PH1", "--password-stdin"])
    today = digests(recommender.content)
    signed = next(digest for target, digest in today.items() if target.kind is TargetKind.RULE)
    with open_session(make_engine(settings.database_url)) as session:
        ann = clinician_by_email(session, "ann@example.org")
        assert ann
        submit(
            session, audit_key(settings), ann, signed.target, signed, Verdict.APPROVE, "", seen=signed.sha256, author=""
        )
    file = tmp_path / "book.pdf"
    assert cli.main(["export-review", str(file)]) == 0
    book = PdfReader(file)
    text = printed_words(book)
    assert recommender.content.hash in text.replace(" ", "")
    assert "This release is not approved." in text
    assert text.count("Ann Lee") == text.count("PH1") == 1
    content = recommender.content
    assert [rule.id for rule in content.rule_set.rules if f"{rule.id}: {rule.title}" not in text] == []
    assert [exercise.id for exercise in content.catalogue.exercises if exercise.name not in text] == []
    assert [one.title for one in content.catalogue.dispositions.values() if one.title not in text] == []
    assert f"{len(book.pages)} / {len(book.pages)}" in book.pages[-1].extract_text()
    assert is_tagged(book)
    assert "Sign out" not in text


def test_without_what_it_needs_it_says_what_to_install(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise OSError(f"cannot load library of {name}")

    monkeypatch.setattr(paper, "import_module", missing)
    with pytest.raises(RecommenderError, match=r"apt-get install libpango"):
        review_pdf.rule_book_pdf(create_app(settings))
