"""What the plain pages say about the content and the program: counted and read, never typed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata

from recommender.models.catalogue import Reading, Source
from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.web.core.static_files import FOLDER

DISTRIBUTION = "back-routine-recommender"
OTHER = "other"
# Groups of the source list, in the order of the page, with the kinds in each.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "guidelines": ("guideline", "pathway", "position stand", "diagnostic criteria", "clinical decision rule"),
    "experts": ("consensus", "consensus framework", "masterclass", "commentary", "viewpoint", "case-based lesson"),
    "reviews": ("systematic review", "review", "review series", "overview"),
    "studies": ("trial", "study", "survey", "safety investigation"),
    "patients": ("patient information",),
    OTHER: ("tool", "textbook", "practice"),
    "articles": ("seed",),
}
_GROUP_OF = {kind: group for group, kinds in _GROUPS.items() for kind in kinds}
_JUDGEMENT = frozenset({"practice", "design"})
_TO_CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """How much there is of everything. ``by_judgement`` rules rest on nothing but practice or a choice of our own.

    ``read`` counts sources by how far they were read, ``read_some`` those of which more than the abstract was.
    """

    rules: int
    safety_rules: int
    by_judgement: int
    questions: int
    movements: int
    sources: int
    articles: int
    conflicts: int
    conflicts_open: int
    points_open: int
    strengths: Mapping[str, int]
    read: Mapping[str, int]
    read_some: int


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """Sources of like kinds, by title."""

    id: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A Python package used at run time; ``licence`` is None if the package does not name one."""

    name: str
    version: str
    licence: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """The licence text of something that is copied into the program, paragraph by paragraph."""

    name: str
    paragraphs: tuple[str, ...]


def figures(content: Content) -> SiteFigures:
    """Return what the pages count."""
    rules, catalogue = content.rule_set.rules, content.catalogue
    sources = catalogue.sources.values()
    return SiteFigures(
        rules=len(rules),
        safety_rules=sum(_can_stop(rule) for rule in rules),
        by_judgement=sum(_JUDGEMENT.issuperset(rule.strength) for rule in rules),
        questions=len(content.questionnaire.intake_questions),
        movements=len(catalogue.exercises),
        sources=len(sources),
        articles=sum(_group(source) == "articles" for source in sources),
        conflicts=len(catalogue.decisions),
        conflicts_open=sum(decision.confidence == _TO_CONFIRM for decision in catalogue.decisions.values()),
        points_open=len(catalogue.review_points),
        strengths=_strengths(rules),
        read=Counter(source.read.value for source in sources),
        read_some=sum(source.read in (Reading.IN_FULL, Reading.IN_PART) for source in sources),
    )


def source_groups(content: Content) -> list[SourceGroup]:
    """Return every source once. A kind that we do not know stands under other."""
    sources = sorted(content.catalogue.sources.values(), key=lambda source: source.title.lower())
    groups = (SourceGroup(group, tuple(source for source in sources if _group(source) == group)) for group in _GROUPS)
    return [group for group in groups if group.sources]


@cache
def packages() -> tuple[Package, ...]:
    """Return the packages that the installed program needs, and those that they need, by name."""
    found: dict[str, Package] = {}
    waiting = _needs(DISTRIBUTION)
    while waiting:
        name = waiting.pop()
        if name not in found and (package := _package(name)):
            found[name] = package
            waiting += _needs(name)
    return tuple(found[name] for name in sorted(found))


@cache
def notices() -> tuple[Notice, ...]:
    """Return the licences that stand in VENDORED.md."""
    text = (FOLDER / "VENDORED.md").read_text(encoding="utf-8")
    parts = re.split(r"^## Licence of (.+)$", text, flags=re.MULTILINE)[1:]
    return tuple(
        Notice(name, tuple(" ".join(block.split()) for block in body.split("\n## ")[0].split("\n\n") if block.strip()))
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    )


def _can_stop(rule: Rule) -> bool:
    """Return whether a rule can end in advice without a routine."""
    return any(b.then.disposition and not b.then.disposition.level.shows_routine for b in rule.branches)


def _strengths(rules: Sequence[Rule]) -> dict[str, int]:
    """Return how many rules rest on each kind of ground; trials of every certainty count as one."""
    return Counter(ground for rule in rules for ground in {label.partition("_")[0] for label in rule.strength})


def _group(source: Source) -> str:
    return _GROUP_OF.get(source.kind, OTHER)


def _needs(name: str) -> list[str]:
    """Return the packages that one names, without those of extras; [] if it is not installed."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    plain = [line for line in lines if "extra ==" not in line]
    return [re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", line, maxsplit=1)[0]).lower() for line in plain]


def _package(name: str) -> Package | None:
    """Return a package; None if it is not installed, as it is for another system or another Python."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    return Package(told["Name"], told["Version"], _licence(told))


def _licence(told: metadata.PackageMetadata) -> str | None:
    """Return the licence in a line: the expression, else a short text, else the classifiers."""
    for field in ("License-Expression", "License"):
        if field in told and told[field] and "\n" not in told[field]:
            return told[field]
    classified = [line for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(line.rpartition(" :: ")[2] for line in classified) or None
