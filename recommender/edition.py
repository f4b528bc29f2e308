"""The product in one language: the same decisions, with content, form messages and results in that language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recommender.answer_sheet import AnswerSheet
from recommender.check_in.sheet import CheckInSheet
from recommender.check_in_presenter import present_check_in
from recommender.engine.flow import Step
from recommender.loaders.languages import SOURCE, Language
from recommender.models.check_in import CheckInResult
from recommender.models.content import Content
from recommender.models.recommendation import Recommendation
from recommender.models.texts import map_texts
from recommender.presenter import present
from recommender.service import Recommender


@dataclass(frozen=True)
class Edition:
    """``content`` and the messages of both sheets are in ``language``; ids, figures and the hash are those of the source."""

    language: Language
    content: Content
    sheet: AnswerSheet
    check_in_sheet: CheckInSheet

    def shown(self, step: Step) -> Step:
        """Return a screen of the questionnaire in this language."""
        return map_texts(step, lambda text, _: self.language.content(text))

    def present(self, recommendation: Recommendation, region: str | None) -> dict[str, Any]:
        return present(recommendation, self.content, region, self.language)

    def present_check_in(self, result: CheckInResult, region: str | None) -> dict[str, Any]:
        return present_check_in(result, self.content, region, self.language)


def make_edition(recommender: Recommender, language: Language) -> Edition:
    if language.code == SOURCE:
        return Edition(language, recommender.content, recommender.sheet, recommender.check_in_sheet)
    content = map_texts(recommender.content, lambda text, _: language.content(text))
    sheet = AnswerSheet(content.questionnaire, recommender.flow, recommender.supplied, language.interface.gettext)
    # Only messages are translated: what was done is held against the catalogue that the rules know.
    source = recommender.content.catalogue
    checks = CheckInSheet(content.questionnaire, source, sheet, recommender.check_walk, language.interface.gettext)
    return Edition(language, content, sheet, checks)
