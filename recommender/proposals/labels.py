"""What the fields of a form are called, and the words that may be chosen in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recommender.loaders.vocabulary import Vocabulary
from recommender.models.content import Content
from recommender.proposals.fields import Choice

_OPERATORS = {
    "is": "is one of",
    "in": "is one of",
    "includes": "one of these was ticked",
    "includes_any": "one of these was ticked",
    "only": "was ticked and nothing else",
    "at_least": "at least",
    "at_most": "at most",
}
_KEYS = {
    "say": "What the person reads",
    "why": "Why, for clinicians",
    "act": "What to do",
    "within": "By when, such as P14D or PT48H",
    "who": "Whom to see",
    "note": "A caution for the person",
}
_TERMS = {
    "kind": "kinds",
    "position": "positions",
    "place": "places",
    "equipment": "equipment",
    "region": "regions",
    "slot": "slots",
}


class Labels:
    """Looks up what things are called in one content."""

    def __init__(self, content: Content, vocabulary: Vocabulary) -> None:
        self._questions = content.questionnaire.questions
        self._facts = {fact.id: fact.meaning for fact in content.rule_set.supplied}
        self._vocabulary = vocabulary
        self._names = _names(content)

    def of_list(self, words: str) -> tuple[Choice, ...]:
        """Return the words of a closed list with their names, in order of their ids."""
        return self.named(sorted(self._vocabulary.words.get(words, ())), self._names.get(words, {}))

    def answers(self, subject: str) -> tuple[Choice, ...]:
        """Return the answers to a question, or the values of a finding."""
        question = self._questions.get(subject)
        if question is not None:
            return tuple(Choice(option.id, option.text) for option in question.options)
        return self.named(self._vocabulary.values.get(subject, ()))

    def condition(self, subject: str, operator: str) -> str:
        """Return a condition up to what is compared."""
        told = _OPERATORS.get(operator, operator.replace("_", " "))
        return f"{self.subject(subject)} ({told})"

    def subject(self, subject: str) -> str:
        """Return a question up to its first question mark, or what a fact or finding is called."""
        question = self._questions.get(subject)
        if question is not None:
            words, mark, _ = question.text.partition("?")
            return f"{question.code} {words}{mark}"
        return self._facts.get(subject, plain(subject)).partition(";")[0]

    @staticmethod
    def named(ids: Iterable[str], names: Mapping[str, str] | None = None) -> tuple[Choice, ...]:
        """Return ids with their names; an id as words where it has none."""
        return tuple(Choice(one, (names or {}).get(one) or plain(one)) for one in ids)


def key_label(key: str) -> str:
    """Return what a key of a rule file is called on the form."""
    return _KEYS.get(key) or plain(key)


def plain(word: str) -> str:
    """Return an id such as 'hold_seconds_at_most' as words."""
    words = word.replace("_", " ")
    return words[:1].upper() + words[1:]


def _names(content: Content) -> Mapping[str, Mapping[str, str]]:
    catalogue = content.catalogue
    moves = {exercise.id: exercise.name for exercise in catalogue.exercises}
    terms = {
        words: {term.id: term.name for term in catalogue.vocabulary[key].values()}
        for words, key in _TERMS.items()
        if key in catalogue.vocabulary
    }
    return {
        **terms,
        "exercise": moves,
        "form": {form.key: f"{moves[form.exercise]}, {form.name}" for form in catalogue.forms.values()},
        "tag": {tag.id: tag.meaning for tag in catalogue.tags.values()},
        "source": {source.id: source.title for source in catalogue.sources.values()},
        "topic": {topic.id: topic.title for topic in catalogue.topics.values()},
        "good_for": dict(catalogue.good_for),
        "page": {page.id: page.title for page in content.questionnaire.pages},
        "question": {question.id: question.text for question in content.questionnaire.questions.values()},
    }
