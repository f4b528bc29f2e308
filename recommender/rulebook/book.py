"""The rule book: everything that its pages show of one content, worked out once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from recommender.analysis.answer_usage import Readers, findings_read, readers
from recommender.engine.reference import Oracle
from recommender.loaders.vignettes import Vignette
from recommender.models.catalogue import SeedDecision, Source
from recommender.models.conditions import Chosen, Found, Only, atoms
from recommender.models.content import Content
from recommender.models.rules import Branch, Rule
from recommender.rulebook.digest import digests
from recommender.rulebook.effects import Effects, effects
from recommender.rulebook.matrix import Matrix, matrix
from recommender.rulebook.named import named_tags
from recommender.rulebook.readings import how_unread
from recommender.rulebook.rule_search import MOVE, NOTE, SENTENCE, TEXT, TITLE, SearchText
from recommender.rulebook.sentences import Sentence, Sentences
from recommender.rulebook.targets import Digest, Target, TargetKind


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One branch with its sentence and what it does to the catalogue."""

    branch: Branch
    sentence: Sentence
    effects: Effects


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as the book shows it. ``questions`` are also those that it reads through findings.

    ``unread`` says how much of what it rests on nobody has opened: some of it, or nothing of it was; () for neither.
    """

    rule: Rule
    sentences: tuple[Sentence, ...]
    cases: tuple[RuleCase, ...]
    questions: tuple[str, ...]
    findings: tuple[str, ...]
    exercises: frozenset[str]
    regions: frozenset[str]
    tags: frozenset[str]
    unread: frozenset[str]
    text: SearchText


class RuleBook:
    """The entries in order of the rules, and what goes across them."""

    def __init__(self, content: Content, oracle: Oracle, vignettes: tuple[Vignette, ...] = ()) -> None:
        self.content = content
        self._oracle = oracle
        self._vignettes = vignettes
        self.sentences = Sentences(content)
        self.effects = effects(content)
        self.readers: Readers = readers(content.questionnaire, content.rule_set)
        self.digests: Mapping[Target, Digest] = digests(content)
        self._read = _questions_by_branch(self.readers)
        self.entries: Mapping[str, Entry] = MappingProxyType(
            {rule.id: self._entry(rule) for rule in content.rule_set.rules}
        )

    @cached_property
    def matrix(self) -> Matrix:
        return matrix(self.content, self._oracle, self.effects)

    def digest(self, rule: Rule) -> Digest:
        return self.digests[Target(TargetKind.RULE, rule.id)]

    def vignettes_of(self, rule: Rule) -> tuple[Vignette, ...]:
        """Return the vignettes in the rule's own file, in order."""
        return tuple(vignette for vignette in self._vignettes if vignette.rule == rule.id)

    def derived_by(self, finding: str) -> tuple[Branch, ...]:
        """Return the branches that derive a finding."""
        return tuple(branch for branch in self.content.rule_set.branches if finding in branch.then.derive)

    def readers_of_findings(self, rule: Rule) -> tuple[Rule, ...]:
        """Return the other rules that read a finding of this one."""
        derived = {finding for branch in rule.branches for finding in branch.then.derive}
        return tuple(
            entry.rule for entry in self.entries.values() if entry.rule is not rule and derived & set(entry.findings)
        )

    def touched_by(self, decision: SeedDecision) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """Return the rules and the exercises that a decision on the seed articles touches."""
        found = [
            rule for rule in self.content.rule_set.rules if any(_is_named(rule.id, name) for name in decision.touches)
        ]
        return tuple(found), tuple(name for name in decision.touches if name in self.content.catalogue.by_id)

    def evidence_for(self, decision: SeedDecision) -> tuple[Source, ...]:
        """Return the sources of the rules and doses that a decision touches, without the seed articles themselves."""
        rules, exercises = self.touched_by(decision)
        ids = [source for rule in rules for source in rule.sources]
        ids += [source for exercise in exercises for source in self.content.catalogue.by_id[exercise].dose.sources]
        sources = (self.content.catalogue.sources[source] for source in dict.fromkeys(ids))
        return tuple(source for source in sources if source.seed_file is None)

    def _entry(self, rule: Rule) -> Entry:
        sentences = self.sentences.of[rule.id]
        cases = tuple(
            RuleCase(branch, self.sentences.by_branch[branch.id], self.effects[branch.id]) for branch in rule.branches
        )
        read = [question for branch in rule.branches for question in self._read.get(branch.id, ())]
        asked = [question for branch in rule.branches for question in branch.then.ask]
        findings = [finding for branch in rule.branches for finding in findings_read(branch.when)]
        exercises = frozenset(exercise for case in cases for exercise in case.effects.touches)
        tags = frozenset(tag for branch in rule.branches for tag in named_tags(branch.then))
        return Entry(
            rule=rule,
            sentences=sentences,
            cases=cases,
            questions=tuple(dict.fromkeys([*read, *asked])),
            findings=tuple(dict.fromkeys(findings)),
            exercises=exercises,
            regions=self._regions(rule, cases),
            tags=tags,
            unread=how_unread(rule, self.content.catalogue),
            text=self._text(rule, sentences, exercises, tags),
        )

    def _text(
        self, rule: Rule, sentences: Iterable[Sentence], exercises: Iterable[str], tags: Iterable[str]
    ) -> SearchText:
        """Return what a rule is found by; the moves that it touches are part of it, and what they involve."""
        catalogue = self.content.catalogue
        told = [text for branch in rule.branches for text in (branch.say, branch.why)]
        moves = [catalogue.by_id[exercise] for exercise in exercises]
        parts = {
            TITLE: (rule.id, rule.title),
            SENTENCE: [sentence.text for sentence in sentences],
            MOVE: [name for move in moves for name in (move.name, *move.aliases)],
            TEXT: [
                rule.why,
                *told,
                *(word for tag in tags for word in (tag.replace("_", " "), catalogue.tags[tag].say)),
            ],
            NOTE: rule.notes,
        }
        return SearchText.of(rule.id, parts)

    def _regions(self, rule: Rule, cases: Iterable[RuleCase]) -> frozenset[str]:
        """Return the parts of the body that a rule speaks of: by answers and findings, aims, and moves that it names."""
        known = frozenset(self.content.catalogue.vocabulary["regions"])
        named = {exercise for case in cases for exercise in case.effects.names}
        regions = {region for exercise in named for region in self.content.catalogue.by_id[exercise].regions}
        regions |= {region for branch in rule.branches for region in branch.then.target_regions}
        regions |= {part for branch in rule.branches for part in _ids_read(branch)}
        return known & regions


def _ids_read(branch: Branch) -> set[str]:
    found: set[str] = set()
    for atom in atoms(branch.when):
        match atom:
            case Chosen(_, options):
                found |= set(options)
            case Only(_, option):
                found.add(option)
            case Found(finding):
                found.add(finding.partition("=")[2])
    return found


def _questions_by_branch(found: Readers) -> dict[str, list[str]]:
    questions: dict[str, list[str]] = {}
    for answer, readings in found.of.items():
        for reading in readings:
            questions.setdefault(reading.branch.id, []).append(answer.question)
    return questions


def _is_named(rule_id: str, name: str) -> bool:
    """Return whether a name is a rule's id, or the first part of it, such as 'RF-R' of RF-R01."""
    return rule_id == name or re.fullmatch(re.escape(name) + r"-?\d+", rule_id) is not None
