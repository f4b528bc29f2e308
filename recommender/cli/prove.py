"""recommender prove: hold the rules against every obligation, over every answer sheet."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from recommender import __version__
from recommender.loaders.content import load_content
from recommender.loaders.proof_record import is_kept, tables_hash, write_proof_record
from recommender.models.proof_record import PROOF_FILE, ProofRecord, ProvedObligation
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.proof.prove import Proof, Result
    from recommender.proof.prover import Hole

_PROVED, _BROKEN = 0, 1


def add_prove_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser(
        "prove",
        help="prove what must hold for every answer sheet, or show somebody for whom it does not",
        description="Holds the rules in RULES_DIR against every obligation. What is found is accepted in recommender/safety/accepted.yaml, "
        "or the exit status is 1.",
    )
    command.add_argument(
        "obligations", nargs="*", metavar="OBLIGATION", help="only these, by the names that a whole proof prints"
    )
    command.add_argument("--json", action="store_true", help="print JSON, with a case for the lab beside each finding")
    kept = command.add_mutually_exclusive_group()
    kept.add_argument(
        "--record", action="store_true", help="keep what a whole proof says beside the rules, for the page /rules/proof"
    )
    kept.add_argument(
        "--kept", action="store_true", help="refuse, unless the proof that is kept beside the rules says exactly this"
    )
    command.set_defaults(run=_prove)


def _prove(given: argparse.Namespace, settings: Settings) -> int:
    from recommender.proof.prove import OBLIGATIONS, prove  # not loaded by the other commands

    unknown = sorted(set(given.obligations) - {one.id for one in OBLIGATIONS})
    if unknown:
        print(f"There is no obligation '{unknown[0]}'. There are: {', '.join(one.id for one in OBLIGATIONS)}.")
        return _BROKEN
    if (given.record or given.kept) and given.obligations:
        print(
            f"Only a whole proof can be kept. Leave out {'--record' if given.record else '--kept'}, or name no obligation."
        )
        return _BROKEN
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    proof = prove(content, only=given.obligations, with_counts=not given.obligations)
    supplied = {fact.id: fact.first_value for fact in content.rule_set.supplied if not fact.after_assembly}
    if given.json:
        print(json.dumps(as_data(proof, content.hash, supplied), indent=2, ensure_ascii=False))
    else:
        print("\n".join(report(proof)))
    if not proof.holds:
        return _BROKEN
    if given.record:
        write_proof_record(settings.rules_dir, record_of(proof, content.hash))
    if given.kept and not is_kept(settings.rules_dir, record_of(proof, content.hash)):
        print(f"{settings.rules_dir / PROOF_FILE} is not this proof. Keep it anew: make prove.")
        return _BROKEN
    return _PROVED


def record_of(proof: Proof, content_hash: str) -> ProofRecord:
    """Return what is kept of a whole proof that holds."""
    assert proof.holds and proof.counts is not None
    obligations = [
        ProvedObligation(result.obligation.id, result.obligation.says, tuple(result.accepted))
        for result in proof.results
        if not result.obligation.for_authors
    ]
    by_level = {str(level): count for level, count in proof.counts.by_level.items()}
    return ProofRecord(content_hash, tables_hash(), __version__, obligations, proof.counts.sheets, by_level)


def report(proof: Proof) -> Iterator[str]:
    """Yield the lines that tell a person what was proved."""
    for result in proof.results:
        yield f"{_word(result):8} {result.obligation.id:16} {result.obligation.says}  ({_figures(result)})"
        for hole in result.holes:
            yield f"         {hole.subject}: {hole.told}"
            if hole.person is not None:
                yield from (f"             {line}" for line in hole.person.told)
    yield from (
        f"needless {line}: recommender/safety/accepted.yaml accepts it, and it is not found." for line in proof.needless
    )
    if proof.counts is not None:
        shares = ", ".join(f"{level} {count:.3g}" for level, count in proof.counts.by_level.items())
        yield f"Over {proof.counts.sheets} whole sheets: {shares}. Shares of sheets are not shares of people."
    yield (
        f"{'All proved or accepted' if proof.holds else 'Not proved'}: {proof.seconds:.1f} s of computing, {proof.megabytes:.0f} MB, "
        f"{proof.nodes} nodes, {proof.clauses} clauses."
    )


def as_data(proof: Proof, content_hash: str, supplied: dict[str, int]) -> dict[str, Any]:
    """Return the proof as plain data."""
    return {
        "hash": content_hash,
        "holds": proof.holds,
        "seconds": round(proof.seconds, 2),
        "megabytes": round(proof.megabytes),
        "obligations": [_as_data(result, supplied) for result in proof.results],
        "needless": list(proof.needless),
        "sheets": None if proof.counts is None else proof.counts.sheets,
        "sheets_by_level": None
        if proof.counts is None
        else {str(level): count for level, count in proof.counts.by_level.items()},
    }


def _as_data(result: Result, supplied: dict[str, int]) -> dict[str, Any]:
    return {
        "id": result.obligation.id,
        "says": result.obligation.says,
        "for_authors": result.obligation.for_authors,
        "seconds": round(result.seconds, 2),
        "questions": result.questions,
        "accepted": list(result.accepted),
        "found": [_hole(hole, supplied) for hole in result.holes],
    }


def _hole(hole: Hole, supplied: dict[str, int]) -> dict[str, Any]:
    person = hole.person
    told: dict[str, Any] = {"subject": hole.subject, "told": hole.told}
    if person is not None:
        told |= {"person": list(person.told), "case": person.case(hole.subject, supplied)}
    return told


def _word(result: Result) -> str:
    if result.obligation.for_authors:
        return "look at" if result.holes else "nothing"
    return "BROKEN" if result.is_broken else "proved"


def _figures(result: Result) -> str:
    counts = [f"{len(result.holes)} found"] if result.holes else []
    counts += [f"{len(result.accepted)} accepted"] if result.accepted else []
    return ", ".join([*counts, f"{result.questions} questions", f"{result.seconds:.1f} s"])
