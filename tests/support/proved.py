"""Content as it is beside a proof of its own: for tests that change rules and are about something else than proofs."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from recommender import __version__
from recommender.loaders.proof_record import read_kept_proof, tables_hash
from recommender.models.content import Content
from recommender.models.proof_record import KeptProof, ProofRecord
from recommender.service.recommend import Recommender
from recommender.settings.folders import content_folder


def record_of(content: Content) -> ProofRecord:
    """Return what a whole proof of the content would leave beside its rules."""
    shipped = read_kept_proof(content_folder("rules")).record
    assert shipped is not None
    return replace(shipped, rule_set=content.hash, tables=tables_hash(), software=__version__)


def proved(recommender: Recommender) -> Recommender:
    """Return the service for the same content, proved."""
    return with_proof(recommender, KeptProof(record_of(recommender.content)))


def with_proof(recommender: Recommender, proof: KeptProof) -> Recommender:
    """Return the service for the same content with another proof beside it. What is compiled is shared."""
    other = copy(recommender)
    other.content = replace(recommender.content, proof=proof)
    return other
