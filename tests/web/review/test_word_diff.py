"""What changed between two versions, word by word."""

from __future__ import annotations

from recommender.web.review.word_diff import Piece, changes


def test_a_word_diff_tells_what_is_the_same_from_what_is_not() -> None:
    before = {"say": "Use short holds.", "steps": ["Lie down.", "Rest."], "gone": "x", "same": 1}
    now = {"say": "Use brief holds.", "steps": ["Lie down.", "Rest."], "cases": [{"id": "a", "on": True}], "same": 1}
    found = changes(before, now)
    assert [change.where for change in found] == ["Say", "Cases, a, id", "Cases, a, on", "Gone"]
    assert found[0].before == (Piece("Use ", False), Piece("short", True), Piece(" holds.", False))
    assert found[0].now == (Piece("Use ", False), Piece("brief", True), Piece(" holds.", False))
    assert (found[2].before, found[2].now) == ((), (Piece("yes", True),))
    assert (found[3].before, found[3].now) == ((Piece("x", True),), ())
    assert changes(before, before) == ()


def test_a_word_that_changes_in_many_places_is_told_once_with_the_places_in_words() -> None:
    def rule(why: str) -> dict[str, object]:
        cases = [{"id": f"XX-01/{number}", "why": why} for number in (1, 2)]
        return {"rule": {"why": why, "branches": cases}, "questions": {"q": {"options": [{"id": "a_b", "text": why}]}}}

    (found,) = changes(rule("Hold it short."), rule("Hold it brief."))
    assert found.where == "Why; Why, case 1; Why, case 2; Text, answer a b, question q"
    assert found.now == (Piece("Hold it ", False), Piece("brief", True), Piece(".", False))
