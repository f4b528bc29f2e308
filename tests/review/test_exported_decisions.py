"""A decision kept beside the rules counts where two people signed it, stand by it, and the export is as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from recommender.models.answer_order import SignedDecision
from recommender.models.content import Content
from recommender.review import work
from recommender.review.export import export_json
from recommender.review.exported_decisions import why_not_decided
from recommender.review.objections import withdraw
from recommender.review.tables import Role, Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind
from tests.support.signing import KEY, NewClinician, decide, say

DECIDED = "The change stays."
Kept = Callable[[], str | None]


@pytest.fixture
def point(today: dict[Target, Digest]) -> Digest:
    return next(digest for target, digest in today.items() if target.kind is TargetKind.POINT)


@pytest.fixture
def decision(point: Digest) -> SignedDecision:
    return SignedDecision(point.sha256, DECIDED, "decision.json")


@pytest.fixture
def exported(session: Session, content: Content, today: dict[Target, Digest], tmp_path: Path) -> Callable[[], Path]:
    """Keeps the record as it is now in the file that the decision names."""

    def export() -> Path:
        path = tmp_path / "decision.json"
        path.write_text(json.dumps(export_json(session, KEY, content, today, 2)), encoding="utf-8")
        return path

    return export


@pytest.fixture
def why_not(exported: Callable[[], Path], decision: SignedDecision) -> Kept:
    return lambda: why_not_decided(decision, exported().parent, KEY)


def test_two_who_decide_the_same_are_enough_and_one_is_not(
    session: Session, clinician: NewClinician, point: Digest, why_not: Kept
) -> None:
    ann, ben = clinician(), clinician()
    assert why_not() == "decision.json shows 0 of 2 who decided so and stand by it."
    decide(session, ann, point, decision=DECIDED)
    assert why_not() == "decision.json shows 1 of 2 who decided so and stand by it."
    decide(session, ben, point, decision="Take it back.")
    decide(session, ann, point, decision=DECIDED)
    assert why_not() == "decision.json shows 1 of 2 who decided so and stand by it.", "words must agree"
    decide(session, ben, point, decision=DECIDED)
    assert why_not() is None


def test_whoever_ends_what_was_assigned_to_them_stands_by_their_decision(
    session: Session, clinician: NewClinician, point: Digest, why_not: Kept
) -> None:
    ann, ben = clinician(), clinician()
    given = work.assign(session, KEY, ben, point, ben)
    assert given is not None
    for who in (ann, ben):
        decide(session, who, point, decision=DECIDED)
    assert work.take_back(session, KEY, ben, given)
    assert why_not() is None


@pytest.mark.parametrize(
    "after", ["withdrawn", "decided otherwise", "decided otherwise by a third", "put off", "objected to"]
)
def test_whoever_does_not_stand_by_it_any_more_does_not_count(
    session: Session, clinician: NewClinician, point: Digest, why_not: Kept, after: str
) -> None:
    ann, ben, sol = clinician(), clinician(), clinician(Role.SAFETY_OFFICER)
    decide(session, ann, point, decision=DECIDED)
    signed = decide(session, ben, point, decision=DECIDED)
    assert why_not() is None
    match after:
        case "withdrawn":
            withdraw(session, KEY, ben, signed, authors=())
        case "decided otherwise":
            decide(session, ben, point, decision="Take it back.")
        case "decided otherwise by a third":
            decide(session, clinician(), point, decision="Take it back.")
        case "put off":
            decide(session, sol, point, Verdict.DEFER, "The release after this one.")
        case _:
            say(session, sol, point, Verdict.REQUEST_CHANGES)
    assert why_not() is not None


def test_an_export_that_was_altered_or_written_with_another_key_does_not_count(
    session: Session, clinician: NewClinician, point: Digest, decision: SignedDecision, exported: Callable[[], Path]
) -> None:
    for one in (clinician(), clinician()):
        decide(session, one, point, decision=DECIDED)
    path = exported()
    assert why_not_decided(decision, path.parent, KEY) is None
    told = why_not_decided(decision, path.parent, b"another key, as long as the first")
    assert told is not None and "was not written with this key" in told
    whole = json.loads(path.read_text(encoding="utf-8"))
    last = whole["audit"]["entries"][-1]
    for altered in ({"actor": "eve@example.org"}, {"sha256": "a" * 64}, {"details": {}}, {"number": 99}):
        _write(path, whole, {**last, **altered})
        assert why_not_decided(decision, path.parent, KEY) is not None, altered
    _write(path, whole, last)
    assert why_not_decided(decision, path.parent, KEY) is None


def _write(path: Path, whole: dict[str, Any], last: dict[str, Any]) -> None:
    entries = [*whole["audit"]["entries"][:-1], last]
    path.write_text(json.dumps({**whole, "audit": {**whole["audit"], "entries": entries}}), encoding="utf-8")


def test_another_version_of_the_point_was_not_decided(
    session: Session, clinician: NewClinician, point: Digest, exported: Callable[[], Path]
) -> None:
    for one in (clinician(), clinician()):
        decide(session, one, point, decision=DECIDED)
    other = SignedDecision("a" * 64, DECIDED, "decision.json")
    assert why_not_decided(other, exported().parent, KEY) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"audit": 1}', '{"audit": {"entries": [{}]}}', "[" * 100_000])
def test_what_is_no_export_decides_nothing(decision: SignedDecision, tmp_path: Path, text: str) -> None:
    (tmp_path / "decision.json").write_text(text, encoding="utf-8")
    assert why_not_decided(decision, tmp_path, KEY) is not None


def test_an_export_that_is_not_there_or_lies_elsewhere_decides_nothing(point: Digest, tmp_path: Path) -> None:
    for name in ("decision.json", "../decision.json", "/etc/passwd"):
        assert why_not_decided(SignedDecision(point.sha256, DECIDED, name), tmp_path, KEY) is not None
