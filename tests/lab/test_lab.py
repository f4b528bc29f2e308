"""The case lab: its trace agrees with the plain evaluator, and everything it claims is true when tried."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from recommender.assembly.routine import assemble
from recommender.assembly.trace import AssemblyTrace, RejectionReason
from recommender.engine.decide import decide
from recommender.engine.evaluate import View, evaluate
from recommender.errors import IntakeError
from recommender.lab.cases import complete, vignette_file
from recommender.lab.compare import compare
from recommender.lab.counterfactual import offered
from recommender.lab.trace import Trace, trace
from recommender.loaders.vignettes import Vignette, load_baseline, load_vignettes
from recommender.models.questionnaire import Answer, Intake
from recommender.models.slots import END_SLOTS, Slot
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender
from tests.support.lab_cases import EXAMPLES, FOLDER, VIGNETTES, random_intakes, spread_journeys
from tests.support.sheets import BASELINE, full_intake


@pytest.fixture(scope="module", params=spread_journeys(1, up_to=12))
def traced(request: pytest.FixtureRequest, recommender: Recommender) -> Trace:
    """One journey after another; every test looks at it before the next is traced."""
    vignette: Vignette = request.param
    return trace(recommender, full_intake(recommender, vignette.answers, vignette.facts))


# --- the trace ---


def test_the_trace_of_a_journey_agrees_with_the_plain_evaluator(recommender: Recommender, traced: Trace) -> None:
    journey = traced.recommendation.intake
    by_oracle = set(recommender.oracle.fire(journey))
    if traced.steps:
        by_oracle |= recommender.oracle.fire_after_assembly(
            Intake(journey.answers, {**journey.supplied, **traced.steps.facts})
        )
    assert {fired.branch.id for fired in traced.fired} == by_oracle
    found = {finding for finding, value in recommender.oracle.findings(journey).items() if value}
    assert {finding.name for finding in traced.findings} == found
    for finding in traced.findings:
        assert finding.branches and all(finding.name in branch.then.derive for branch in finding.branches)
    decision = decide(recommender.content.rule_set, by_oracle)
    assert traced.recommendation.level is decision.level
    assert {outcome.branch.id for outcome in traced.outcomes if outcome.wins} == {
        branch.id
        for branch in decision.outcomes
        if branch.then.disposition.level is decision.level  # type: ignore[union-attr]
    }
    caps = [cap for _, cap in traced.staging.caps]
    assert traced.staging.effective is min([traced.staging.base, *caps], key=lambda stage: stage.rank)


def test_the_trace_accounts_for_every_exercise_as_the_result_does(recommender: Recommender, traced: Trace) -> None:
    assert [one.exercise for one in traced.exercises] == list(recommender.content.catalogue.exercises)
    assembly = traced.recommendation.assembly
    ins = {one.exercise.id for one in traced.exercises if one.is_in}
    assert ins == offered(traced.recommendation)
    if assembly is None:
        return
    outs = {one.exercise.id: (one.because, one.reasons) for one in traced.exercises if not one.is_in}
    assert outs == {left.exercise.id: (left.because, left.reasons) for left in assembly.left_out}
    used = {form.form.key for one in traced.exercises for form in one.forms if form.is_used}
    assert used == {item.form.key for item in assembly.routine.items}
    for one in traced.exercises:
        may_be_used = one.candidate.forms if one.candidate else ()
        if one.exercise.default_routine != "no":
            assert {form.form.key for form in one.forms if form.is_allowed} == {form.key for form in may_be_used}


def test_the_steps_lead_to_the_routine_that_is_shown(recommender: Recommender, traced: Trace) -> None:
    steps, assembly = traced.steps, traced.recommendation.assembly
    if assembly is None:
        assert steps is None
        return
    assert steps is not None and steps.items == assembly.routine.items
    assembly_trace = steps.assembly_trace
    taken = [this.taken.form.key for this in assembly_trace.rounds if this.taken]
    assert sorted(taken) == sorted(item.form.key for item in steps.items if item.slot not in END_SLOTS)
    # Warm-up and closing item may give way to moves for the main place.
    if steps.items[0].slot is Slot.WARM_UP:
        assert assembly_trace.sequence[0] == assembly_trace.warm_ups[0]
    if steps.items[-1].slot is Slot.CLOSING:
        assert assembly_trace.sequence[-1] in assembly_trace.closings
    assert [placed.form for placed in assembly_trace.sequence] == [item.form for item in steps.items]
    doses = dict(zip([placed.form.key for placed in assembly_trace.sequence], assembly_trace.start_doses, strict=True))
    for refit in assembly_trace.dose_adjustments:
        assert doses[refit.item.form.key] == refit.before != refit.after
        doses[refit.item.form.key] = refit.after
    assert [doses[item.form.key] for item in steps.items] == [item.dose for item in steps.items]
    for candidate in steps.ranked:
        points = candidate.points
        parts = [given for _, given in points.asked] + [points.swap, points.main_place, points.by_default]
        assert candidate.score == sum(parts)


def test_whether_assembly_keeps_a_journal_changes_nothing(recommender: Recommender) -> None:
    catalogue, made = recommender.content.catalogue, 0
    for intake in random_intakes(recommender, 150):
        decision = decide(recommender.content.rule_set, recommender.oracle.fire(intake))
        if decision.level.shows_routine:
            made += 1
            assert assemble(catalogue, decision, intake, AssemblyTrace()) == assemble(catalogue, decision, intake)
    assert made > 5


@pytest.mark.deep
def test_what_was_passed_over_for_a_likeness_has_one_in_the_routine(recommender: Recommender) -> None:
    likened = 0
    for vignette in EXAMPLES[3:]:
        traced = trace(recommender, full_intake(recommender, vignette.answers, vignette.facts))
        if traced.steps is None or not traced.steps.items:
            continue
        chosen = {item.exercise.id for item in traced.steps.items}
        groups = traced.recommendation.decision.order.near_duplicates or ()
        for exercise, reason in [passed for this in traced.steps.assembly_trace.rounds for passed in this.passed]:
            if reason is RejectionReason.NEAR_DUPLICATE:
                likened += 1
                assert any(exercise in group and group & chosen for group in groups)
    assert likened


# --- what nearly fired ---


def test_what_nearly_fired_fires_with_each_answer_named(recommender: Recommender, traced: Trace) -> None:
    journey = traced.recommendation.intake
    fired = {one.branch.id for one in traced.fired}
    tried: dict[tuple[str, Answer], frozenset[str]] = {}
    for near in traced.near:
        assert near.branch.id not in fired
        for change in near.answers:
            key = (change.question, change.after)
            if key not in tried:
                answers = recommender.flow.prune({**journey.answers, change.question: change.after})
                read = recommender.sheet.read(raw_answers(answers))
                tried[key] = recommender.oracle.fire(Intake(read.answers, journey.supplied))
            assert near.branch.id in tried[key], (near.branch.id, change)
    assert any(near.answers for near in traced.near)


def test_the_condition_that_failed_is_not_as_it_was_wanted(recommender: Recommender, traced: Trace) -> None:
    journey = traced.recommendation.intake
    facts = {**journey.supplied, **(traced.steps.facts if traced.steps else {})}
    view = View(Intake(journey.answers, facts), {f"stage={traced.staging.effective}": True})
    assert all(bool(evaluate(near.atom, view)) is not near.wanted for near in traced.near)


# --- two cases ---


def test_a_case_differs_from_itself_in_nothing(recommender: Recommender, traced: Trace) -> None:
    same = compare(traced, traced)
    assert same.is_same and same.answers == ()


def test_two_cases_differ_in_exactly_what_their_traces_differ_in(recommender: Recommender) -> None:
    first, second = (traced_journey(recommender, number) for number in (3, 7))
    both = compare(first, second)
    assert not both.is_same
    fired = [{one.branch.id for one in one_trace.fired} for one_trace in (first, second)]
    assert {branch.id for branch in both.fired.first} == fired[0] - fired[1]
    assert {branch.id for branch in both.fired.second} == fired[1] - fired[0]
    ins = [offered(one_trace.recommendation) for one_trace in (first, second)]
    assert {pair.first.exercise.id for pair in both.items if pair.first and not pair.second} == ins[0] - ins[1]
    assert {pair.second.exercise.id for pair in both.items if pair.second and not pair.first} == ins[1] - ins[0]
    assert {pair.question for pair in both.answers} == {
        question
        for question in {*first.recommendation.intake.answers, *second.recommendation.intake.answers}
        if first.recommendation.intake.answers.get(question) != second.recommendation.intake.answers.get(question)
    }


def traced_journey(recommender: Recommender, number: int) -> Trace:
    vignette = EXAMPLES[number]
    return trace(recommender, full_intake(recommender, vignette.answers))


# --- cases and files ---


def test_a_vignette_gives_the_case_that_the_tests_hold(recommender: Recommender) -> None:
    baseline = load_baseline(FOLDER)
    assert baseline == BASELINE
    for vignette in VIGNETTES[::15]:
        case = complete(recommender, vignette.name, vignette.answers, baseline=baseline, facts=vignette.facts)
        assert case.intake == full_intake(recommender, vignette.answers, vignette.facts), vignette.name
        assert case.dropped == ()


def test_a_saved_case_is_the_same_case_when_it_is_read_again(recommender: Recommender, tmp_path: Path) -> None:
    baseline = load_baseline(FOLDER)
    saved = [*islice(random_intakes(recommender, 40), 40), full_intake(recommender, {}, {"weeks_since_start": 2})]
    names = ["no", "a: {b} #c", 'quotes " and \\', "tab\tand\x7fbell\x07", "'", "null", "línea", "\ufeff\u2028"]
    for number, intake in enumerate(saved):
        name = names[number % len(names)]
        text = vignette_file(recommender, baseline, name, recommender.recommend(intake))
        (tmp_path / "saved").mkdir(exist_ok=True)
        (tmp_path / "saved" / "case.yaml").write_text(text, encoding="utf-8")
        (vignette,) = load_vignettes(tmp_path)
        assert vignette.name == name
        case = complete(recommender, name, vignette.answers, baseline=baseline, facts=vignette.facts)
        assert case.intake == intake
        result = recommender.recommend(full_intake(recommender, vignette.answers, vignette.facts))
        assert vignette.expect["level"] == result.level
        assert set(vignette.expected("fires")) <= set(result.decision.fired_ids)
        assert set(vignette.expected("offered")) == offered(result)


def test_answers_to_what_is_not_asked_are_dropped_and_told(recommender: Recommender) -> None:
    given = {"preg_weeks": "lt_16", "pain_location": ["neck", "shoulders"], "pain_main": "low_back"}
    case = complete(recommender, "", given, baseline=BASELINE)
    assert case.dropped == ("preg_weeks", "pain_main")
    assert case.intake.answers["pain_main"] == "neck"
    assert "age_band" in case.filled and "pain_location" not in case.filled


def test_a_case_that_cannot_be_completed_says_what_is_missing(recommender: Recommender) -> None:
    with pytest.raises(IntakeError) as told:
        complete(recommender, "", {"age_band": "45_49"})
    assert "pain_location" in told.value.messages
    with pytest.raises(IntakeError) as told:
        complete(recommender, "", {"no_such_question": "x"}, baseline=BASELINE)
    assert list(told.value.messages) == ["no_such_question"]
