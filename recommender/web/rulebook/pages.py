"""What the pages of the rule book show: facets, the list they leave, the matrix cut to size, and the work list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import url_for
from werkzeug.datastructures import MultiDict

from recommender.models.catalogue import SeedDecision, Source
from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.rulebook.matrix import EVERYONE, ExerciseState
from recommender.rulebook.readings import NOTHING_OPENED, SOME_UNREAD
from recommender.rulebook.rule_search import LONGEST, Search
from recommender.rulebook.sentence_parts import PartKind, SentencePart
from recommender.web.core.facets import Facet, facet

if TYPE_CHECKING:
    from recommender.rulebook.book import Entry, RuleBook
    from recommender.rulebook.matrix import Column, Row

# A list of so many rules at most is shown in full; a longer one with a line or two for each.
SHOWN_IN_FULL = 12
SEARCH, CONFIRM = "q", "confirm"
BEST_FIRST = "best_first"
DIFFERENCES = "differences"
# How to read the matrix, on the page and below the table that is downloaded.
FOOTNOTES = (
    "The ids name the rules behind a cell. The first column holds for everyone: what it leaves out is left out in every "
    "column. Other columns show only what their own answer changes.",
    "A column takes one answer as known and all others as open. Where the answer opens a question that decides, the cell "
    "says on which it depends. Some rules need two answers or a stage: they stand at the end, as single cases of rules.",
)
# Characters: of a choice in a list, and of the heading of a narrow column.
_CHOICE, _LABEL = 70, 44


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The rules of one kind that fit, or all that were found by words, the best first."""

    kind: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """The index: what was asked for, and the rules that fit, by kind. ``source`` is the source asked for."""

    facets: tuple[Facet, ...]
    search: str
    confirm: bool
    groups: tuple[RuleGroup, ...]
    found: int
    source: Source | None

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything was asked for."""
        return bool(self.search or self.confirm or any(facet.chosen for facet in self.facets))

    @property
    def in_full(self) -> bool:
        """Return whether the list is short enough to show every rule in full."""
        return self.found <= SHOWN_IN_FULL


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the matrix with its words: under which question, and which answer or case.

    ``label`` is short enough for a narrow column; ``full`` leaves nothing out.
    """

    column: Column
    question: str
    label: str
    full: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """Columns that stand next to each other under one question."""

    question: str
    width: int


@dataclass(frozen=True, slots=True)
class MatrixView:
    """The matrix as asked for, with the rules named in it. ``stops`` as in the matrix.

    ``is_of_differences``: only what an answer changes is shown. ``move`` is the only row, where one move was asked for.
    """

    facets: tuple[Facet, ...]
    headings: tuple[Heading, ...]
    spans: tuple[Span, ...]
    rows: tuple[Row, ...]
    rules: tuple[Rule, ...]
    stops: tuple[tuple[str, str], ...]
    csv: str
    is_of_differences: bool
    move: Row | None

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything was asked for."""
        return self.is_of_differences or any(facet.chosen for facet in self.facets)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the first articles with what it touches and what it rests on."""

    decision: SeedDecision
    rules: tuple[Rule, ...]
    exercises: tuple[str, ...]
    evidence: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """An answer, and each rule that reads it with the findings in between."""

    option: str | None
    rules: tuple[tuple[str, tuple[str, ...]], ...]


def plain_kind(word: str) -> str:
    """Return an id such as 'red_flags' as words."""
    return word.replace("_", " ").capitalize()


def part_link(part: object) -> str | None:
    """Return where a piece of a sentence leads, or None."""
    if not isinstance(part, SentencePart) or part.ref is None:
        return None
    match part.kind:
        case PartKind.QUESTION:
            return url_for("rulebook.questions", _anchor=f"q-{part.ref}")
        case PartKind.EXERCISE:
            return url_for("exercises.show", exercise_id=part.ref)
        case PartKind.TAG:
            return url_for("rulebook.index", tag=part.ref)
        case PartKind.FINDING:
            return url_for("rulebook.show", rule_id=part.ref)
    return None


def list_view(book: RuleBook, asked: MultiDict[str, str]) -> ListView:
    """Return the rules that fit everything asked for. Values that are not known are ignored."""
    facets = _facets(book, asked)
    search = " ".join(asked.get(SEARCH, "").split())[:LONGEST]
    confirm = asked.get(CONFIRM) == "1"
    chosen = {facet.name: facet.choice for facet in facets if facet.choice}
    fits = [
        entry
        for entry in _found(book.entries.values(), search)
        if (entry.rule.needs_clinical_decision or not confirm)
        and all(value in _FACET_VALUES[name](entry) for name, value in chosen.items())
    ]
    kinds = dict.fromkeys(entry.rule.kind for entry in book.entries.values())
    by_kind = (RuleGroup(kind, tuple(entry for entry in fits if entry.rule.kind == kind)) for kind in kinds)
    groups = (RuleGroup(BEST_FIRST, tuple(fits)),) if search else tuple(by_kind)
    return ListView(
        facets=facets,
        search=search,
        confirm=confirm,
        groups=tuple(group for group in groups if group.entries),
        found=len(fits),
        source=book.content.catalogue.sources.get(chosen.get("source", "")),
    )


def _found(entries: Iterable[Entry], search: str) -> list[Entry]:
    """Return the rules that have every word of a search, the best first; without one all of them in their order."""
    if not search:
        return list(entries)
    wanted = Search.of(search)
    ranked = [(wanted.rank(entry.text), entry) for entry in entries]
    found = [(worth, entry) for worth, entry in ranked if worth is not None]
    return [entry for _, entry in sorted(found, key=lambda pair: -pair[0])]


def matrix_view(book: RuleBook, asked: MultiDict[str, str]) -> MatrixView:
    """Return the matrix cut to the rows and columns asked for; "everyone" is always there."""
    content, whole = book.content, book.matrix
    headings = [_heading(column, content) for column in whole.columns]
    forms = content.catalogue.forms.values()
    moves = {exercise.id: exercise.name for exercise in content.catalogue.exercises}
    facets = (
        _facet("move", "Move", moves, asked),
        _facet("question", "Question", _column_groups(headings), asked),
        _facet("position", "Position", _used(content, "positions", {form.position for form in forms}), asked),
        _facet("region", "Part of the body", _used(content, "regions", _regions(content)), asked),
    )
    move, question, position, region = (facet.choice for facet in facets)
    kept = tuple(heading for heading in headings if not question or _group_of(heading) in (question, EVERYONE_GROUP))
    rows = tuple(
        row
        for row in whole.rows
        if (not move or row.exercise.id == move)
        and (not region or region in row.exercise.regions)
        and (not position or any(form.position == position for form in row.exercise.forms))
    )
    is_of_differences = asked.get(DIFFERENCES) == "1"
    if is_of_differences:
        rows = tuple(row for row in rows if any(differs(row, heading) for heading in kept))
        kept = tuple(one for one in kept if _is_of_everyone(one) or any(differs(row, one) for row in rows))
    named = {rule for row in rows for heading in kept for rule in row.cells[heading.column.id].rules}
    chosen = {facet.name: facet.choice for facet in facets if facet.choice}
    chosen |= {DIFFERENCES: "1"} if is_of_differences else {}
    return MatrixView(
        facets=facets,
        headings=kept,
        spans=_spans(kept),
        rows=rows,
        rules=tuple(rule for rule in content.rule_set.rules if rule.id in named),
        stops=whole.stops,
        csv=url_for("rulebook.matrix_csv", **chosen),  # type: ignore[arg-type]
        is_of_differences=is_of_differences,
        move=rows[0] if move and rows else None,
    )


def differs(row: Row, heading: Heading) -> bool:
    """Return whether an answer does anything to a move that is not done for everyone, or opens a question that may."""
    cell, usual = row.cells[heading.column.id], row.cells[EVERYONE]
    is_more = cell.state is not ExerciseState.ALLOWED and (cell.states, cell.rules) != (usual.states, usual.rules)
    return is_more or bool(cell.depends_on)


def _is_of_everyone(heading: Heading) -> bool:
    return _group_of(heading) == EVERYONE_GROUP


def answers_read(book: RuleBook) -> Mapping[str, tuple[Reader, ...]]:
    """Return each answer with the rules that read it, by question."""
    found: dict[str, tuple[Reader, ...]] = {}
    for answer, readings in book.readers.of.items():
        through: dict[str, tuple[str, ...]] = {}
        for reading in sorted(readings, key=lambda reading: len(reading.through)):
            through.setdefault(reading.branch.rule_id, reading.through)
        rules = tuple((rule.id, through[rule.id]) for rule in book.content.rule_set.rules if rule.id in through)
        found[answer.question] = (*found.get(answer.question, ()), Reader(answer.option, rules))
    return found


def work_list(book: RuleBook) -> tuple[Decided, ...]:
    """Return every decision on the first articles, in their order."""
    return tuple(
        Decided(decision, *book.touched_by(decision), book.evidence_for(decision))
        for decision in book.content.catalogue.decisions.values()
    )


_FACET_VALUES: Mapping[str, Callable[[Entry], Iterable[str]]] = {
    "kind": lambda entry: (entry.rule.kind,),
    "region": lambda entry: entry.regions,
    "question": lambda entry: entry.questions,
    "exercise": lambda entry: entry.exercises,
    "source": lambda entry: entry.rule.sources,
    "strength": lambda entry: entry.rule.strength,
    "tag": lambda entry: entry.tags,
    "unread": lambda entry: entry.unread,
}
EVERYONE_GROUP, CASES_GROUP = "everyone", "cases"


def _facets(book: RuleBook, asked: MultiDict[str, str]) -> tuple[Facet, ...]:
    content = book.content
    rules, catalogue = content.rule_set.rules, content.catalogue
    questions = {
        question.id: f"{question.code} {first_question(question.text)}"
        for question in content.questionnaire.questions.values()
    }
    values = {
        "kind": ("Kind", {rule.kind: plain_kind(rule.kind) for rule in rules}),
        "region": ("Part of the body", {term.id: term.name for term in catalogue.vocabulary["regions"].values()}),
        "question": ("Question it reads", questions),
        "exercise": ("Move it touches", {exercise.id: exercise.name for exercise in catalogue.exercises}),
        "source": ("Source", {source.id: source.title for source in catalogue.sources.values()}),
        "unread": ("Unread sources", {NOTHING_OPENED: "Nothing was opened", SOME_UNREAD: "Some were not opened"}),
        "strength": ("Strength", {label: plain_kind(label) for rule in rules for label in rule.strength}),
        "tag": ("Movement it names", {tag.id: tag.meaning for tag in catalogue.tags.values()}),
    }
    facets = []
    for name, (label, named) in values.items():
        used = {value for entry in book.entries.values() for value in _FACET_VALUES[name](entry)}
        kept = {id: _cut(text, _CHOICE) for id, text in named.items() if id in used}
        facets.append(_facet(name, label, kept, asked))
    return tuple(facets)


def first_question(text: str) -> str:
    """Return a question up to its first question mark."""
    words, mark, _ = text.partition("?")
    return words + mark


def _facet(name: str, label: str, values: Mapping[str, str], asked: MultiDict[str, str]) -> Facet:
    return facet(name, values, {asked.get(name, "")}, label)


def _used(content: Content, of: str, ids: Iterable[str]) -> dict[str, str]:
    used = set(ids)
    return {term.id: term.name for term in content.catalogue.vocabulary[of].values() if term.id in used}


def _regions(content: Content) -> set[str]:
    return {region for exercise in content.catalogue.exercises for region in exercise.regions}


def _heading(column: Column, content: Content) -> Heading:
    questions = content.questionnaire.questions
    if column.branch:
        rule = content.rule_set.by_id[column.branch.rule_id]
        full, link = f"{column.branch.id} {rule.title}", url_for("rulebook.show", rule_id=rule.id)
        return Heading(column, "Single cases of rules", _cut(full, _LABEL), full, link)
    if not (column.question and column.option):
        return Heading(column, "Everyone", "Whatever is answered", "Whatever is answered", None)
    question = questions[column.question]
    text = question.option(column.option).text
    given = [(questions[gate], questions[gate].option(option).text) for gate, option in column.given]
    full = f"{text} (with: {' or '.join(answer for _, answer in given)})" if given else text
    label = _cut(text, _LABEL)
    if given:
        label += (
            f" (with some answers to {given[0][0].code})" if len(given) > 1 else f" (with: {_cut(given[0][1], _LABEL)})"
        )
    link = url_for("rulebook.questions", _anchor=f"q-{question.id}")
    return Heading(column, f"{question.code} {first_question(question.text)}", label, full, link)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _group_of(heading: Heading) -> str:
    return heading.column.question or (CASES_GROUP if heading.column.branch else EVERYONE_GROUP)


def _column_groups(headings: Iterable[Heading]) -> dict[str, str]:
    groups = {_group_of(heading): heading.question for heading in headings}
    return {group: text for group, text in groups.items() if group != EVERYONE_GROUP}


def _spans(headings: Iterable[Heading]) -> tuple[Span, ...]:
    widths: dict[str, int] = {}
    for heading in headings:
        widths[heading.question] = widths.get(heading.question, 0) + 1
    return tuple(Span(question, width) for question, width in widths.items())


def figure(count: int) -> str:
    """Return a number as it is read: 6.7·10⁷⁵ above a million, with its first two digits."""
    if count < 10**6:
        return f"{count:,}"
    power = len(str(count)) - 1
    return f"{count / 10**power:.1f}·10{str(power).translate(_RAISED)}"
