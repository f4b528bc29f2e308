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
from recommender.loaders.safety_case import shipped_safety_case
from recommender.review.accounts import clinician_by_email
from recommender.review.database import make_engine, open_session
from recommender.review.keys import audit_key
from recommender.review.reviews import submit
from recommender.review.tables import Verdict
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import RELEASE, TargetKind
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from recommender.web.paper import pdf as paper
from recommender.web.review import signed_book
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


def links_to_nowhere(book: PdfReader) -> list[str]:
    """Return the addresses of links that are a path alone, or of this machine: from a file they lead nowhere."""
    found = [note.get_object().get("/A", {}).get("/URI", "") for page in book.pages for note in page.get("/Annots", [])]
    return [address for address in found if address.startswith("/") or "localhost" in address]


def is_tagged(book: PdfReader) -> bool:
    marks = book.root_object["/MarkInfo"]
    return isinstance(marks, DictionaryObject) and marks["/Marked"] == True  # noqa: E712  (an object of the PDF)


@pytest.mark.long
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
            session,
            audit_key(settings),
            ann,
            signed.target,
            signed,
            Verdict.APPROVE,
            "",
            seen=signed.sha256,
            authors=(),
        )
    file = tmp_path / "book.pdf"
    assert cli.main(["export-review", str(file)]) == 0
    book = PdfReader(file)
    text = printed_words(book)
    assert recommender.content.hash in text.replace(" ", "")
    assert "This release is not approved." in text
    assert "Proved over every answer sheet" in text
    assert text.count("Ann Lee") == text.count("PH1") == 2, "beside what she signed, and among those who signed"
    assert f"for{signed.sha256}" in text.replace(" ", "")
    running = f"ruleset{recommender.content.rule_set.version},software"
    heads = ["".join(page.extract_text().split()) for page in book.pages]
    assert [number for number, words in enumerate(heads[1:], 2) if running not in words] == []
    assert [number for number, words in enumerate(heads[1:], 2) if today[RELEASE].sha256 not in words] == []
    for part in ("What this covers", "Open points", "Not approved", "Discussion and dissent", "Record of changes"):
        assert text.count(part) >= 2, "in the contents, and over its own page"
    for hazard in shipped_safety_case().hazards:
        assert f"{hazard.id}: {hazard.title}" in text and hazard.left in text
    assert links_to_nowhere(book) == []
    content = recommender.content
    assert [rule.id for rule in content.rule_set.rules if f"{rule.id}: {rule.title}" not in text] == []
    assert [exercise.id for exercise in content.catalogue.exercises if exercise.name not in text] == []
    assert [one.title for one in content.catalogue.dispositions.values() if one.title not in text] == []
    assert f"{len(book.pages)} / {len(book.pages)}" in book.pages[-1].extract_text()
    assert is_tagged(book)
    assert "Sign out" not in text


@pytest.mark.deep
def test_without_what_it_needs_it_says_what_to_install(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise OSError(f"cannot load library of {name}")

    monkeypatch.setattr(paper, "import_module", missing)
    with pytest.raises(RecommenderError, match=r"apt-get install libpango"):
        signed_book.rule_book_pdf(create_app(settings))


def test_links_of_the_book_lead_to_its_own_parts_or_to_the_site() -> None:
    page = (
        '<link rel="stylesheet" href="/static/book.css"><h3 id="rule-RF-E01">One</h3>'
        '<a class="a" href="/rules/RF-E01">1</a><a href="/review/rule/RF-E01">2</a>'
        '<a href="/rules/proof">3</a><a href="https://example.org/">4</a><a href="#rule-RF-E01">5</a>'
    )
    kept = '<a href="https://example.org/">4</a><a href="#rule-RF-E01">5</a>'
    own = '<a class="a" href="#rule-RF-E01">1</a><a href="#rule-RF-E01">2</a>'
    assert signed_book.within_itself(page, None).endswith(f"{own}<a>3</a>{kept}")
    there = signed_book.within_itself(page, "https://back.example")
    assert there.endswith(f'{own}<a href="https://back.example/rules/proof">3</a>{kept}')
    assert there.startswith('<link rel="stylesheet" href="/static/book.css">'), "its style is no link"
