"""The search for mutants that nothing notices, on a handful of them. `make mutants` tries them all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recommender.errors import RecommenderError
from recommender.loaders.vignettes import Vignette
from recommender.models.actions import Exclusion, Modification, Scope
from recommender.models.conditions import All, Always, AnyOf, Not, Number
from recommender.rule_mutants.accepted_survivors import load_explained, stale
from recommender.rule_mutants.mutants import Mutant, mutants, mutants_of
from recommender.rule_mutants.operators import Slip, action_slips, condition_slips
from recommender.rule_mutants.runner import OWN, SAME, SURVIVED, Hunt
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE
from tests.support.shipped import vignettes

VIGNETTES = vignettes()
WRIST, SITTING_BREAKS, STAGE = "CI-A12", "SIT-01", "FACT-07"


def of_rule(recommender: Recommender, rule_id: str) -> list[Mutant]:
    content = recommender.content
    return list(mutants_of(content.rule_set.by_id[rule_id], content.questionnaire))


def hunt(recommender: Recommender, vignettes: tuple[Vignette, ...]) -> Hunt:
    return Hunt(recommender.content, vignettes, BASELINE)


def own(rule_id: str) -> tuple[Vignette, ...]:
    return tuple(vignette for vignette in VIGNETTES if vignette.rule == rule_id)


def test_the_vignettes_of_a_rule_catch_every_slip_in_it(recommender: Recommender) -> None:
    tried = list(map(hunt(recommender, own(WRIST)).verdict, of_rule(recommender, WRIST)))
    assert len(tried) > 5
    assert {verdict.caught_by for verdict in tried} == {OWN}


def test_without_vignettes_slips_survive(recommender: Recommender) -> None:
    negated = next(mutant for mutant in of_rule(recommender, WRIST) if mutant.slip is Slip.NEGATED)
    assert hunt(recommender, ()).verdict(negated).caught_by == SURVIVED


def test_a_vignette_that_does_not_say_what_a_case_does_lets_slips_in_it_pass(recommender: Recommender) -> None:
    vague = hunt(recommender, tuple(replace(vignette, does={}) for vignette in own(WRIST)))
    slips = {mutant.slip: mutant for mutant in of_rule(recommender, WRIST)}
    caught = {
        slip: vague.verdict(slips[slip]).caught_by for slip in (Slip.RULE_DELETED, Slip.NEGATED, Slip.ORDER_SWAPPED)
    }
    assert (caught[Slip.RULE_DELETED], caught[Slip.NEGATED], caught[Slip.ORDER_SWAPPED]) == (OWN, OWN, SURVIVED)


def test_what_no_vignette_notices_is_held_against_what_must_always_hold(recommender: Recommender) -> None:
    def nobody_may_rest_on_their_wrists(mutated: Recommender) -> None:
        assert WRIST in mutated.content.rule_set.branch_by_id, "no rule for wrists"

    deleted = of_rule(recommender, WRIST)[0]
    watchful = Hunt(recommender.content, (), BASELINE, {"the property": nobody_may_rest_on_their_wrists})
    verdict = watchful.verdict(deleted)
    assert (deleted.slip, verdict.caught_by, verdict.detail) == (
        Slip.RULE_DELETED,
        "the property",
        "no rule for wrists",
    )


def test_the_hunt_refuses_vignettes_that_do_not_hold_to_begin_with(recommender: Recommender) -> None:
    wrong = replace(own(WRIST)[0], expect={"level": "emergency_now"})
    with pytest.raises(RecommenderError, match="does not hold"):
        hunt(recommender, (wrong,))


def test_no_two_mutants_have_the_same_key_or_change_nothing(recommender: Recommender) -> None:
    content = recommender.content
    every = list(mutants(content.rule_set, content.questionnaire))
    assert len({mutant.key for mutant in every}) == len(every) > 1000
    for mutant in every:
        assert mutant.branches and mutant.rule_set(content.rule_set) != content.rule_set, mutant.key


def test_every_kind_of_slip_is_made(recommender: Recommender) -> None:
    content = recommender.content
    assert {mutant.slip for mutant in mutants(content.rule_set, content.questionnaire)} == set(Slip)


def test_every_rule_with_branches_has_mutants(recommender: Recommender) -> None:
    for rule in recommender.content.rule_set.rules:
        assert bool(rule.branches) == bool(of_rule(recommender, rule.id)), rule.id


def test_a_slip_in_what_all_cases_share_changes_all_of_them(recommender: Recommender) -> None:
    cases = {branch.id for branch in recommender.content.rule_set.by_id[SITTING_BREAKS].branches}
    shared = [mutant for mutant in of_rule(recommender, SITTING_BREAKS) if mutant.place == SITTING_BREAKS]
    assert len(shared) > 4 and len(cases) == 4
    assert all(set(mutant.branches) == cases for mutant in shared)


def test_a_slip_in_an_earlier_case_changes_the_cases_after_it_too(recommender: Recommender) -> None:
    second = [
        mutant for mutant in of_rule(recommender, STAGE) if mutant.place == f"{STAGE}/2" and mutant.slip is Slip.NEGATED
    ]
    assert [set(mutant.branches) for mutant in second] == [{f"{STAGE}/{number}" for number in (2, 3, 4, 5, 6)}]


def test_each_part_of_a_condition_slips(recommender: Recommender) -> None:
    questionnaire = recommender.content.questionnaire
    score, always = Number("pain_score", 7, None), Always()
    told = {change: mutated for _, change, mutated in condition_slips(All((score, Not(always))), questionnaire)}
    assert told["when negated"] == Not(All((score, Not(always))))
    assert told["when all to any"] == AnyOf((score, Not(always)))
    assert told["when.2 dropped"] == All((score,))
    assert told["when.1 low 7 to 8"] == All((Number("pain_score", 8, None), Not(always)))
    assert told["when.2 negated"] == All((score, always))


def test_each_part_of_an_action_slips() -> None:
    exclusion = Exclusion(Scope(tags=frozenset({"supine", "prone"})), longer_than_seconds=60)
    told = {change: mutated for _, change, mutated in action_slips(exclusion, "exclude")}
    assert told["exclude.scope.tags prone dropped"] == replace(exclusion, scope=Scope(tags=frozenset({"supine"})))
    assert told["exclude.longer_than_seconds 60 to 59"] == replace(exclusion, longer_than_seconds=59)
    assert told["exclude.longer_than_seconds dropped"] == replace(exclusion, longer_than_seconds=None)
    flagged = {change for _, change, _ in action_slips(Modification(keep_start_dose=True, dose_factor=0.5), "modify")}
    assert {
        "modify.dose_factor 0.5 to 0.4",
        "modify.dose_factor 0.5 to 0.6",
        "modify.keep_start_dose dropped",
    } <= flagged


def test_a_slip_that_no_answers_can_show_is_said_to_be_the_same(recommender: Recommender) -> None:
    rule = recommender.content.rule_set.by_id[WRIST]
    branch = rule.branches[0]
    twice = replace(branch, when=AnyOf((branch.when, branch.when)))
    same = Mutant(rule, Slip.PART_DROPPED, rule.id, "written twice", {branch.id: twice})
    assert hunt(recommender, own(WRIST)).verdict(same).caught_by == SAME


def test_every_survivor_that_is_explained_is_still_a_mutant(recommender: Recommender) -> None:
    content = recommender.content
    explained = load_explained(Path(__file__).with_name("accepted_survivors.yaml"))
    assert stale(explained, mutants(content.rule_set, content.questionnaire)) == []
    assert stale({"RF-X99: gone": "why"}, mutants(content.rule_set, content.questionnaire)) == ["RF-X99: gone"]
