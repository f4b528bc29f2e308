"""Everything the product says: questionnaire, rules, catalogue and pose data, with one version and hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.models.catalogue import Catalogue
    from recommender.models.figures import Figures
    from recommender.models.questionnaire import Questionnaire
    from recommender.models.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Content:
    """``hash`` is the SHA-256, in hex, of the canonical JSON of all rule, questionnaire and catalogue files."""

    questionnaire: Questionnaire
    rule_set: RuleSet
    catalogue: Catalogue
    figures: Figures
    hash: str
