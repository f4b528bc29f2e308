"""What the engine is told: each property that its rules read, as a piece of the JSON text of a fact, its comma before it.

Every piece that can be written at load is; an answer only puts another piece in its place. Properties are closed: option
ids, true and false, and whole numbers. Nothing that a person wrote is ever one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from recommender.models.questionnaire import Intake, QuestionKind, Questionnaire

UNANSWERED = "~"
# Properties of every fact, beside those that rules read.
RESERVED = frozenset({"sid", "id", "_g"})

Texts = dict[str, str]


class Properties:
    """The properties that the rules of one rule set read. Each method that names one also notes that it is read.

    choice ``age_band``: an option, or "~". tick ``limits:kneel``. alone ``pain_location=only:neck``. number ``pain_score``,
    left out where none was given, and ``pain_score?``: whether one was. finding ``!age50``. count ``#outcomes_0``.
    """

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._blank: Texts = {}
        self._holding: Texts = {}
        self._by_option: defaultdict[str, defaultdict[str, Texts]] = defaultdict(lambda: defaultdict(dict))
        self._by_only_option: defaultdict[str, defaultdict[str, Texts]] = defaultdict(lambda: defaultdict(dict))
        self._numbers: set[str] = set()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._blank)

    def is_many(self, question: str) -> bool:
        return self._questionnaire.questions[question].kind is QuestionKind.MANY

    def choice(self, question: str) -> str:
        self._blank[question] = _text(question, UNANSWERED)
        for option in self._questionnaire.questions[question].options:
            self._by_option[question][option.id][question] = _text(question, option.id)
        return question

    def tick(self, question: str, option: str) -> str:
        name = f"{question}:{option}"
        self._blank[name] = _text(name, False)
        self._by_option[question][option][name] = _text(name, True)
        return name

    def alone(self, question: str, option: str) -> str:
        name = f"{question}=only:{option}"
        self._blank[name] = _text(name, False)
        self._by_only_option[question][option][name] = _text(name, True)
        return name

    def number(self, subject: str) -> tuple[str, str]:
        """Return the names of the number, and of whether it was given."""
        given = f"{subject}?"
        self._blank |= {subject: "", given: _text(given, False)}
        self._holding[given] = _text(given, True)
        self._numbers.add(subject)
        return subject, given

    def finding(self, finding: str) -> str:
        name = f"!{finding}"
        self._blank[name] = _text(name, False)
        self._holding[name] = _text(name, True)
        return name

    def count(self, name: str) -> str:
        self._blank[f"#{name}"] = _text(f"#{name}", 0)
        return f"#{name}"

    def of_intake(self, intake: Intake) -> Texts:
        """Return the text of every property: as the intake has it, no finding yet, nothing counted yet."""
        texts = dict(self._blank)
        for question, answer in intake.answers.items():
            options = (answer,) if isinstance(answer, str) else answer
            if isinstance(options, tuple):
                self._tell_options(question, options, texts)
        for subject in self._numbers:
            number = intake.number(subject)
            if number is not None:
                texts[subject] = f',"{subject}":{number:d}'
                texts[f"{subject}?"] = self._holding[f"{subject}?"]
        return texts

    def _tell_options(self, question: str, options: tuple[str, ...], texts: Texts) -> None:
        for chosen, known in (
            (options, self._by_option.get(question)),
            (options if len(options) == 1 else (), self._by_only_option.get(question)),
        ):
            if known:
                for option in chosen:
                    texts.update(known.get(option, ()))

    def tell_findings(self, texts: Texts, findings: Iterable[str]) -> None:
        """Change the texts to say that findings hold."""
        for finding in findings:
            name = f"!{finding}"
            if name in self._holding:
                texts[name] = self._holding[name]

    def tell_counts(self, texts: Texts, counts: Mapping[str, int]) -> None:
        """Change the texts to say how many there are of what is counted."""
        for name, number in counts.items():
            texts[name] = f',"{name}":{number:d}'


def _text(name: str, value: str | int | bool) -> str:
    return f",{json.dumps(name)}:{json.dumps(value)}"
