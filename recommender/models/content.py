"""Everything the product says: questionnaire, rules and catalogue, with one version and hash."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.models.catalogue import Catalogue
from recommender.models.questionnaire import Questionnaire
from recommender.models.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Content:
    """``hash`` is the SHA-256, in hex, of the canonical JSON of all rule, questionnaire and catalogue files."""

    questionnaire: Questionnaire
    rule_set: RuleSet
    catalogue: Catalogue
    hash: str
