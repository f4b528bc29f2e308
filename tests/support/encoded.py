"""The encoded rules, and what they say of many sheets at once, to hold against the evaluator."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recommender.models.content import Content
from recommender.models.questionnaire import Answer, QuestionKind
from recommender.proof.encoding.answers import Answers, new_ticks
from recommender.proof.encoding.forms import FormEncoding
from recommender.proof.encoding.graph import Graph, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import GIVEN, Universe
from recommender.questionnaire.random_sheets import random_sheet, random_sheet_to_the_end
from recommender.service.recommend import Recommender

Sheet = Mapping[str, Answer]
# Of every three sheets one has no sign at all, one has one now and then, and one has so many that most end early.
SIGN_RATES = (0.0, 0.01, 0.08)


@dataclass(frozen=True)
class Encoded:
    universe: Universe
    graph: Graph
    answers: Answers
    rules: RuleEncoding
    forms: FormEncoding

    def on(self, sheets: Sequence[Sheet], literals: Sequence[Literal]) -> dict[Literal, int]:
        """Return the value of each literal on every sheet: bit i is sheet i."""
        bits: dict[int, int] = {}
        for (question, value), variable in self.answers.ticks.items():
            kind = self.universe.by_id[question].kind
            for number, sheet in enumerate(sheets):
                if _is_given(sheet.get(question), value, kind):
                    bits[variable] = bits.get(variable, 0) | 1 << number
        return self.graph.evaluate(literals, bits, len(sheets))


def _is_given(answer: Answer | None, value: str | int, kind: QuestionKind) -> bool:
    if kind is QuestionKind.MANY:
        return isinstance(answer, tuple) and value in answer
    return answer is not None and value == GIVEN if kind is QuestionKind.TASK else answer == value


def encoded(content: Content) -> Encoded:
    universe, graph = Universe(content), Graph()
    answers = Answers(universe, graph, new_ticks(universe, graph))
    rules = RuleEncoding(answers)
    return Encoded(universe, graph, answers, rules, FormEncoding(rules))


def drawn_sheets(recommender: Recommender, seed: int, count: int) -> Iterator[Sheet]:
    """Yield valid sheets: without a sign, with few, and with so many that the form stops early."""
    chance = random.Random(seed)
    questionnaire, flow = recommender.content.questionnaire, recommender.flow
    for number in range(count):
        rate = SIGN_RATES[number % len(SIGN_RATES)]
        draw = random_sheet if rate else random_sheet_to_the_end
        yield draw(questionnaire, flow, chance, sign_rate=rate)
