"""What a change of rules does at checks, in breaks, and where questions are asked of others: `recommender diff` says it too."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from recommender.engine.decide import decide
from recommender.engine.evaluate import View, evaluate
from recommender.errors import DecisionError
from recommender.models.conditions import ALWAYS, Chosen
from recommender.models.content import Content
from recommender.models.follow_up import Action, FollowUp
from recommender.models.questionnaire import Answer, Intake, Occasion, Question, QuestionKind
from recommender.models.rules import Branch
from recommender.proof.checks import _eases
from recommender.proof.compare import Change, Shift
from recommender.proof.encoding.answers import Ticks, new_ticks
from recommender.proof.encoding.checks import OCCASIONS, CheckAnswers, CheckUniverse, Occasions
from recommender.proof.encoding.graph import TRUE, Graph, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import GIVEN
from recommender.service.recommend import Recommender
from tests.support.changed_rules import with_branches
from tests.support.encoded import drawn_sheets

pytestmark = [pytest.mark.deep, pytest.mark.usefixtures("solver")]


def without(content: Content, *cases: str) -> Content:
    return with_branches(content, lambda one: None if one.id in cases else one)


def shifts(old: Content, new: Content) -> dict[str, Shift]:
    return {shift.told: shift for shift in Change(old, new, with_people=False).compare().shifts}


def less_safe(old: Content, new: Content) -> set[str]:
    return {told for told, shift in shifts(old, new).items() if shift.is_less_safe}


def test_somebody_who_has_no_level_any_more_is_less_safe(recommender: Recommender) -> None:
    """The service fails on such a sheet and shows nothing: that is not the same as before."""
    content = without(recommender.content, "RF-R16/2")
    comparison = Change(recommender.content, content).compare()
    first = next(shift for shift in comparison.shifts if not shift.at_check)
    assert (first.told, first.is_less_safe) == ("routine becomes no level", True)
    assert first.person is not None
    now = Recommender(content)
    with pytest.raises(DecisionError):
        decide(now.content.rule_set, now.oracle.fire(Intake(first.person.answers, now.supplied)))
    back = shifts(content, recommender.content)["no level becomes routine"]
    assert not back.is_less_safe


def test_a_level_that_is_lost_at_checks_alone_is_told(recommender: Recommender) -> None:
    found = shifts(recommender.content, without(recommender.content, "FU-05/2"))
    assert found["at a check: see_before_start becomes routine"].is_less_safe
    assert all(shift.at_check for shift in found.values())


def test_a_routine_that_is_no_longer_made_lighter_at_a_check_is_told(recommender: Recommender) -> None:
    told = less_safe(recommender.content, without(recommender.content, "FU-05/1"))
    assert any(one.startswith("at a check: regress (") and "becomes" in one for one in told)


def test_a_dose_that_falls_less_at_a_check_is_less_safe_and_one_that_falls_more_is_not(
    recommender: Recommender,
) -> None:
    def with_factor(factor: float) -> Content:
        def change(one: Branch) -> Branch:
            given: FollowUp | None = one.then.follow_up
            is_it = one.id == "FU-05/1" and given is not None
            return replace(one, then=replace(one.then, follow_up=replace(given, dose_factor=factor))) if is_it else one

        return with_branches(recommender.content, change)

    assert less_safe(recommender.content, with_factor(0.75)) == {
        "at a check: regress (dose_factor 0.5) becomes regress (dose_factor 0.75)"
    }
    assert less_safe(recommender.content, with_factor(0.25)) == set()


def test_a_check_whose_last_day_is_later_is_less_safe_though_its_first_is_earlier() -> None:
    was = FollowUp(Action.REGRESS, check_in_days=(3, 4))
    assert _eases(was, replace(was, check_in_days=(2, 14)))
    assert not _eases(was, replace(was, check_in_days=(2, 4)))


def test_a_movement_that_could_not_be_done_before_is_less_safe(recommender: Recommender) -> None:
    def gives_more(one: Branch) -> Branch:
        return replace(one, when=ALWAYS) if one.then.equipment_available else one

    told = less_safe(recommender.content, with_branches(recommender.content, gives_more))
    assert any(one.endswith("may come where it could not be done") for one in told)


def test_safety_questions_that_are_not_asked_again_at_a_check_are_told(recommender: Recommender) -> None:
    told = less_safe(recommender.content, without(recommender.content, "FU-08/1"))
    assert {"at a check: page B is not asked again any more", "at a check: page C is not asked again any more"} <= told


def test_a_movement_that_comes_back_at_checks_alone_is_told(recommender: Recommender) -> None:
    told = shifts(recommender.content, without(recommender.content, "FU-09/3"))
    back = [one for one in told if one.endswith("may come where a rule left it out")]
    assert back and all(told[one].at_check and told[one].is_less_safe for one in back)


def test_what_a_first_visit_shows_is_not_told_again_of_the_same_people_at_checks(recommender: Recommender) -> None:
    told = shifts(recommender.content, without(recommender.content, "RF-R16/2"))
    assert {one: shift.at_check for one, shift in told.items()} == {"routine becomes no level": False}


def test_a_change_at_checks_has_its_mirror(recommender: Recommender) -> None:
    content = without(recommender.content, "FU-05/2", "FU-08/1")
    there, back = shifts(recommender.content, content), shifts(content, recommender.content)
    assert len(there) == len(back)
    levels = {" becomes ".join(reversed(one.removeprefix("at a check: ").split(" becomes "))) for one in there}
    assert {one.removeprefix("at a check: ") for one in back if " becomes " in one} <= levels


def test_a_movement_that_comes_in_the_breaks_alone_is_told(recommender: Recommender) -> None:
    """A break asks for a move that no routine has unless it is asked for."""
    asked_only = next(
        one.id
        for one in recommender.content.catalogue.exercises
        if one.default_routine == "conditional" and any(form.position in ("chair", "standing") for form in one.forms)
    )

    def asks(one: Branch) -> Branch:
        plan = one.then.micro_routine
        if plan is None:
            return one
        items = (*plan.items, replace(plan.items[0], exercise=asked_only))
        return replace(one, then=replace(one.then, micro_routine=replace(plan, items=items)))

    told = shifts(recommender.content, with_branches(recommender.content, asks))
    assert any(one.startswith(f"{asked_only}/") and "may come where nothing asked for it" in one for one in told)


def test_a_question_that_fewer_people_are_asked_lowers_the_level_of_those_who_would_have_told_a_sign(
    recommender: Recommender,
) -> None:
    questionnaire = recommender.content.questionnaire
    only_neck = Chosen("pain_location", ("neck",))

    def asked_less(question: Question) -> Question:
        return replace(question, shown_if=only_neck) if question.id == "rf_bone_nerve" else question

    pages = tuple(replace(page, questions=tuple(map(asked_less, page.questions))) for page in questionnaire.pages)
    content = replace(recommender.content, questionnaire=replace(questionnaire, pages=pages))
    found = Change(recommender.content, content).compare()
    lost = next(one for one in found.shifts if one.told.endswith(" becomes routine") and not one.at_check)
    assert lost.is_less_safe and lost.person is not None
    assert "none" not in lost.person.answers["rf_bone_nerve"]
    back = shifts(content, recommender.content)
    assert any(one.startswith("routine becomes ") for one in back)


class TestEncoding:
    """The encoding of a check says what the evaluator says, whatever was answered and however much time has passed."""

    def test_it_agrees_with_the_evaluator_on_every_case_and_takes_every_such_sheet(
        self, recommender: Recommender
    ) -> None:
        universe, graph, chance = CheckUniverse(recommender.content), Graph(), random.Random(1515)
        ticks, occasions = new_ticks(universe, graph), Occasions.of(graph, [universe])
        rules = RuleEncoding(CheckAnswers(universe, graph, ticks, occasions))
        at_checks = 0
        for sheet in drawn_sheets(recommender, 1515, 600):
            if recommender.flow.walk(sheet).stop:
                continue
            occasion = chance.choice(OCCASIONS)
            facts = some_facts(universe, occasion, chance)
            answers = {**sheet, **some_answers(universe, sheet, occasion, chance)}
            bits = dict.fromkeys(true_of(occasions, ticks, answers, occasion, facts), 1)
            value = graph.evaluate([*rules.fired.values(), rules.answers.is_whole], bits, 1)
            told = recommender.oracle.fire(Intake(answers, facts))
            assert {case for case, literal in rules.fired.items() if value[literal]} == told
            assert value[rules.answers.is_whole]
            at_checks += occasion is Occasion.FOLLOW_UP
        assert at_checks > 15


def some_answers(
    universe: CheckUniverse, sheet: Mapping[str, Answer], occasion: Occasion, chance: random.Random
) -> dict[str, Answer]:
    own: dict[str, Answer] = {}
    for name in (name for name, when in universe.occasion_of.items() if when is occasion):
        question = universe.by_id[name]
        if question.shown_if is not None and not evaluate(question.shown_if, View(Intake(sheet))):
            continue
        if question.kind is QuestionKind.NUMBER:
            own[name] = chance.randint(question.minimum, question.maximum)
        elif question.kind is QuestionKind.ONE:
            own[name] = chance.choice(question.options).id
        else:
            own[name] = ("cat_cow",)
    return own


def some_facts(universe: CheckUniverse, occasion: Occasion, chance: random.Random) -> dict[str, int]:
    most = {
        name: max((number for fact, number in universe.bounds() if fact == name), default=0) for name in universe.facts
    }
    return {
        name: int(occasion is Occasion.FOLLOW_UP) * chance.randint(1, 4)
        if name == "check_number"
        else chance.randint(0, max(0, number) + 1)
        for name, number in most.items()
    }


def true_of(
    occasions: Occasions,
    ticks: Ticks,
    answers: Mapping[str, Answer],
    occasion: Occasion,
    facts: dict[str, int],
) -> list[Literal]:
    """Return the variables that hold on the sheet."""
    given = [occasions.at[occasion]]
    given += [one for (name, least), one in occasions.at_least.items() if one != TRUE and facts[name] >= least]
    for (name, value), literal in ticks.items():
        answer = answers.get(name)
        if answer is not None and (
            value == GIVEN or answer == value or (isinstance(answer, tuple) and value in answer)
        ):
            given.append(literal)
    return given
