"""The service without the rules engine: for looking at many sheets, or at rules that change all the time. It serves nobody."""

from __future__ import annotations

from functools import cached_property

from recommender.service.recommend import Evaluator, Recommender


class PlainRecommender(Recommender):
    """The service decided by the plain evaluator alone: quick to make for one changed rule. It never serves a person."""

    def _compiled(self) -> Evaluator:
        return self.oracle

    @cached_property
    def faults(self) -> tuple[str, ...]:
        return ()
