"""The open catalogue: every move, with filters, and a page for each. It knows nothing of the person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from recommender.engine.reference import Oracle
from recommender.models.catalogue import Catalogue, DefaultRoutine, DoseType, Form, Tag, Term
from recommender.models.content import Content
from recommender.models.plain_text import plain_text
from recommender.presentation.wording import Wording
from recommender.rulebook.catalogue_filter import (
    LIMITS,
    Bar,
    CatalogueFilter,
    Match,
    bars,
    first_dose,
    matching,
    stop_advice,
)
from recommender.rulebook.catalogue_search import LONGEST, found_by
from recommender.web.core.facets import facet
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state
from recommender.web.site.articles import articles_on

blueprint = Blueprint("exercises", __name__)

RESULTS = "moves"
NOTHING = "none"
WORDS = "q"


@dataclass(frozen=True, slots=True)
class MoveGroup:
    """Moves of one slot. Those that are never chosen stand together, without a slot."""

    slot: Term | None
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One form on the page of an exercise: what only it involves, and what rules it out but not every other form."""

    form: Form
    tags: tuple[Tag, ...]
    bars: tuple[Bar, ...]


def content() -> Content:
    """Return the content to show."""
    return localised_content().content


@blueprint.get("/exercises")
def index() -> Response:
    """Every move that fits the filter. Values of it that are not known are ignored."""
    shown = content()
    known = _filters(shown)
    chosen = _chosen(known)
    facets = tuple(facet(name, terms, chosen[name]) for name, terms in known.items())
    wanted = CatalogueFilter(
        regions=frozenset(chosen["region"]),
        positions=frozenset(chosen["position"]),
        equipment=frozenset(chosen["equipment"]),
        kinds=frozenset(chosen["kind"]),
        limits=frozenset(chosen["leave_out"]),
    )
    words = plain_text(request.args.get(WORDS, ""))[:LONGEST].strip()
    found = found_by(
        words, matching(shown, _oracle(), wanted), (shown.catalogue, current_state().ready.content.catalogue)
    )
    return _page(
        "site/exercises.html",
        shown,
        facets=facets,
        without=partial(_without, chosen, words),
        filters=chosen,
        words=words,
        is_filtered=bool(words) or any(chosen.values()),
        found=len(found),
        groups=_groups(found, shown.catalogue),
    )


@blueprint.get("/exercises/<exercise_id>")
def show(exercise_id: str) -> Response:
    """One move: how to do it, how much, and who leaves it out."""
    shown = content()
    exercise = shown.catalogue.by_id.get(exercise_id)
    if exercise is None:
        abort(404)
    fill = Wording(shown.catalogue, current_state().region)
    reasons = [Bar(fill(bar.say), bar.forms) for bar in bars(shown, _oracle(), exercise)]
    common = frozenset.intersection(*(form.tags for form in exercise.forms))
    return _page(
        "site/exercise.html",
        shown,
        exercise=exercise,
        tags=_tags(common, shown.catalogue),
        ways=[_way(form, common, reasons, shown.catalogue) for form in exercise.forms],
        bars=[bar for bar in reasons if len(bar.forms) == len(exercise.forms)],
        first_dose=None if exercise.dose.type is DoseType.NONE else first_dose(shown, _oracle(), exercise),
        sources=[shown.catalogue.sources[source] for source in exercise.dose.sources],
        articles=articles_on(exercise, shown.catalogue),
    )


def _page(template: str, shown: Content, **values: object) -> Response:
    fill = Wording(shown.catalogue, current_state().region)
    return make_response(
        render_template(
            template,
            catalogue=shown.catalogue,
            results=RESULTS,
            stop_advice=[fill(text) for text in stop_advice(shown, _oracle())],
            **values,
        )
    )


def _oracle() -> Oracle:
    return current_state().ready.oracle


def _filters(shown: Content) -> dict[str, dict[str, str | None]]:
    """Return the values of each filter that some move can meet, with their texts. The page has words for "none"."""
    catalogue, limits = shown.catalogue, shown.questionnaire.questions.get(LIMITS)
    forms = catalogue.forms.values()
    things = {item for form in forms for item in form.equipment.union(*form.equipment_any)}
    vocabulary = catalogue.vocabulary
    return {
        "region": _used(vocabulary["regions"], {region for move in catalogue.exercises for region in move.regions}),
        "position": _used(vocabulary["positions"], {form.position for form in forms}),
        "equipment": {**_used(vocabulary["equipment"], things), NOTHING: None},
        "kind": _used(vocabulary["kinds"], {move.kind for move in catalogue.exercises}),
        "leave_out": {option.id: option.text for option in limits.options if not option.exclusive} if limits else {},
    }


def _used(terms: Mapping[str, Term], ids: Iterable[str]) -> dict[str, str | None]:
    used = set(ids)
    return {term.id: term.name for term in terms.values() if term.id in used}


def _chosen(known: Mapping[str, Mapping[str, str | None]]) -> dict[str, list[str]]:
    """Return the known values in the address. Having nothing counts only where nothing else is at hand."""
    chosen = {name: [value for value in terms if value in request.args.getlist(name)] for name, terms in known.items()}
    if len(chosen["equipment"]) > 1:
        chosen["equipment"] = [thing for thing in chosen["equipment"] if thing != NOTHING]
    return chosen


def _without(chosen: Mapping[str, Sequence[str]], words: str, name: str, value: str) -> str:
    """Return the address of the page without one of the chosen values, or without the words to look for."""
    rest: dict[str, Any] = {
        other: [one for one in ids if (other, one) != (name, value)] for other, ids in chosen.items()
    }
    if words and name != WORDS:
        rest[WORDS] = words
    return url_for("exercises.index", _anchor=RESULTS, **rest)


def _groups(found: Iterable[Match], catalogue: Catalogue) -> list[MoveGroup]:
    """Return the moves by slot, in the order of the vocabulary, and last those that are never chosen."""
    matches = list(found)
    never = [match for match in matches if match.exercise.default_routine is DefaultRoutine.NO]
    groups = [
        MoveGroup(slot, tuple(match for match in matches if match.exercise.slot == slot.id and match not in never))
        for slot in catalogue.vocabulary["slots"].values()
    ]
    return [group for group in (*groups, MoveGroup(None, tuple(never))) if group.matches]


def _way(form: Form, common: frozenset[str], reasons: Iterable[Bar], catalogue: Catalogue) -> Way:
    every = len(catalogue.by_id[form.exercise].forms)
    own = tuple(bar for bar in reasons if form in bar.forms and len(bar.forms) < every)
    return Way(form, _tags(form.tags - common, catalogue), own)


def _tags(ids: frozenset[str], catalogue: Catalogue) -> tuple[Tag, ...]:
    return tuple(tag for tag in catalogue.tags.values() if tag.id in ids and tag.on_cards)
