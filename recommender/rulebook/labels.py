"""What things are called in the rule book: their own names from the content, as pieces of a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from recommender.models.actions import Scope
from recommender.models.content import Content
from recommender.rulebook.sentence_parts import PartKind, Parts, SentencePart, listed, text

_STAGE = "stage"
_BASE_STAGE = "base_stage"


class Names:
    """Looks names up in one content."""

    def __init__(self, content: Content) -> None:
        self._catalogue = content.catalogue
        self._questionnaire = content.questionnaire
        self._rules = content.rule_set.by_id
        self._supplied = {fact.id: fact for fact in content.rule_set.supplied}
        deriving: defaultdict[str, list[str]] = defaultdict(list)
        for branch in content.rule_set.branches:
            for finding in branch.then.derive:
                deriving[finding.partition("=")[0]].append(branch.rule_id)
        self._home = {name: rules[0] for name, rules in deriving.items()}
        self._alone = {
            name for name in self._home if sum(home == self._home[name] for home in self._home.values()) == 1
        }

    def subject(self, question: str) -> Parts:
        """Return a question up to its first question mark, or what a fact worked out by the program means."""
        if question in self._supplied:
            return (SentencePart(self._supplied[question].meaning.partition(";")[0], PartKind.WORD),)
        words, mark, _ = self._questionnaire.questions[question].text.partition("?")
        return (SentencePart(words + mark, PartKind.QUESTION, question),)

    def option(self, question: str, option: str) -> Parts:
        return text(f"“{self._questionnaire.questions[question].option(option).text}”")

    def finding(self, finding: str) -> Parts:
        """Return a finding by the title of its rule if that derives no other, else by its own id as words.

        One that holds or not stands in quotes; one with a value is named without the value.
        """
        name, _, value = finding.partition("=")
        home = self._home.get(_BASE_STAGE if name == _STAGE else name)
        words = f"the {_STAGE}" if name == _STAGE else name.replace("_", " ")
        if home and name in self._alone:
            words = self._rules[home].title
        part = SentencePart(words, PartKind.FINDING, home)
        return (part,) if value else (SentencePart("“"), part, SentencePart("”"))

    def exercise(self, exercise_id: str) -> Parts:
        return (SentencePart(self._catalogue.by_id[exercise_id].name, PartKind.EXERCISE, exercise_id),)

    def form(self, key: str) -> Parts:
        form = self._catalogue.forms[key]
        return (*self.exercise(form.exercise), SentencePart(f" ({form.name})"))

    def tag(self, tag_id: str) -> Parts:
        return (
            SentencePart("“"),
            SentencePart(self._catalogue.tags[tag_id].say, PartKind.TAG, tag_id),
            SentencePart("”"),
        )

    def term(self, of: str, term_id: str) -> Parts:
        """Return the name of a word of one of the closed lists, such as 'positions'; what is not listed, as words."""
        term = self._catalogue.vocabulary[of].get(term_id)
        return text(term.name if term else term_id.replace("_", " "))

    def exercises(self, ids: Iterable[str], last: str = "and") -> Parts:
        return listed([self.exercise(exercise) for exercise in ids], last)

    def terms(self, of: str, ids: Iterable[str], last: str = "and") -> Parts:
        """Return names of a closed list, in the order of that list."""
        wanted = set(ids)
        known = [term for term in self._catalogue.vocabulary[of] if term in wanted]
        return listed([self.term(of, term) for term in [*known, *sorted(wanted - set(known))]], last)

    def scope(self, scope: Scope) -> Parts:
        """Return which forms a scope speaks of, such as 'what involves lying on your back, and Cobra'."""
        groups: list[Parts] = []
        if scope.tags:
            tags = [self.tag(tag) for tag in self._catalogue.tags if tag in scope.tags]
            groups.append(text("every form that involves ") + listed(tags, "or"))
        if scope.kinds:
            groups.append(text("every move of the kind ") + self.terms("kinds", scope.kinds, "or"))
        if scope.exercises:
            groups.append(self.exercises(exercise for exercise in self._catalogue.by_id if exercise in scope.exercises))
        if scope.forms:
            groups.append(listed([self.form(key) for key in self._catalogue.forms if key in scope.forms]))
        return listed(groups, "and", "; ") if len(groups) < 3 else listed(groups, "and also", "; ")
