"""The rule book says what the data says: every branch, every action, every answer, every cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from recommender.analysis.answer_usage import Answer, questions_measured
from recommender.assembly.screening import ExerciseScreening
from recommender.models.actions import Actions, Order
from recommender.models.catalogue import DefaultRoutine
from recommender.models.conditions import Always, Chosen, Condition, Not, Number, Only, atoms, children
from recommender.models.decision import Decision
from recommender.models.follow_up import Action, ProgressFigure, StageMove
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch
from recommender.rulebook.book import RuleBook
from recommender.rulebook.catalogue_filter import CatalogueFilter, matching
from recommender.rulebook.matrix import EVERYONE, ExerciseState
from recommender.rulebook.ordering_sentences import ORDER_WRITERS
from recommender.rulebook.sentence_parts import PartKind, Parts, SentencePart, plain
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake


def test_every_rule_and_every_branch_has_a_sentence(book: RuleBook) -> None:
    for rule in book.content.rule_set.rules:
        sentences = book.sentences.of[rule.id]
        assert [sentence.branch for sentence in sentences] == [branch.id for branch in rule.branches] or [rule.id]
        for sentence in sentences:
            assert sentence.text.startswith(("When ", "For everyone: ")), sentence
            assert sentence.then, sentence.branch
            assert sentence.text.count("(") == sentence.text.count(")"), sentence.branch
            assert not any(plain((part,)) == "" for part in pieces(sentence.parts)), sentence.branch


def test_every_kind_of_action_has_words(book: RuleBook) -> None:
    assert set(book.sentences.deeds.writers) == {field.name for field in fields(Actions)}
    assert set(ORDER_WRITERS) == {field.name for field in fields(Order)}


def test_a_change_to_any_action_changes_the_sentence(book: RuleBook) -> None:
    seen: set[tuple[str, str]] = set()
    for branch in book.content.rule_set.branches:
        before = book.sentences.sentence(branch).text
        for where, then in changes(branch.then, book):
            assert book.sentences.sentence(replace(branch, then=then)).text != before, (branch.id, where)
            seen.add(where)
    every = {
        (type(part).__name__, field.name)
        for branch in book.content.rule_set.branches
        for part in dataclasses_in(branch.then)
        for field in fields(part)
        if getattr(part, field.name) not in (None, (), frozenset(), False)
        and not any(dataclasses_in(getattr(part, field.name)))
    }
    assert every - seen == set()


def dataclasses_in(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from dataclasses_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from dataclasses_in(part)


def changes(value: Any, book: RuleBook) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield (class and field, the same value with one leaf changed) for every leaf that is given."""
    for field in fields(value):
        given = getattr(value, field.name)
        where = (type(value).__name__, field.name)
        for place, other in changed(given, where, book):
            yield place, replace(value, **{field.name: other})


def changed(given: Any, where: tuple[str, str], book: RuleBook) -> Iterator[tuple[tuple[str, str], Any]]:
    if is_dataclass(given):
        yield from changes(given, book)
    elif isinstance(given, bool):
        if given:
            yield where, (None if where[0] == "Order" else False)
    elif isinstance(given, Level | Stage | Action | StageMove | ProgressFigure):
        yield where, next(other for other in type(given) if other is not given)
    elif isinstance(given, int | float):
        yield where, given + 1
    elif isinstance(given, str):
        yield where, other_word(given, where, book)
    elif isinstance(given, frozenset):
        for member in sorted(given):
            other = other_word(member, where, book, given)
            yield where, (given - {member}) | ({other} if other else set())
    elif isinstance(given, tuple):
        for number, part in enumerate(given):
            for place, other in changed(part, where, book):
                yield place, (*given[:number], other, *given[number + 1 :])


def other_word(word: str, where: tuple[str, str], book: RuleBook, beside: frozenset[str] = frozenset()) -> str | None:
    """Return another word of the same list, or None if every word is there already, or other free text."""
    catalogue = book.content.catalogue
    vocabulary = catalogue.vocabulary
    moves = dict.fromkeys(
        ("exercises", "swap_in", "swap_in_if_preferred", "warm_up", "closing", "exercise", "near_duplicates"),
        catalogue.by_id,
    )
    tags = dict.fromkeys(("tags", "floor_tag", "first_hold_tags", "then_hold_tags"), catalogue.tags)
    forms = dict.fromkeys(("forms", "only_forms"), catalogue.forms)
    terms = {name: vocabulary[name] for name in ("equipment", "kinds", "positions", "slots")}
    terms |= {"slot": vocabulary["slots"], "target_regions": vocabulary["regions"]}
    others = {
        "topic": catalogue.topics, "good_for": catalogue.good_for, "ask": book.content.questionnaire.questions,
        "derive": {"other_finding": None}, "within": {"P99D": None},
        "ask_again": dict.fromkeys(page.id for page in book.content.questionnaire.pages),
    }  # fmt: skip
    known: Mapping[str, Any] | None = {**moves, **tags, **forms, **terms, **others}.get(where[1])
    if known is None:
        return f"{word} more"
    return next((other for other in known if other != word and other not in beside), None)


def pieces(parts: Parts) -> Iterator[SentencePart]:
    """Yield every piece of a sentence, those of its lists too."""
    for part in parts:
        yield part
        yield from pieces(part.whole)


def test_a_sentence_names_every_answer_number_and_finding_that_its_condition_reads(book: RuleBook) -> None:
    questions = book.content.questionnaire.questions
    for rule in book.content.rule_set.rules:
        for number, branch in enumerate(rule.branches):
            earlier = {atom for other in rule.branches[:number] for atom in atoms(other.when)}
            sentence = book.sentences.by_branch[branch.id]
            for atom in [atom for atom in atoms(branch.when) if atom not in earlier]:
                match atom:
                    case Chosen(question, options):
                        assert all(questions[question].option(option).text in sentence.text for option in options)
                        assert any(part.ref == question for part in pieces(sentence.parts)), branch.id
                    case Only(question, option):
                        assert f"only “{questions[question].option(option).text}”" in sentence.text
                    case Number(_, low, high):
                        assert str(high if low is None else low) in sentence.text
                    case _:
                        assert any(part.kind is PartKind.FINDING for part in pieces(sentence.parts)), branch.id
            if any(isinstance(part, Not) for part in nodes(branch.when)):
                assert re.search(r"\bnot\b|\bnone of these\b|\bno case before\b", sentence.text), branch.id


def nodes(condition: Condition) -> Iterator[Condition]:
    yield condition
    for child in children(condition):
        yield from nodes(child)


def test_links_in_sentences_lead_to_things_that_exist(book: RuleBook) -> None:
    known = {
        PartKind.QUESTION: book.content.questionnaire.questions,
        PartKind.EXERCISE: book.content.catalogue.by_id,
        PartKind.TAG: book.content.catalogue.tags,
        PartKind.FINDING: book.content.rule_set.by_id,
    }
    for sentence in book.sentences.by_branch.values():
        for part in pieces(sentence.parts):
            if part.kind in known:
                assert part.ref in known[part.kind], (sentence.branch, part)
            else:
                assert part.ref is None


def test_a_sentence_reads_as_it_should(book: RuleBook) -> None:
    says = {branch: sentence.text for branch, sentence in book.sentences.by_branch.items()}
    assert says["CI-A14/2"] == (
        "When “Where will you do it?” is “Chair only”: leave out every form that involves “standing, or standing up”, "
        "except Sit to stand, Standing leg out to side and Standing leg back."
    )
    assert says["FACT-07/6"] == "When no case before this one applies: note the finding Base stage is build."
    assert says["ORD-05/2"] == "When Main place of pain is neck: aim for Neck, Shoulders and Upper back."
    assert says["DOS-06/2"].startswith(
        "When the stage is build or strengthen: keep for some days of the week: Get stronger, and fill the other days with "
        "other moves; advise under “Strength days”:"
    )
    assert "(“This spell has lasted:” is “Under 2 weeks”, and " in says["FACT-07/3"]


def alone(book: RuleBook, branch: Branch) -> Decision:
    plan = next(other.then.plan for other in book.content.rule_set.branches if other.then.plan)
    return Decision((branch,), Level.ROUTINE, (), Stage.SETTLE, Stage.SETTLE, frozenset(), frozenset(), Order(), plan)


def test_what_a_branch_leaves_out_is_what_assembly_leaves_out(book: RuleBook) -> None:
    for branch in book.content.rule_set.branches:
        screen = ExerciseScreening(book.content.catalogue, alone(book, branch), Intake({}))
        barred = {touched.exercise.id: set(touched.forms) for touched in book.effects[branch.id].excludes}
        for exercise in book.content.catalogue.exercises:
            if exercise.default_routine is not DefaultRoutine.NO:
                left = set(screen.forms_passing_exclusions(exercise))
                assert set(exercise.forms) - left == barred.get(exercise.id, set()), (branch.id, exercise.id)


def test_every_answer_of_every_question_is_accounted_for(book: RuleBook) -> None:
    readers = book.readers
    for question in book.content.questionnaire.questions.values():
        for option in question.options:
            direct = {
                branch.id
                for branch in book.content.rule_set.branches
                if any(
                    getattr(atom, "question", None) == question.id
                    and (option.id in getattr(atom, "options", ()) or option.id == getattr(atom, "option", None))
                    for atom in atoms(branch.when)
                )
            }
            readings = readers.of[Answer(question.id, option.id)]
            assert {reading.branch.id for reading in readings if not reading.through} == direct
            assert (Answer(question.id, option.id) in readers.unread) == (not readings)


def test_readers_are_found_through_findings_of_findings_and_through_facts(book: RuleBook) -> None:
    facts = {fact.id: fact for fact in book.content.rule_set.supplied}
    for answer, readings in book.readers.of.items():
        for reading in readings:
            last = reading.through[-1] if reading.through else None
            if last in facts:
                assert answer.question in questions_measured(facts[last]), (answer, reading.branch.id)
            elif last and not last.startswith("stage="):
                deriving = book.derived_by(last)
                assert any(
                    answer.question in (getattr(atom, "question", None), getattr(atom, "subject", None))
                    for branch in deriving
                    for atom in atoms(branch.when)
                ), (answer, reading.branch.id)
    worse = {reading.through for reading in book.readers.of[Answer("fu_change", "worse")]}
    assert {(), ("worse_count",)} <= worse
    assert any(len(reading.through) > 1 for readings in book.readers.of.values() for reading in readings)


def test_the_matrix_has_no_empty_cell_and_every_cell_but_allowed_names_its_rules(book: RuleBook) -> None:
    matrix = book.matrix
    assert [row.exercise for row in matrix.rows] == list(book.content.catalogue.exercises)
    assert len({column.id for column in matrix.columns}) == len(matrix.columns)
    for row in matrix.rows:
        assert set(row.cells) == {column.id for column in matrix.columns}
        for cell in row.cells.values():
            assert cell.states and cell.text
            assert (cell.state is ExerciseState.ALLOWED) == (not cell.rules)
            assert (cell.state is ExerciseState.LEFT_OUT) == (cell.forms_left == 0)


def test_every_branch_that_moves_something_is_in_the_matrix(book: RuleBook) -> None:
    shown = {branch.id for column in book.matrix.columns for branch in column.fired}
    moving = {name for name, found in book.effects.items() if found.excludes or found.modifies or found.swaps_in}
    assert moving - shown == set()


def test_the_matrix_agrees_with_the_filters_of_the_open_catalogue(book: RuleBook, recommender: Recommender) -> None:
    compared = 0
    everyone = {row.exercise.id for row in book.matrix.rows if row.cells[EVERYONE].state is ExerciseState.LEFT_OUT}
    for column in book.matrix.columns:
        if column.question == "limits" and column.option:
            wanted = CatalogueFilter(limits=frozenset({column.option}))
            stay = {match.exercise.id for match in matching(book.content, recommender.oracle, wanted)}
            left = {row.exercise.id for row in book.matrix.rows if row.cells[column.id].state is ExerciseState.LEFT_OUT}
            assert left - everyone == set(book.content.catalogue.by_id) - stay - everyone, column.id
            compared += 1
    assert compared > 10


def test_what_the_matrix_leaves_out_never_appears_in_a_routine(book: RuleBook, recommender: Recommender) -> None:
    compared = 0
    for column in book.matrix.columns:
        if not column.question or column.given or column.question not in ("limits", "medicines", "worse_with", "place"):
            continue
        kind = book.content.questionnaire.questions[column.question].kind
        answer = [column.option] if kind == "many" else column.option
        recommendation = recommender.recommend(full_intake(recommender, {column.question: answer}))
        assert recommendation.assembly, column.id
        left = {row.exercise.id for row in book.matrix.rows if row.cells[column.id].state is ExerciseState.LEFT_OUT}
        assert not left & {item.exercise.id for item in recommendation.assembly.routine.items}, column.id
        compared += 1
    assert compared > 15


def test_answers_without_a_column_end_without_a_routine_or_move_nothing(book: RuleBook) -> None:
    columns = {(column.question, column.option) for column in book.matrix.columns}
    assert not columns & set(book.matrix.stops)
    assert ("conditions", "aneurysm") in book.matrix.stops


def test_every_decision_on_the_first_articles_touches_something_that_is_there(book: RuleBook) -> None:
    decisions = book.content.catalogue.decisions
    assert len(decisions) == 55
    with_rules = [decision for decision in decisions.values() if any(book.touched_by(decision))]
    assert len(with_rules) > 45
    for decision in decisions.values():
        rules, exercises = book.touched_by(decision)
        for name in decision.touches:
            is_known = name in exercises or any(rule.id.startswith(name) for rule in rules)
            assert is_known or not any(rule.id.startswith(name) for rule in book.content.rule_set.rules), name


def test_every_rule_with_branches_has_vignettes_of_its_own(book: RuleBook) -> None:
    late = {fact.id for fact in book.content.rule_set.supplied if fact.after_assembly}
    for rule in book.content.rule_set.rules:
        reads_late = any(getattr(atom, "subject", None) in late for b in rule.branches for atom in atoms(b.when))
        if rule.branches and not reads_late and not all(isinstance(b.when, Always) for b in rule.branches):
            assert book.vignettes_of(rule), rule.id
