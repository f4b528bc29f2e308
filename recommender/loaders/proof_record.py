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
from recommender.models.answer_order import Accepted
from recommender.models.proof_record import PROOF_FILE, ProofRecord, ProofState, ProvedObligation

_TABLES = (ORDER, ACCEPTED, FORBIDDEN.name, COMBINED_FLOORS, "floors.yaml", "minimum.yaml")


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
    path.write_text(json.dumps(_Record().dump(record), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_proof_record(folder: Path, rule_set: str) -> tuple[ProofState, ProofRecord | None]:
    """Return what is known of the rules of this hash, with the record where one can be read.

    ``folder`` is that of the rules. A record that cannot be read proves nothing, and stops nothing.
    """
    try:
        record = _Record().loads((folder / PROOF_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ProofState.NONE, None
    except (OSError, ValueError, ValidationError):
        return ProofState.UNREADABLE, None
    assert isinstance(record, ProofRecord)
    return record.state(rule_set, tables_hash(), __version__), record


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
