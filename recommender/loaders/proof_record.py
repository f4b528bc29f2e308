"""Reads and writes the record of a proof, which stands beside the rules that it is about."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from recommender import __version__
from recommender.loaders.answer_order import ACCEPTED, FOLDER, ORDER, shipped_accepted
from recommender.loaders.forbidden import FILE as FORBIDDEN
from recommender.loaders.forbidden import FLOORS as COMBINED_FLOORS
from recommender.loaders.movements import FILE as MOVEMENTS
from recommender.models.answer_order import Accepted
from recommender.models.content import Content
from recommender.models.proof_record import PROOF_FILE, KeptProof, ProofRecord, ProofState, ProvedObligation

_TABLES = (ORDER, ACCEPTED, FORBIDDEN.name, COMBINED_FLOORS, MOVEMENTS.name, "floors.yaml", "minimum.yaml")


class _Obligation(Schema):
    id = fields.String(required=True)
    says = fields.String(required=True)
    accepted = fields.List(fields.String(), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ProvedObligation:
        return ProvedObligation(**data)


class _Record(Schema):
    class Meta:
        unknown = EXCLUDE

    rule_set = fields.String(required=True)
    tables = fields.String(required=True)
    software = fields.String(required=True)
    obligations = fields.List(fields.Nested(_Obligation), required=True)
    sheets = fields.Integer(required=True, as_string=True)
    sheets_by_level = fields.Dict(keys=fields.String(), values=fields.Integer(as_string=True), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ProofRecord:
        return ProofRecord(**data)


def write_proof_record(folder: Path, record: ProofRecord) -> Path:
    """Write the record into the folder of its rules: the same proof makes the same bytes. Returns the file."""
    path = folder / PROOF_FILE
    path.write_text(_as_text(record), encoding="utf-8")
    return path


def is_kept(folder: Path, record: ProofRecord) -> bool:
    """Return whether the record lies beside the rules, exactly as it would be written now."""
    path = folder / PROOF_FILE
    return path.is_file() and path.read_bytes() == _as_text(record).encode()


def _as_text(record: ProofRecord) -> str:
    return json.dumps(_Record().dump(record), indent=2, ensure_ascii=False) + "\n"


def read_kept_proof(folder: Path) -> KeptProof:
    """Return what lies beside the rules in their folder. What cannot be read proves nothing, and stops nothing."""
    try:
        record = _Record().loads((folder / PROOF_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return KeptProof()
    except (OSError, ValueError, RecursionError, ValidationError):
        return KeptProof(is_readable=False)
    assert isinstance(record, ProofRecord)
    return KeptProof(record)


def proof_state(content: Content) -> ProofState:
    """Return what is known of exactly these rules, held against the tables of this package by this version."""
    return content.proof.state(content.hash, tables_hash(), __version__)


def proof_told(content: Content) -> dict[str, str]:
    """Return the state of the proof, and of a current one what it is bound to: for a certificate or an export."""
    state, record = proof_state(content), content.proof.record
    if record is None or state is not ProofState.CURRENT:
        return {"state": state.value}
    return {
        "state": state.value,
        "rule_set": record.rule_set,
        "tables": record.tables,
        "software": record.software,
        "obligations": str(len(record.obligations)),
        "accepted": str(sum(len(one.accepted) for one in record.obligations)),
    }


@cache
def tables_hash() -> str:
    """Return the SHA-256, in hex, of the tables of this package that rules are held against."""
    whole = hashlib.sha256()
    for name in _TABLES:
        whole.update(hashlib.sha256((FOLDER / name).read_bytes()).digest())
    return whole.hexdigest()


def accepted_of(obligation: ProvedObligation) -> tuple[Accepted, ...]:
    """Return what this package says of the subjects that are accepted of an obligation."""
    return tuple(
        entry
        for entry in shipped_accepted()
        if entry.obligation == obligation.id and set(entry.subjects) & set(obligation.accepted)
    )
