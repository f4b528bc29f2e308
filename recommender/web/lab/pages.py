"""What the pages of the case lab say: conditions, changes and steps of assembly in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from recommender.assembly.trace import Purpose, RejectionReason, SelectionRound
from recommender.lab.answer_changes import AnswerChange
from recommender.lab.because import BECAUSE
from recommender.lab.near_misses import NearMiss
from recommender.loaders.vignettes import Vignette
from recommender.models.catalogue import Exercise
from recommender.models.conditions import Atom, Chosen, Found, Number, Only
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, QuestionKind, Task
from recommender.models.rules import Branch
from recommender.rulebook.durations import duration_words
from recommender.rulebook.labels import Names
from recommender.rulebook.sentence_parts import PartKind
from recommender.web.core.filters import first_sentence

if TYPE_CHECKING:
    from recommender.lab.counterfactual import Counterfactual
    from recommender.lab.trace import ExerciseTrace, Fired, FormTrace, Trace

JOURNEYS = "journeys"

_PASSED: Mapping[RejectionReason, str] = {
    RejectionReason.OUTRANKED: "waits: something like it ranks higher",
    RejectionReason.SLOT_FULL: "the routine has enough of its part",
    RejectionReason.NEAR_DUPLICATE: "something like it is chosen already",
    RejectionReason.SHARES: "the shares asked for would not hold",
    RejectionReason.NO_ROOM: "does not fit the time or the order",
}
_VOCABULARY = {"position": "positions", "place": "places", "equipment": "equipment"}


@dataclass(frozen=True, slots=True)
class Ways:
    """Changes of one question that lead to the same thing."""

    question: str
    changes: tuple[AnswerChange, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where single answers would have led: by new level and stage, and by exercise brought in or left out."""

    levels: Mapping[str, list[Ways]]
    stages: Mapping[str, list[Ways]]
    brought_in: Mapping[str, list[Ways]]
    left_out: Mapping[str, list[Ways]]


def elsewhere(trace: Trace, found: Iterable[Counterfactual]) -> Elsewhere:
    """Return counterfactuals by what they lead to. Exercises are told of only where both have a routine."""
    levels, stages, brought_in, left_out = (defaultdict[str, list[AnswerChange]](list) for _ in range(4))
    for each in found:
        if each.level:
            levels[each.level.value].append(each.change)
        if each.stage:
            stages[each.stage.value].append(each.change)
        if trace.recommendation.assembly and not (each.level and not each.level.shows_routine):
            for exercise in each.brought_in:
                brought_in[exercise].append(each.change)
            for exercise in each.left_out:
                left_out[exercise].append(each.change)
    in_order = {level.value: levels[level.value] for level in Level if level.value in levels}
    return Elsewhere(*map(_by_question, (in_order, stages, brought_in, left_out)))


def _by_question(found: Mapping[str, list[AnswerChange]]) -> dict[str, list[Ways]]:
    return {name: ways(changes) for name, changes in found.items()}


def ways(changes: Iterable[AnswerChange]) -> list[Ways]:
    """Return changes by question."""
    grouped: defaultdict[str, list[AnswerChange]] = defaultdict(list)
    for change in changes:
        grouped[change.question].append(change)
    return [Ways(question, tuple(same)) for question, same in grouped.items()]


def vignette_groups(
    vignettes: Sequence[Vignette], about: str, wanted: str
) -> list[tuple[str, list[tuple[str, Vignette]]]]:
    """Return (file, [(key, vignette)]) of one folder, or of every folder where words are searched for."""
    words = wanted.casefold().split()
    groups: defaultdict[str, list[tuple[str, Vignette]]] = defaultdict(list)
    for number, vignette in enumerate(vignettes):
        text = f"{vignette.name} {vignette.path}".casefold()
        if all(word in text for word in words) if words else vignette.path.startswith(f"{about}/"):
            groups[vignette.path.removesuffix(".yaml")].append((str(number), vignette))
    return list(groups.items())


def folders(vignettes: Iterable[Vignette]) -> dict[str, int]:
    """Return the folders of the vignettes, journeys first, with how many each holds."""
    counts: defaultdict[str, int] = defaultdict(int)
    for vignette in vignettes:
        counts[vignette.path.partition("/")[0]] += 1
    return dict(sorted(counts.items(), key=lambda entry: (entry[0] != JOURNEYS, entry[0])))


def exercise_groups(trace: Trace) -> list[tuple[str, list[ExerciseTrace]]]:
    """Return the exercises that are out, by why; those a rule left out first."""
    grouped = (
        (words, [one for one in trace.exercises if not one.is_in and one.because is because])
        for because, words in BECAUSE.items()
    )
    return [(words, out) for words, out in grouped if out]


def fired_groups(trace: Trace, content: Content) -> list[tuple[str, list[Fired]]]:
    """Return what fired by kind of rule, in the order of the rule set's kinds."""
    groups: defaultdict[str, list[Fired]] = defaultdict(list)
    for fired in trace.fired:
        groups[content.rule_set.by_id[fired.branch.rule_id].kind].append(fired)
    return list(groups.items())


class LabWords:
    """Says things of one content, for templates."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._names = Names(content)
        self._questions = content.questionnaire.questions

    def question(self, question_id: str) -> str:
        """Return a question up to its question mark."""
        return first_sentence(self._questions[question_id].text)

    def answer(self, question_id: str, answer: Answer | None) -> str:
        """Return an answer as it reads on the page."""
        question = self._questions[question_id]
        match answer:
            case None:
                return "not answered"
            case Task(task, score):
                return f"“{task}”, {score} of {question.maximum}"
            case str():
                return question.option(answer).text
            case tuple():
                return "; ".join(question.option(option).text for option in answer)
            case _:
                return str(answer)

    def kind(self, kind: str) -> str:
        """Return a kind of rule in words."""
        return kind.replace("_", " ").capitalize()

    def finding(self, finding: str) -> Markup:
        """Return a finding by its name in the rule book, or as code if that is but its id; with the value, if any."""
        name, _, value = finding.partition("=")
        named = next(part.text for part in self._names.finding(finding) if part.kind is PartKind.FINDING)
        shown = Markup("<code>{}</code>").format(name) if named == name.replace("_", " ") else escape(named)
        return shown + (f": {value.replace('_', ' ')}" if value else "")

    def fact(self, fact_id: str) -> str:
        """Return what a fact that is worked out, not asked, means."""
        return next((fact.meaning for fact in self._content.rule_set.supplied if fact.id == fact_id), fact_id)

    def duration(self, duration: str) -> str:
        """Return a duration in words."""
        return duration_words(duration)

    def title(self, branch: Branch) -> str:
        """Return the title of a rule."""
        return self._content.rule_set.by_id[branch.rule_id].title

    def exercise(self, exercise_id: str) -> Exercise:
        """Return an exercise by its id."""
        return self._content.catalogue.by_id[exercise_id]

    def term(self, vocabulary: str, id: str) -> str:
        """Return the name of a word of the vocabulary, or else its id in words."""
        terms = self._content.catalogue.vocabulary.get(vocabulary, {})
        return terms[id].name if id in terms else id.replace("_", " ")

    def change(self, change: AnswerChange) -> str:
        """Return what would be answered otherwise, without the question."""
        if change.option is None:
            return str(change.after)
        text = f"“{self._questions[change.question].option(change.option).text}”"
        if self._questions[change.question].kind is not QuestionKind.MANY:
            return text
        return f"without {text}" if change.is_unticked else text

    def changes(self, changes: Iterable[AnswerChange]) -> str:
        """Return changes of one question as a list of alternatives; numbers in a row as a span."""
        given = list(changes)
        numbers = [change.after for change in given if isinstance(change.after, int)]
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            return f"{numbers[0]} to {numbers[-1]}"
        return " or ".join(self.change(change) for change in given)

    def condition(self, near: NearMiss) -> str:
        """Return the one condition that failed, as it ought to have been."""
        return self._atom(near.atom, "" if near.wanted else "not ")

    def _atom(self, atom: Atom, no: str) -> str:
        match atom:
            case Found(finding):
                return escape(no) + self.finding(finding)
            case Number(subject, low, high):
                bounds = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
                name = self.question(subject) if subject in self._questions else f"{self.fact(subject)}:"
                return f"{name} {no}{' and '.join(filter(None, bounds))}"
            case Only(question, option):
                return f"{self.question(question)} {no}“{self._questions[question].option(option).text}” alone"
            case Chosen(question, options):
                texts = " or ".join(f"“{self._questions[question].option(option).text}”" for option in options)
                return f"{self.question(question)} {no}{texts}"

    def lacking(self, form: FormTrace) -> list[str]:
        """Return what a form lacks here, each in a few words."""
        return [
            f"needs: {' or '.join(sorted(self.term(_VOCABULARY[kind], one) for one in would_do))}"
            for kind, would_do in form.lacking
        ]

    def purpose(self, round: SelectionRound) -> str:
        """Return in words what a round of the selection was for."""
        match round.purpose:
            case Purpose.MAIN_PLACE:
                return "A moving item for the main place"
            case Purpose.DIRECTION:
                return "The direction item"
            case Purpose.SLOT:
                return f"At least one of the part “{self.term('slots', str(round.slot))}”"
            case _:
                return "The best of the rest"

    def passed(self, reason: RejectionReason) -> str:
        """Return in words why a candidate was passed by."""
        return _PASSED[reason]

    def because(self, exercise: ExerciseTrace) -> str:
        """Return in words why an exercise was left out."""
        return BECAUSE[exercise.because]


def raw_case(name: str, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case as it travels in the forms of the lab."""
    return {"name": name, "answers": dict(answers), "facts": dict(facts)}
