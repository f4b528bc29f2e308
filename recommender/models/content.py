"""Everything the product says: questionnaire, rules, catalogue and pose data, with one version and hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.models.proof_record import NO_PROOF, KeptProof

if TYPE_CHECKING:
    from recommender.models.catalogue import Catalogue
    from recommender.models.figures import Figures
    from recommender.models.questionnaire import Questionnaire
    from recommender.models.rules import RuleSet
    from recommender.models.themes import Theme


@dataclass(frozen=True, slots=True)
class Content:
    """``hash`` is the SHA-256, in hex, of the canonical JSON of all rule, questionnaire and catalogue files.

    ``proof`` is what lay beside the rules when they were loaded, and ``themes`` sort the work of reviewers: neither is part
    of the hash.
    """

    questionnaire: Questionnaire
    rule_set: RuleSet
    catalogue: Catalogue
    figures: Figures
    hash: str
    proof: KeptProof = NO_PROOF
    themes: tuple[Theme, ...] = ()
