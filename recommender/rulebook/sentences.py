"""Every branch of every rule as one plain sentence, made from the data that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recommender.models.conditions import Always
from recommender.models.content import Content
from recommender.models.rules import Branch, Rule
from recommender.rulebook.action_sentences import ActionSentences
from recommender.rulebook.condition_sentences import Clause, Conditions, in_line
from recommender.rulebook.labels import Names
from recommender.rulebook.sentence_parts import Parts, joined, plain, text, word


@dataclass(frozen=True, slots=True)
class Sentence:
    """One branch in words. ``when`` is None for a branch that holds for everyone; ``then`` has a phrase per action."""

    branch: str
    when: Clause | None
    then: tuple[Parts, ...]

    @property
    def parts(self) -> Parts:
        """The whole sentence, as pieces in order."""
        opening = word("When") + text(" ") + in_line(self.when) if self.when else word("For everyone")
        whole = opening + text(": ") + joined(self.then, text("; "))
        return whole if whole[-1].text.endswith(".”") else whole + text(".")

    @property
    def text(self) -> str:
        return plain(self.parts)


class Sentences:
    """The sentences of one content."""

    def __init__(self, content: Content) -> None:
        self.names = Names(content)
        self.deeds = ActionSentences(self.names, content)
        self._conditions = Conditions(self.names, content.questionnaire)
        self.of: Mapping[str, tuple[Sentence, ...]] = MappingProxyType(
            {rule.id: self._sentences(rule) for rule in content.rule_set.rules}
        )
        self.by_branch: Mapping[str, Sentence] = MappingProxyType(
            {sentence.branch: sentence for sentences in self.of.values() for sentence in sentences}
        )

    def sentence(self, branch: Branch, earlier: tuple[Branch, ...] = ()) -> Sentence:
        """Return one branch in words. ``earlier`` are the cases of its rule that stand before it."""
        when = None if isinstance(branch.when, Always) else self._conditions.clause(branch, earlier)
        return Sentence(branch.id, when, self.deeds.phrases(branch.then))

    def _sentences(self, rule: Rule) -> tuple[Sentence, ...]:
        """Return the sentence of each branch; of a rule without branches, one that names what it asks for."""
        if rule.branches:
            return tuple(self.sentence(branch, rule.branches[:number]) for number, branch in enumerate(rule.branches))
        kept = word("keep to this") + text(f": {rule.title}")
        return (Sentence(rule.id, None, (kept,)),)
