"""Why: what fired and what was left out, each with the person's own answers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from recommender.models.catalogue import Exercise
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.recommendation import Recommendation
from recommender.models.routine import ExclusionReason, LeftOut
from recommender.models.rules import Branch
from recommender.presentation.replies import AnswerShown, OutcomeReasonShown, ReasonShown
from recommender.presentation.wording import Wording


def answers_behind(recommendation: Recommendation, branch: Branch, say: Wording) -> list[AnswerShown]:
    """Return the person's own answers that a branch rests on."""
    return [
        {
            "question": answer.question,
            "option": answer.option,
            "text": answer.text if answer.option is None else say(answer.text),
        }
        for answer in recommendation.behind.get(branch.id, ())
    ]


class Reasons:
    """Turns fired branches into reasons with the person's own answers."""

    def __init__(self, recommendation: Recommendation, content: Content, say: Wording) -> None:
        self._recommendation = recommendation
        self._rules = content.rule_set.by_id
        self._catalogue = content.catalogue
        self._say = say
        self._short: dict[str, ReasonShown] = {}
        self._places: dict[frozenset[str], tuple[str, list[str]]] = {}

    def short(self, branch: Branch) -> ReasonShown:
        """Return the reason; it is the same object each time, for a branch may leave out half of the catalogue."""
        reason = self._short.get(branch.id)
        if reason is None:
            reason = self._short[branch.id] = {
                "rule": branch.rule_id,
                "text": self._say(branch.say),
                "answers": answers_behind(self._recommendation, branch, self._say),
            }
        return reason

    def of_item(self, branch: Branch, exercise: Exercise) -> ReasonShown:
        """Return why an item is in. What a rule says of leaving out is no reason for what stands in."""
        reason = self.short(branch)
        wanted = any(
            exercise.id in preference.exercises or preference.good_for & exercise.good_for
            for preference in branch.then.prefer
        )
        stands_in = exercise.id in branch.then.swap_in and not wanted
        return {**reason, "text": self._catalogue.words.stand_in} if stands_in else reason

    def in_words(self, left: LeftOut) -> tuple[str | None, list[str]]:
        """Return why an exercise is left out where no rule says so, and the places that it is for where that is why.

        By place, or that others suit the answers better.
        """
        if left.because is ExclusionReason.FOR_ANOTHER_PLACE:
            return self._by_place(left.exercise.regions)
        if left.because is ExclusionReason.NOT_FOR_YOUR_ANSWERS and not left.reasons:
            return self._say(self._catalogue.words.not_called_for), []
        return None, []

    def _by_place(self, regions: frozenset[str]) -> tuple[str, list[str]]:
        by_place = self._places.get(regions)
        if by_place is None:
            known = self._catalogue.vocabulary["regions"].values()
            names = [self._say(term.name) for term in known if term.id in regions]
            said = self._say(self._catalogue.words.for_another_place)
            text = said.format(regions=", ".join(names), place=self._own_place)
            by_place = self._places[regions] = text, sorted(regions)
        return by_place

    @cached_property
    def _own_place(self) -> str:
        """What the person answered that their routine is made for, in words."""
        targeting = [branch for branch in self._recommendation.fired if branch.then.target_regions]
        told = (answers_behind(self._recommendation, branch, self._say) for branch in targeting)
        return ", ".join(dict.fromkeys(answer["text"] for answers in told for answer in answers))

    def of_choice(self, because: ExclusionReason) -> tuple[Branch, ...]:
        """Return the rules behind an exercise that was allowed, but not chosen."""
        return self._of_choice.get(because, ())

    @cached_property
    def _of_choice(self) -> Mapping[ExclusionReason, tuple[Branch, ...]]:
        fired = self._recommendation.fired
        orders = [(branch, branch.then.order) for branch in fired if branch.then.order]
        return {
            ExclusionReason.TIME: tuple(branch for branch in fired if branch.then.plan),
            ExclusionReason.NEAR_DUPLICATE: tuple(branch for branch, order in orders if order.near_duplicates),
        }

    def of_outcome(self, branch: Branch, winning: Level) -> OutcomeReasonShown:
        """Return a reason for the outcome. A milder one says why, but not what to do: "in 6 weeks" must not stand
        beside "now"."""
        action = branch.then.disposition
        assert action is not None
        counts = action.level is winning
        return {
            **self.short(branch),
            "level": action.level.value,
            "within": action.within if counts else None,
            "act": self._say(action.act) if action.act and counts else None,
            "sources": list(self._rules[branch.rule_id].sources),
        }
