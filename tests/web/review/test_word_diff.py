"""What changed between two versions, word by word."""

from __future__ import annotations

from recommender.web.review.word_diff import Cause, Piece, causes, changes


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


def test_one_cause_is_told_once_with_every_place_that_it_touches() -> None:
    before, now = {"text": "Since when?", "own": "a"}, {"text": "For how long?", "own": "a"}
    rule = {"questions": {"E1": before}, "why": "one"}, {"questions": {"E1": now}, "why": "two"}
    found = causes({"page/E": changes(before, now), "rule/R1": changes(*rule), "rule/R2": changes(*rule)})
    assert [[name for name, _ in cause.places] for cause in found] == [
        ["page/E", "rule/R1", "rule/R2"],
        ["rule/R1", "rule/R2"],
    ]
    assert len({cause.id for cause in found}) == 2
    assert [cause.id for cause in found] == [cause.id for cause in causes({"rule/R3": changes(*rule)})], (
        "by its words alone"
    )


def test_what_is_new_or_gone_as_a_whole_has_a_name_of_its_own() -> None:
    whole = [Cause((), (), ((name, word),)) for name in ("rule/R1", "rule/R2") for word in ("New", "No longer here")]
    assert len({cause.id for cause in whole}) == 4


def test_a_long_text_beside_a_change_is_told_by_its_nearest_words() -> None:
    long = Piece(" ".join(str(number) for number in range(100)), False)
    near = " ".join(map(str, range(12)))
    assert long.near(is_first=False, is_last=True) == f"{near} …"
    assert long.near(is_first=True, is_last=False) == f"… {' '.join(map(str, range(88, 100)))}"
    assert long.near(is_first=False, is_last=False).startswith(f"{near} … 88")
    assert Piece("a few words", False).near(is_first=True, is_last=False) == "a few words"
    assert Piece(long.text, True).near(is_first=True, is_last=True) == long.text
