"""Every branch of every rule as one plain sentence, made from the data that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from recommender.models.conditions import All, Always, Condition
from recommender.models.content import Content
from recommender.models.rules import Branch, Rule
from recommender.rulebook.action_sentences import ActionSentences
from recommender.rulebook.condition_sentences import Clause, Conditions, in_line
from recommender.rulebook.follow_up_sentences import schedule_phrases
from recommender.rulebook.labels import Names
from recommender.rulebook.sentence_parts import Parts, brief, joined, plain, text, word

# When a case holds that asks for nothing beside what all cases of its rule ask for.
_NO_MORE = Clause(text("all of that holds"))


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
    def is_short(self) -> bool:
        """Return whether it is read in a line, with no list in it."""
        return self.text == self.brief

    @property
    def text(self) -> str:
        """The whole sentence, with every list in full."""
        return plain(self.parts)

    @property
    def brief(self) -> str:
        """The sentence with long lists counted, as it is read above them."""
        return brief(self.parts)


@dataclass(frozen=True, slots=True)
class ToldRule:
    """A rule as it is read: what all of its cases ask for, said once, and each case without that. ``shared`` may be None."""

    shared: Clause | None
    cases: tuple[Sentence, ...]


class Sentences:
    """The sentences of one content."""

    def __init__(self, content: Content) -> None:
        self.names = Names(content)
        self.deeds = ActionSentences(self.names, content)
        self._conditions = Conditions(self.names, content.questionnaire)
        schedule = content.rule_set.check_in_schedule
        self._at_every_check = schedule_phrases(schedule) if schedule else ()
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

    def told(self, rule: Rule) -> ToldRule:
        """Return a rule with what its cases share said once, where that is shorter."""
        parts = [list(_conjuncts(branch.when)) for branch in rule.branches]
        shared = [part for part in parts[0] if all(part in other for other in parts[1:])] if len(parts) > 1 else []
        if not shared:
            return ToldRule(None, self.of[rule.id])
        cases = []
        for number, own in enumerate(parts):
            branch, rest = rule.branches[number], tuple(part for part in own if part not in shared)
            clause = (
                self._conditions.clause(replace(branch, when=All(rest)), rule.branches[:number]) if rest else _NO_MORE
            )
            cases.append(replace(self.by_branch[branch.id], when=clause))
        above = self._conditions.of(All(tuple(shared)))
        read = len(plain(in_line(above)).split()) + sum(len(case.text.split()) for case in cases)
        is_shorter = read < sum(len(one.text.split()) for one in self.of[rule.id])
        return ToldRule(above, tuple(cases)) if is_shorter else ToldRule(None, self.of[rule.id])

    def at_every_check(self, rule: Rule) -> tuple[Parts, ...]:
        """Return what goes with a rule that says what becomes of a check, as with every other; () for all others."""
        return self._at_every_check if any(branch.then.follow_up for branch in rule.branches) else ()

    def _sentences(self, rule: Rule) -> tuple[Sentence, ...]:
        """Return the sentence of each branch; of a rule without branches, one that names what it asks for."""
        if rule.branches:
            return tuple(self.sentence(branch, rule.branches[:number]) for number, branch in enumerate(rule.branches))
        kept = word("keep to this") + text(f": {rule.title}")
        return (Sentence(rule.id, None, (kept,)),)


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions all of which must hold."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition
