"""The texts of the content as one person reads them: in their language, with the numbers of their country."""

from __future__ import annotations

import re

from recommender.errors import RecommenderError
from recommender.loaders.languages import SOURCE_LANGUAGE, Language
from recommender.models.catalogue import Catalogue, NumberPhrases


class Wording:
    """Puts texts of the content into a language, and a country's numbers, or general words, in the place of placeholders.

    Each text is worked out once and remembered, so only texts of the content may be given: never a person's own words.
    """

    def __init__(self, catalogue: Catalogue, region: str | None, language: Language = SOURCE_LANGUAGE) -> None:
        """Make the wording for one region; None stands for no particular one.

        Raises:
            RecommenderError: the region is not one of the catalogue's.
        """
        phrases = _phrases(catalogue, region)
        self._numbers = {
            "{emergency_number}": phrases.emergency_number_text,
            "{urgent_line}": phrases.urgent_line_text,
            "{crisis_line}": phrases.crisis_line_text,
        }
        self._placeholder = re.compile("|".join(map(re.escape, self._numbers)))
        self._translate = language.content
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            numbers = self._numbers
            known = self._placeholder.sub(lambda found: numbers[found.group()], self._translate(text))
            self._known[text] = known
        return known


def _phrases(catalogue: Catalogue, region: str | None) -> NumberPhrases:
    if region is None:
        return catalogue.unknown_region
    if region not in catalogue.every_region:
        known = ", ".join(catalogue.every_region)
        raise RecommenderError(f"REGION '{region}' is not one of {known}. Change the setting.")
    return catalogue.every_region[region].phrases
