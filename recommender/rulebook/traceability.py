"""From each hazard to what keeps it down and where that is, and back. Generated; nobody keeps it by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from recommender.loaders.safety_case import tables_there
from recommender.models.content import Content
from recommender.models.safety_case import Hazard, SafetyCase


@dataclass(frozen=True, slots=True)
class Trace:
    """One control of one hazard: ``kind`` is rule, table, test, page or document, ``place`` the file or address that it is in.

    ``is_there``: whether it was found; None where that cannot be known, as of tests beside a package that was installed.
    """

    hazard: Hazard
    kind: str
    control: str
    place: str
    is_there: bool | None


def traces(
    case: SafetyCase,
    content: Content,
    tests: Mapping[str, str] | None,
    has_page: Callable[[str], bool],
    has_document: Callable[[str], bool] | None = None,
) -> Iterator[Trace]:
    """Yield every control of every hazard, in the order of the log. ``tests`` are files by the names of the tests in them."""
    tables = tables_there()
    for hazard in case.hazards:
        for rule in hazard.controls.rules:
            known = content.rule_set.by_id.get(rule)
            yield Trace(hazard, "rule", rule, known.path if known else "", known is not None)
        for table in hazard.controls.tables:
            yield Trace(hazard, "table", table, tables.get(table, ""), table in tables)
        for test in hazard.controls.tests:
            is_there = None if tests is None else test in tests
            yield Trace(hazard, "test", test, f"tests/{tests[test]}" if tests and test in tests else "", is_there)
        for page in hazard.controls.pages:
            yield Trace(hazard, "page", page, page, has_page(page))
        for document in hazard.controls.documents:
            is_there = None if has_document is None else has_document(document)
            yield Trace(hazard, "document", document, document, is_there)


def by_control(found: Iterable[Trace]) -> dict[tuple[str, str], list[Trace]]:
    """Return the same from the other end: which hazards each control keeps down, by its kind and name, in order."""
    grouped: dict[tuple[str, str], list[Trace]] = {}
    for trace in sorted(found, key=lambda trace: (trace.kind, trace.control, trace.hazard.id)):
        grouped.setdefault((trace.kind, trace.control), []).append(trace)
    return grouped
