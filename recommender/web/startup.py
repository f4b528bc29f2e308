"""Open the service: read the languages, load the rules, and say what keeps them from being used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from recommender.errors import ContentError
from recommender.loaders.languages import SOURCE, SOURCE_LANGUAGE, Language, load_languages
from recommender.models.content import Content
from recommender.presentation.localised import localise
from recommender.presentation.wording import Wording
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import Settings
from recommender.web.core.day import day_here
from recommender.web.core.state import AppState, log


def open_state(
    settings: Settings, recommender: Recommender | None, approval: Callable[[Content], bool] = lambda content: False
) -> AppState:
    """Return the state for these settings. Broken content does not stop the start: it is logged, and told by /readyz.

    Raises:
        RecommenderError: a setting cannot be used.
    """
    languages: Mapping[str, Language] = {SOURCE: SOURCE_LANGUAGE}
    reasons: list[str] = []
    try:
        languages = load_languages(settings.translations_dir, settings.languages)
        recommender = recommender or load_recommender(settings)
    except ContentError as error:
        reasons += error.reasons
        for fault in error.faults:
            log.error("not ready: %s", fault)
    # The source edition is always there: the rules are read and approved in it, whatever the site speaks.
    spoken = {**languages, SOURCE: SOURCE_LANGUAGE}
    localised_by_code = (
        {code: localise(recommender, language) for code, language in spoken.items()} if recommender else {}
    )
    if recommender is not None:
        Wording(recommender.content.catalogue, settings.region)
        reasons += recommender.faults
        for difference in recommender.faults:
            log.error("not ready: %s", difference)
    today = partial(day_here, ZoneInfo(settings.timezone) if settings.timezone else None)
    return AppState(settings, languages, recommender, localised_by_code, tuple(reasons), check_in, today, approval)


def about(state: AppState) -> dict[str, Any]:
    """Return what is served, as the fields of an event of the log."""
    if state.recommender is None:
        return {"rule_set_version": None, "rule_set": None}
    return {"rule_set_version": state.recommender.content.rule_set.version, "rule_set": state.short_hash}
