"""Services in this process that reply as the API does, whatever rules they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from recommender.conformance.trying import Ask, Reply
from recommender.errors import DecisionError, IntakeError
from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.presentation.localised import localise
from recommender.service.recommend import Recommender


def asking(recommender: Recommender) -> Ask:
    """Return a service in this process, which replies as the API does."""
    localised = localise(recommender, SOURCE_LANGUAGE)

    def ask(body: Mapping[str, Any]) -> Reply:
        try:
            recommendation = recommender.recommend(recommender.sheet.read(body["answers"]))
        except IntakeError as error:
            told = [{"question": fault.place, "code": fault.told.code.value} for fault in error.faults]
            return 422, {"problems": told}
        except DecisionError:
            return 503, {"problems": [{"question": None, "code": "no_safe_answer"}]}
        return 200, localised.present(recommendation, None, date(2026, 3, 1))

    return ask
