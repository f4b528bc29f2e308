"""The product in one language: the same decisions, with content, form messages and results in that language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recommender.check_in.sheet import CheckInSheet
from recommender.figures.gallery import Gallery
from recommender.loaders.languages import SOURCE, Language
from recommender.models.check_in import CheckInResult
from recommender.models.content import Content
from recommender.models.recommendation import Recommendation
from recommender.models.translatable import map_texts
from recommender.presentation.check_in import present_check_in
from recommender.presentation.form_words import FormsWorded
from recommender.presentation.recommendation import present
from recommender.presentation.replies import CheckInShown, RecommendationShown
from recommender.presentation.wording import Wording
from recommender.questionnaire.answer_sheet import AnswerSheet
from recommender.questionnaire.steps import Step

if TYPE_CHECKING:
    from datetime import date

    from recommender.service.recommend import Recommender


@dataclass(frozen=True)
class LocalisedContent:
    """``content`` and the messages of both sheets are in ``language``; ids, figures and the hash are those of the source."""

    language: Language
    content: Content
    sheet: AnswerSheet
    check_in_sheet: CheckInSheet
    gallery: Gallery
    _words: dict[str | None, FormsWorded] = field(default_factory=dict, compare=False, repr=False)

    def shown(self, step: Step) -> Step:
        """Return a screen of the questionnaire in this language."""
        return step if self.language.code == SOURCE else map_texts(step, lambda text, _: self.language.content(text))

    def present(
        self, recommendation: Recommendation, region: str | None, day: date, *, is_checked: bool = False
    ) -> RecommendationShown:
        words = self.words(region)
        return present(recommendation, self.content, region, self.language, words, day=day, is_checked=is_checked)

    def present_check_in(self, result: CheckInResult, region: str | None, *, is_checked: bool = False) -> CheckInShown:
        words = self.words(region)
        return present_check_in(result, self.content, region, self.language, words, is_checked=is_checked)

    def words(self, region: str | None) -> FormsWorded:
        """Return the words of every form for a region, the same ones each time."""
        if region not in self._words:
            self._words[region] = FormsWorded(Wording(self.content.catalogue, region, self.language), self.gallery)
        return self._words[region]


def localise(recommender: Recommender, language: Language) -> LocalisedContent:
    if language.code == SOURCE:
        gallery = Gallery(recommender.content.figures, recommender.drawings)
        return LocalisedContent(language, recommender.content, recommender.sheet, recommender.check_in_sheet, gallery)
    content = map_texts(recommender.content, lambda text, _: language.content(text))
    sheet = AnswerSheet(content.questionnaire, recommender.flow, recommender.supplied, language.interface.gettext)
    # Only messages are translated: what was done is held against the catalogue that the rules know.
    source = recommender.content.catalogue
    checks = CheckInSheet(content.questionnaire, source, sheet, recommender.check_walk, language.interface.gettext)
    return LocalisedContent(language, content, sheet, checks, Gallery(content.figures, recommender.drawings))
