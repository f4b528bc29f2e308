"""What changed in the logic of a rule is told in sentences, from the plain data of any version, and nothing is left out."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from recommender.models.content import Content
from recommender.rulebook.book import RuleBook
from recommender.rulebook.digest import digests
from recommender.rulebook.plain_data import plain_condition, plain_data
from recommender.rulebook.read_back import actions_of, condition_of
from recommender.rulebook.targets import Target, TargetKind
from recommender.rulebook.told_again import ToldAgain
from recommender.web.review.word_diff import TextDiff, changes


@pytest.fixture(scope="module")
def content(book: RuleBook) -> Content:
    return book.content


@pytest.fixture(scope="module")
def kept(book: RuleBook) -> dict[str, Any]:
    """What the signature of each rule covers, as the database gives it back."""
    return {
        target.id: json.loads(json.dumps(dict(digest.parts)))
        for target, digest in book.digests.items()
        if target.kind is TargetKind.RULE
    }


@pytest.fixture(scope="module")
def tell(content: Content) -> ToldAgain:
    return ToldAgain(content)


def text(pieces: Any) -> str:
    return "".join(piece.text for piece in pieces)


def test_every_condition_and_every_action_is_read_back_as_it_was(content: Content) -> None:
    for branch in content.rule_set.branches:
        when = json.loads(json.dumps(plain_condition(branch.when, content.questionnaire)))
        then = json.loads(json.dumps(plain_data(branch.then)))
        assert condition_of(when, content.questionnaire) == branch.when, branch.id
        assert actions_of(then) == branch.then, branch.id


def test_every_rule_is_told_in_sentences_and_never_in_the_language_of_the_files(
    kept: dict[str, Any], tell: ToldAgain
) -> None:
    for rule, parts in kept.items():
        for case in parts["rule"]["branches"]:
            for key in ("when", "then"):
                told = tell(("rule", "branches", case["id"], key), case[key], parts)
                assert told is not None and not told.text.startswith("{"), (rule, case["id"], told)


def test_a_threshold_that_moves_is_a_sentence_before_and_now(kept: dict[str, Any], tell: ToldAgain) -> None:
    before = kept["FACT-01"]
    now = json.loads(json.dumps(before).replace('["50_59", ', "["))
    (change,) = changes(before, now, tell)
    assert change.where.startswith("When it applies, case FACT-01")
    assert text(change.before).startswith("When “") and "“50\N{EN DASH}59”" in text(change.before)
    assert "“50\N{EN DASH}59”" not in text(change.now) and "“60\N{EN DASH}64”" in text(change.now)
    assert "{" not in text(change.before) + text(change.now)


def test_a_case_that_changes_is_not_told_again_with_the_cases_after_it(
    content: Content, kept: dict[str, Any], tell: ToldAgain
) -> None:
    rule = next(
        rule
        for rule in content.rule_set.rules
        if len(rule.branches) > 2
        and all("not" in str(kept[rule.id]["rule"]["branches"][n]["when"]) for n in (1, 2))
        and tell_of(tell, kept[rule.id], 1).endswith("Only where no case before it applies.")
    )
    before, first = kept[rule.id], kept[rule.id]["rule"]["branches"][0]["when"]
    assert all(
        tell_of(tell, before, number).endswith("Only where no case before it applies.")
        for number in range(1, len(rule.branches))
    )
    now = json.loads(json.dumps(before).replace(json.dumps(first), json.dumps({"not": first})))
    found = changes(before, now, tell)
    assert [one.where for one in found if one.where.startswith("When it applies")] == ["When it applies, case 1"]


def tell_of(tell: ToldAgain, parts: Any, number: int) -> str:
    case = parts["rule"]["branches"][number]
    told = tell(("rule", "branches", case["id"], "when"), case["when"], parts)
    assert told is not None
    return told.text


def test_what_a_sentence_leaves_out_is_told_text_by_text(kept: dict[str, Any], tell: ToldAgain) -> None:
    before = kept["FACT-01"]
    now = deepcopy(before)
    now["rule"]["branches"][0]["then"]["something_new"] = "not in any sentence"
    found = changes(before, now, tell)
    assert any("something_new" in text(one.now) or "something new" in one.where for one in found)

    def silent(path: Any, value: Any, whole: Any) -> Any:
        told = tell(path, value, whole)
        return told and replace(told, text="The same words.")

    other = json.loads(json.dumps(before).replace('["50_59", ', "["))
    assert [text(one.before) for one in changes(before, other, silent) if "50_59" in text(one.before)]


def test_an_answer_that_is_gone_stands_as_the_files_write_it(kept: dict[str, Any], tell: ToldAgain) -> None:
    before = json.loads(json.dumps(kept["FACT-01"]).replace("50_59", "gone_now"))
    (change,) = (one for one in changes(before, kept["FACT-01"], tell) if one.where.startswith("When"))
    assert "gone_now" in text(change.before) and text(change.now).startswith("When “")


def test_the_same_condition_behind_a_finding_is_the_same_change(kept: dict[str, Any], tell: ToldAgain) -> None:
    reader = next(parts for parts in kept.values() if "FACT-01" in str(parts["findings"]))
    own, other = (json.loads(json.dumps(parts).replace('["50_59", ', "[")) for parts in (kept["FACT-01"], reader))
    (change,) = changes(kept["FACT-01"], own, tell)
    behind = [one for one in changes(reader, other, tell) if one.where.startswith("FACT-01, when it applies")]
    assert pair(change) in [pair(one) for one in behind], "told once with both places"


def pair(change: TextDiff) -> tuple[str, str]:
    return text(change.before), text(change.now)


@pytest.mark.parametrize(
    ("question", "option", "most"),
    [("conditions", "osteoporosis", 12), ("conditions", "disc", 4), ("conditions", "none", 0)],
)
@pytest.mark.deep  # every digest, twice
def test_a_word_of_an_answer_is_read_anew_by_its_page_and_by_the_rules_that_name_it_alone(
    content: Content, question: str, option: str, most: int
) -> None:
    pages = tuple(
        replace(
            page,
            questions=tuple(
                replace(
                    asked,
                    options=tuple(
                        replace(one, text=f"{one.text} Changed.") if (asked.id, one.id) == (question, option) else one
                        for one in asked.options
                    ),
                )
                for asked in page.questions
            ),
        )
        for page in content.questionnaire.pages
    )
    other = replace(content, questionnaire=replace(content.questionnaire, pages=pages))
    before, after = (digests(one) for one in (content, other))
    changed = {target for target in before if before[target].sha256 != after[target].sha256}
    named = {
        Target(TargetKind.RULE, branch.rule_id)
        for branch in content.rule_set.branches
        if f"'{option}'" in str(branch.when) and f"'{question}'" in str(branch.when)
    }
    rules = {target for target in changed if target.kind is TargetKind.RULE}
    assert rules <= named and len(rules) <= most
    assert bool(rules) is bool(most)
    page = content.questionnaire.page_of[question]
    assert {target for target in changed - rules if target.kind not in (TargetKind.POINT, TargetKind.RELEASE)} == {
        Target(TargetKind.PAGE, page.id)
    }
