"""What a signature is bound to: a SHA-256 over exactly what something means that a person can be shown or kept from.

Digests are taken from loaded models, so the white space of the files and the order of their keys do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

from recommender.analysis.answer_usage import answers_in, answers_measured, findings_read, questions_read
from recommender.engine.staging import STAGE_FINDINGS
from recommender.figures.gallery import every_drawing
from recommender.figures.manifest import picture_hash
from recommender.loaders.languages import Language
from recommender.loaders.software import this_software
from recommender.models.actions import Actions
from recommender.models.conditions import Condition
from recommender.models.content import Content
from recommender.models.content_hash import content_hash
from recommender.models.facts import SuppliedFact
from recommender.models.questionnaire import Option, Page, Question
from recommender.models.rules import Branch, Rule
from recommender.rulebook.named import named_exercises, named_tags, names_in_files
from recommender.rulebook.plain_data import plain_condition, plain_data
from recommender.rulebook.shared_parts import shared_parts, translations
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind

# What stands in the files but changes nothing that a clinician approves.
_RULE_HISTORY = frozenset({"author", "since", "changed", "notes", "path", "branches"})
_EXERCISE_BACKGROUND = frozenset({"figure_hint", "seeds", "seed_notes", "decisions"})
# What a rule that reads a question is bound to of the question itself. All of it is signed with its page.
_READ_OF_QUESTION = frozenset({"id", "kind", "text", "minimum", "maximum", "low_label", "high_label"})
_NOT_READ = frozenset(part.name for part in fields(Question)) - _READ_OF_QUESTION
_BRANCH_OWN = frozenset({"rule_id", "when", "line", "asked"})  # what asked adds stands in the condition
_BASE_STAGE = "base_stage="
# Where the parts of a point hold the digests of the rules that it names.
BOUND = "as_they_are"


def digests(content: Content, languages: Iterable[Language] = ()) -> Mapping[Target, Digest]:
    """Return the digest of everything that people can be shown or kept from, and last that of the release.

    A release is bound to all of it, to every content file and to the software; not to translations, which are signed
    for themselves. A point is bound to the rules that it names, as they are.
    """
    source, software = _Source(content), this_software()
    found: dict[Target, Digest] = {}
    for target, parts in chain(source.everything(), translations(languages)):
        if target.kind is TargetKind.POINT:
            parts = {**parts, BOUND: _versions(parts["rules"], found)}
        authors = names_in_files(content, target)
        found[target] = Digest(target, content_hash(parts), MappingProxyType(parts), authors)
    bound = {target: digest for target, digest in found.items() if target.kind is not TargetKind.LANGUAGE}
    release = {
        "version": content.rule_set.version,
        "content": content.hash,
        "software": {"version": software.version, "files": software.sha256},
        "targets": {f"{target.kind}/{target.id}": digest.sha256 for target, digest in bound.items()},
    }
    found[RELEASE] = Digest(RELEASE, content_hash(release), MappingProxyType(release))
    return MappingProxyType(found)


def rule_digest(content: Content, rule: str) -> str:
    """Return the digest that ``digests`` gives a rule, without those of all else."""
    return content_hash(_Source(content).of_rule(content.rule_set.by_id[rule]))


class _Source:
    """Gathers what each target means. Parts that many targets share are made once."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._behind = _derivations(content)
        self._facts = {fact.id: self._fact(fact) for fact in content.rule_set.supplied}
        questions = content.questionnaire.questions
        self._measured = {fact.id: tuple(answers_measured(fact, questions)) for fact in content.rule_set.supplied}
        self._pages = {page.id: [question.id for question in page.questions] for page in content.questionnaire.pages}
        asked = [(question, page) for page in content.questionnaire.pages for question in page.questions]
        self._questions = {question.id: self._question(question, page) for question, page in asked}
        self._options = {
            (question.id, option.id): self._option(option) for question, _ in asked for option in question.options
        }
        self._tags = {tag.id: plain_data(tag) for tag in content.catalogue.tags.values()}
        self._named = {
            exercise.id: {"forms": {form.id: sorted(form.tags) for form in exercise.forms}}
            for exercise in content.catalogue.exercises
        }
        self._drawings = every_drawing()
        self._schedule = plain_data(content.rule_set.check_in_schedule)
        self._outcomes = {
            str(level): plain_data(disposition) for level, disposition in content.catalogue.dispositions.items()
        }

    def everything(self) -> Iterator[tuple[Target, dict[str, Any]]]:
        for rule in self._content.rule_set.rules:
            yield Target(TargetKind.RULE, rule.id), self.of_rule(rule)
        for exercise in self._content.catalogue.exercises:
            tags = {tag for form in exercise.forms for tag in form.tags}
            parts = {**plain_data(exercise, without=_EXERCISE_BACKGROUND), "tags": _chosen(self._tags, tags)}
            yield Target(TargetKind.EXERCISE, exercise.id), {**parts, **self._drawn(exercise.id)}
        for level, words in self._outcomes.items():
            yield Target(TargetKind.DISPOSITION, level), words
        yield from shared_parts(self._content, self._facts)

    def _drawn(self, exercise: str) -> dict[str, Any]:
        """Return the pose data of an exercise, the poses that it starts from, and a hash of every picture of it."""
        figures = self._content.figures
        drawn = figures.exercises.get(exercise)
        if drawn is None:
            return {}
        frames = (frame for form in drawn.forms.values() for frame in form.frames)
        starts = {frame.start for frame in frames if isinstance(frame.start, str)}
        bases = {base: plain_data(figures.kit.bases[base]) for base in sorted(starts)}
        # A drawing of other poses than these is not shown: what it was made from is part of what is signed.
        made = {form: self._drawings[key] for form in drawn.forms if (key := f"{exercise}/{form}") in self._drawings}
        pictures = {
            form: {"source": one.source, **{name: picture_hash(name) for name in one.files}}
            for form, one in made.items()
        }
        return {"figures": {"forms": plain_data(drawn.forms), "bases": bases, "pictures": pictures}}

    def of_rule(self, rule: Rule) -> dict[str, Any]:
        """Return a rule, and everything outside of its file that it means."""
        actions = [branch.then for branch in rule.branches]
        findings = self._findings(rule.branches)
        read = [
            branch.when for branch in (*rule.branches, *(branch for behind in findings.values() for branch in behind))
        ]
        subjects = {subject for condition in read for subject in questions_read(condition)}
        return {
            "rule": {
                **plain_data(rule, without=_RULE_HISTORY),
                "branches": [self._branch(branch) for branch in rule.branches],
            },
            "findings": {name: [self._deriving(branch) for branch in behind] for name, behind in findings.items()},
            "questions": self._read_by(rule),
            "facts": _chosen(self._facts, subjects),
            "pages": _chosen(self._pages, {page for then in actions for page in then.ask_again | then.short_screen}),
            "tags": _chosen(self._tags, {tag for then in actions for tag in named_tags(then)}),
            "exercises": _chosen(self._named, {exercise for then in actions for exercise in named_exercises(then)}),
            **({"check_in_schedule": self._schedule} if any(then.follow_up for then in actions) else {}),
            "outcomes": _chosen(
                self._outcomes, {str(then.disposition.level) for then in actions if then.disposition is not None}
            ),
        }

    def _branch(self, branch: Branch) -> dict[str, Any]:
        then = branch.then
        # The files write these as mappings, whose order means nothing.
        ordered = replace(
            then,
            derive=tuple(sorted(then.derive)),
            slot_limits=tuple(sorted(then.slot_limits, key=lambda limit: limit.slot)),
        )
        own = plain_data(replace(branch, then=ordered), without=_BRANCH_OWN)
        return {**own, "when": self._condition(branch.when)}

    def _deriving(self, branch: Branch) -> dict[str, Any]:
        """Return how a branch comes to a finding or a cap; what it tells the person is not part of that."""
        derived = Actions(derive=tuple(sorted(branch.then.derive)), cap_stage=branch.then.cap_stage)
        return {"branch": branch.id, "when": self._condition(branch.when), **plain_data(derived)}

    def _findings(self, branches: Iterable[Branch]) -> dict[str, tuple[Branch, ...]]:
        """Return the branches behind every finding that these read, directly or through others."""
        found: dict[str, tuple[Branch, ...]] = {}
        waiting = [finding for branch in branches for finding in findings_read(branch.when)]
        while waiting:
            finding = waiting.pop()
            if finding not in found:
                found[finding] = self._behind.get(finding, ())
                waiting += [other for branch in found[finding] for other in findings_read(branch.when)]
        return found

    def _fact(self, fact: SuppliedFact) -> dict[str, Any]:
        """Return a fact with how it is measured, its condition as the rule files write it."""
        measure = fact.measure
        if measure is None:
            return {**plain_data(fact)}
        where = getattr(measure, "where", None)
        told = {"kind": type(measure).__name__, **plain_data(measure, without=frozenset({"where"}))}
        condition = {} if where is None else {"where": self._condition(where)}
        return {**plain_data(fact, without=frozenset({"measure"})), "measure": {**told, **condition}}

    def _read_by(self, rule: Rule) -> dict[str, Any]:
        """Return what a rule itself reads or asks: of each question its words, when it is asked, and the answers it names.

        So too of the questions whose answers make a fact that it reads. Words that it reads through findings are those of
        the rules behind these.
        """
        named: dict[str, set[str]] = {}
        for branch in rule.branches:
            read = questions_read(branch.when)
            for question in (*read, *branch.then.ask):
                named.setdefault(question, set())
            measured = (answer for subject in read for answer in self._measured.get(subject, ()))
            for answer in (*answers_in(branch.when), *measured):
                named.setdefault(answer.question, set()).add(answer.option or "")
        return {name: self._as_read(name, named[name]) for name in sorted(named) if name in self._questions}

    def _as_read(self, question: str, options: Iterable[str]) -> dict[str, Any]:
        named = {one: self._options[question, one] for one in sorted(options) if (question, one) in self._options}
        return {**self._questions[question], **({"options": named} if named else {})}

    def _question(self, question: Question, page: Page) -> dict[str, Any]:
        conditions = {
            "shown_if": question.shown_if,
            "asked_if": question.asked_if,
            "after_result": question.after_result,
            "page_shown_if": page.shown_if,
        }
        asked = {name: self._condition(one) for name, one in conditions.items() if one is not None}
        return {**plain_data(question, without=_NOT_READ), **asked}

    def _option(self, option: Option) -> dict[str, Any]:
        """Return an option as plain data, its condition as the rule files write it."""
        shown = {} if option.shown_if is None else {"shown_if": self._condition(option.shown_if)}
        return {**plain_data(option, without=frozenset({"shown_if"})), **shown}

    def _condition(self, condition: Condition) -> Any:
        return plain_condition(condition, self._content.questionnaire)


def _derivations(content: Content) -> dict[str, tuple[Branch, ...]]:
    """Return the branches behind each finding. The stage comes of every base stage and every cap, whichever it is."""
    found: dict[str, tuple[Branch, ...]] = {}
    for branch in content.rule_set.branches:
        for finding in branch.then.derive:
            found[finding] = (*found.get(finding, ()), branch)
    staging = tuple(
        branch
        for branch in content.rule_set.branches
        if branch.then.cap_stage or any(finding.startswith(_BASE_STAGE) for finding in branch.then.derive)
    )
    return {**found, **dict.fromkeys(STAGE_FINDINGS.values(), staging)}


def _versions(rules: Iterable[str], found: Mapping[Target, Digest]) -> dict[str, str]:
    """Return the digests of the rules that a point names: it is settled for what they do today."""
    targets = (Target(TargetKind.RULE, rule) for rule in rules)
    return {target.id: found[target].sha256 for target in targets if target in found}


def _chosen(known: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    return {name: known[name] for name in sorted(wanted) if name in known}
