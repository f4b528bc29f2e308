"""What differs between two contents, whatever it does to people: that no level changes must never be read as all clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from recommender.models.content import Content
from recommender.models.rules import Branch

Named = tuple[str, tuple[str, ...]]
_CONDITION, _WORDS = ("when",), ("say", "why")
_COMPARED_BY_CASE = {"id", "branches", "path"}


def other_changes(old: Content, new: Content) -> Iterator[Named]:
    """Yield each kind of difference, and the names of what differs; () where nothing does."""
    told = [*_rules(old, new), *_beside_rules(old, new), *_questionnaire(old, new), *_catalogue(old, new)]
    yield from told
    unnamed = old.hash != new.hash and not any(names for _, names in told)
    yield "the files, in nothing that is named here", ("rules or catalogue",) if unnamed else ()


def _rules(old: Content, new: Content) -> Iterator[Named]:
    before, after = old.rule_set.branch_by_id, new.rule_set.branch_by_id
    both = [name for name in before if name in after]
    yield "cases that are new", tuple(name for name in after if name not in before)
    yield "cases that are gone", tuple(name for name in before if name not in after)
    yield "cases with other conditions", tuple(n for n in both if _differ(before[n], after[n], _CONDITION))
    yield "cases with other words", tuple(n for n in both if _differ(before[n], after[n], _WORDS))
    for part in fields(next(iter(before.values())).then):
        named = tuple(n for n in both if getattr(before[n].then, part.name) != getattr(after[n].then, part.name))
        yield f"cases with another '{part.name}'", named
    rules, now = old.rule_set.by_id, new.rule_set.by_id
    orders = [*before, *rules], [*after, *now]
    stay = [[name for name in one if name in other] for one, other in (orders, orders[::-1])]
    yield "the order of rules", ("others come first",) if stay[0] != stay[1] else ()
    for part in fields(next(iter(rules.values()))):
        if part.name not in _COMPARED_BY_CASE:
            named = tuple(n for n in rules if n in now and getattr(rules[n], part.name) != getattr(now[n], part.name))
            yield f"rules with another '{part.name}'", named


def _beside_rules(old: Content, new: Content) -> Iterator[Named]:
    """Yield what stands in no rule: the dates of checks, what is supplied, the answers that no rule reads, the version."""
    parts = [part.name for part in fields(old.rule_set) if part.name != "rules"]
    changed = (name for name in parts if getattr(old.rule_set, name) != getattr(new.rule_set, name))
    yield "other parts of the rules", tuple(changed)


def _questionnaire(old: Content, new: Content) -> Iterator[Named]:
    yield from _listed("questions", old.questionnaire.questions, new.questionnaire.questions)
    pages = [{page.id: replace(page, questions=()) for page in one.questionnaire.pages} for one in (old, new)]
    yield from _listed("pages", *pages)
    orders = [[(page.id, [one.id for one in page.questions]) for page in one.questionnaire.pages] for one in (old, new)]
    is_another = orders[0] != orders[1] or old.questionnaire.version != new.questionnaire.version
    yield "the questionnaire", ("the order of its questions, or its version",) if is_another else ()


def _catalogue(old: Content, new: Content) -> Iterator[Named]:
    yield from _listed("exercises", old.catalogue.by_id, new.catalogue.by_id)
    parts = [part.name for part in fields(old.catalogue) if part.name != "exercises"]
    changed = [name for name in parts if getattr(old.catalogue, name) != getattr(new.catalogue, name)]
    changed += ["figures"] if old.figures != new.figures else []
    yield "other parts of the catalogue", tuple(changed)


def _listed(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Named]:
    yield f"{what} that are new", tuple(name for name in new if name not in old)
    yield f"{what} that are gone", tuple(name for name in old if name not in new)
    yield f"{what} that differ", tuple(name for name in old if name in new and old[name] != new[name])


def texts_that_differ(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> Iterator[Named]:
    """Yield of each file of translations which texts are translated now, are no longer, or are in other words."""
    for file in sorted({*old, *new}):
        yield from _listed(f"translations in {file}", old.get(file, {}), new.get(file, {}))


def _differ(old: Branch, new: Branch, parts: Sequence[str]) -> bool:
    return any(getattr(old, part) != getattr(new, part) for part in parts)
