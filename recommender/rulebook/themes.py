"""What belongs to each theme: rules, questions, moves, outcomes, and every other text that is signed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from recommender.analysis.answer_usage import questions_read
from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.models.themes import Theme
from recommender.rulebook.named import named_exercises
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind


def in_themes(content: Content, digests: Mapping[Target, Digest]) -> Mapping[str, frozenset[Target]]:
    """Return what belongs to each theme of the content, by its id."""
    texts = {target: _text(digest) for target, digest in digests.items() if target != RELEASE}
    return MappingProxyType({theme.id: _members(theme, content, texts) for theme in content.themes})


def _members(theme: Theme, content: Content, texts: Mapping[Target, str]) -> frozenset[Target]:
    found = {target for target, text in texts.items() if _holds(theme, text)}
    asked = set(theme.questions)
    for page in content.questionnaire.pages:
        if asked & {question.id for question in page.questions}:
            found.add(Target(TargetKind.PAGE, page.id))
    for rule in content.rule_set.rules:
        if asked & {question for branch in rule.branches for question in questions_read(branch.when)}:
            found |= {Target(TargetKind.RULE, rule.id), *_led_to(rule)}
    return frozenset(found & set(texts))


def _led_to(rule: Rule) -> set[Target]:
    """Return the moves that a rule names, and the outcomes that it leads to."""
    actions = [branch.then for branch in rule.branches]
    moves = {Target(TargetKind.EXERCISE, name) for then in actions for name in named_exercises(then)}
    ends = (then.disposition.level for then in actions if then.disposition is not None)
    return moves | {Target(TargetKind.DISPOSITION, str(level)) for level in ends}


def _holds(theme: Theme, text: str) -> bool:
    if not theme.words:
        return False
    return re.search(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, theme.words))})", text) is not None


def _text(digest: Digest) -> str:
    """Return the words of a target. Of a rule only its own: the questions that it reads are signed as pages."""
    parts = digest.parts
    own = parts["rule"] if digest.target.kind is TargetKind.RULE else parts
    return json.dumps(own, ensure_ascii=False, default=dict).casefold().replace("_", " ")
