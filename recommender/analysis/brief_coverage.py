"""What has become of each id of the evidence brief: in which file it is, what tests it, or why it is not here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from recommender.analysis.brief import Brief
from recommender.loaders.vignettes import Vignette
from recommender.models.actions import Actions, Modification
from recommender.models.content import Content
from recommender.models.rules import Rule


class CoverageState(StrEnum):
    """``WORDS`` changes no list of moves; ``KEPT`` has no condition, a test keeps it. Only ``MISSING`` must not be."""

    HERE = "here"
    WORDS = "words only"
    KEPT = "kept by a test"
    NOT_YET = "not in this version"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Line:
    """One id of the brief. ``where`` is its file; ``note`` says what tests it, what uses it, or what is wrong."""

    kind: str
    id: str
    state: CoverageState
    where: str
    note: str


def coverage(brief: Brief, content: Content, vignettes: Iterable[Vignette]) -> tuple[Line, ...]:
    """Return a line for every id of the brief, in its order."""
    found = _Found(brief, content, tuple(vignettes))
    return tuple(
        found.line(kind, name)
        for kind, names in (
            ("rule", brief.rules),
            ("finding", brief.findings),
            ("exercise", brief.exercises),
            ("source", brief.sources),
            ("decision", brief.decisions),
            ("review point", brief.review_points),
        )
        for name in names
    )


def report(lines: Sequence[Line]) -> str:
    """Return the lines as a table, with a summary for each kind and one for all."""
    widths = [max(len(line.id) for line in lines), max(len(line.state) for line in lines)]
    widths.append(max(len(line.where) for line in lines))
    parts = []
    for kind in dict.fromkeys(line.kind for line in lines):
        own = [line for line in lines if line.kind == kind]
        parts += [f"{kind.capitalize()}s: {_sum(own)}", *(_row(line, widths) for line in own), ""]
    return "\n".join([*parts, f"All {len(lines)} ids of the brief: {_sum(lines)}."])


def _row(line: Line, widths: Sequence[int]) -> str:
    return f"  {line.id:{widths[0]}}  {line.state:{widths[1]}}  {line.where:{widths[2]}}  {line.note}".rstrip()


def _sum(lines: Sequence[Line]) -> str:
    count = Counter(line.state for line in lines)
    return ", ".join(
        f"{count[state]} {state}" for state in CoverageState if count[state] or state is CoverageState.MISSING
    )


class _Found:
    """Looks ids of the brief up in the content and in the vignettes."""

    def __init__(self, brief: Brief, content: Content, vignettes: tuple[Vignette, ...]) -> None:
        self._brief, self._catalogue, self._rule_set = brief, content.catalogue, content.rule_set
        self._fires = Counter(rule for vignette in vignettes for rule in _rules(vignette, "fires"))
        self._silent = Counter(rule for vignette in vignettes for rule in _rules(vignette, "silent"))
        cited = [*(rule.sources for rule in content.rule_set.rules)]
        cited += [exercise.dose.sources for exercise in content.catalogue.exercises]
        self._cited = Counter(source for sources in cited for source in sources)
        self._points = {str(point.number): point for point in content.catalogue.review_points}

    def line(self, kind: str, name: str) -> Line:
        """Return what has become of an id; one that is here although it is listed as not here counts as missing."""
        reason = self._brief.not_yet.get(name)
        here = self._here(kind, name)
        if here is None:
            state = CoverageState.NOT_YET if reason else CoverageState.MISSING
            return Line(kind, name, state, "", reason or "no file has it, and no reason is given")
        if reason:
            told = f"it is here, but listed under not_yet ({reason}): remove it there"
            return Line(kind, name, CoverageState.MISSING, here.where, told)
        return here

    def _here(self, kind: str, name: str) -> Line | None:
        if kind in ("rule", "finding"):
            rule = self._rule_set.by_id.get(name)
            return None if rule is None else self._rule(kind, rule)
        return {
            "exercise": self._exercise,
            "source": self._source,
            "decision": self._decision,
            "review point": self._point,
        }[kind](kind, name)

    def _rule(self, kind: str, rule: Rule) -> Line:
        fires, silent = self._fires[rule.id], self._silent[rule.id]
        state, note = CoverageState.HERE, f"vignettes: fires in {fires}, near miss in {silent}"
        if rule.text_only:
            state, note = CoverageState.KEPT, str(rule.kept_by)
        elif not fires:
            state, note = CoverageState.MISSING, "no vignette in which it fires"
        elif _only_words(rule):
            state = CoverageState.WORDS
            note += "" if rule.id in self._brief.text_only else "; the brief does not list it as words only"
        return Line(kind, rule.id, state, rule.path, note)

    def _exercise(self, kind: str, name: str) -> Line | None:
        exercise = self._catalogue.by_id.get(name)
        if exercise is None:
            return None
        note = f"{len(exercise.forms)} forms; default routine: {exercise.default_routine}"
        if exercise.seeds:
            note += f"; named by {len({said.seed for said in exercise.seeds})} of the articles"
        return Line(kind, name, CoverageState.HERE, f"catalogue/exercises/{name}.yaml", note)

    def _source(self, kind: str, name: str) -> Line | None:
        if name not in self._catalogue.sources:
            return None
        note = f"cited by {self._cited[name]} rules and doses" if self._cited[name] else "kept for reference"
        return Line(kind, name, CoverageState.HERE, "catalogue/sources.yaml", note)

    def _decision(self, kind: str, name: str) -> Line | None:
        decision = self._catalogue.decisions.get(name)
        if decision is None:
            return None
        return Line(
            kind, name, CoverageState.HERE, "catalogue/decisions.yaml", f"touches {', '.join(decision.touches)}"
        )

    def _point(self, kind: str, name: str) -> Line | None:
        point = self._points.get(name)
        if point is None:
            return None
        note = f"about {', '.join(point.rules)}" if point.rules else "about the service as a whole"
        return Line(kind, name, CoverageState.HERE, "catalogue/decisions.yaml", note)


def _rules(vignette: Vignette, key: str) -> Iterator[str]:
    """Yield the id of each rule that a vignette expects to fire or not, once."""
    yield from {name.partition("/")[0] for name in vignette.expected(key)}


def _only_words(rule: Rule) -> bool:
    return all(replace(branch.then, advise=(), modify=_changes(branch.then)) == Actions() for branch in rule.branches)


def _changes(actions: Actions) -> tuple[Modification, ...]:
    """Return the modifications that do more than add a word."""
    return tuple(change for change in actions.modify if replace(change, note=None, scope=None) != Modification())
