"""The page of what is proved: it speaks of the rules that run, or says that nothing is proved of them."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from recommender import __version__
from recommender.loaders.answer_order import shipped_accepted
from recommender.loaders.proof_record import proof_state, read_kept_proof, tables_hash, write_proof_record
from recommender.models.proof_record import PROOF_FILE, KeptProof, ProofRecord, ProofState
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.settings.folders import content_folder
from recommender.web.app import create_app
from tests.support.proved import with_proof
from tests.support.sample import spread

NOT_PROVED = "<strong>Not proved.</strong>"


@pytest.fixture
def record(recommender: Recommender) -> ProofRecord:
    assert proof_state(recommender.content) is ProofState.CURRENT, (
        "the rules or the tables have changed: run make prove"
    )
    record = recommender.content.proof.record
    assert record is not None
    return record


def told(settings: Settings, recommender: Recommender, folder: Path) -> str:
    app = create_app(settings, with_proof(recommender, read_kept_proof(folder)))
    return unescape(app.test_client().get("/rules/proof").text)


def test_the_shipped_proof_is_of_the_shipped_rules_and_says_what_holds(
    settings: Settings, recommender: Recommender, record: ProofRecord
) -> None:
    text = told(settings, recommender, content_folder("rules"))
    assert NOT_PROVED not in text
    for obligation in record.obligations:
        assert obligation.says in text
    shown = {subject for obligation in record.obligations for subject in obligation.accepted}
    assert shown and all(subject in text for subject in shown)
    assert all(entry.why in text for entry in shipped_accepted() if entry.obligation in {"worse-answers", "doubt"})
    assert str(record.sheets) in text and record.rule_set in text


@pytest.mark.parametrize("stale", spread([{"rule_set": "0" * 64}, {"tables": "0" * 64}, {"software": "0.0.1"}], 0))
def test_a_proof_of_other_rules_other_tables_or_another_version_proves_nothing(
    settings: Settings, recommender: Recommender, record: ProofRecord, tmp_path: Path, stale: dict[str, str]
) -> None:
    write_proof_record(tmp_path, replace(record, **stale))
    text = told(settings, recommender, tmp_path)
    assert NOT_PROVED in text and "but of other rules" in text
    assert record.obligations[0].says not in text


@pytest.mark.parametrize(
    "text", spread(["{", "[]", "[" * 100_000, '{"rule_set": 1}', "\udcff"], 0, name=lambda text: ascii(text[:20]))
)
def test_a_record_that_cannot_be_read_proves_nothing_and_stops_nothing(
    settings: Settings, recommender: Recommender, tmp_path: Path, text: str
) -> None:
    (tmp_path / PROOF_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "cannot be read" in told(settings, recommender, tmp_path)


def test_rules_of_ones_own_are_not_proved_until_somebody_proves_them(
    settings: Settings, recommender: Recommender, tmp_path: Path
) -> None:
    text = told(settings, recommender, tmp_path)
    assert NOT_PROVED in text and "recommender prove --record" in text


def test_what_is_written_is_read_again_to_the_last_digit(record: ProofRecord, tmp_path: Path) -> None:
    path = write_proof_record(tmp_path, record)
    assert path.read_bytes() == (content_folder("rules") / PROOF_FILE).read_bytes()
    assert read_kept_proof(tmp_path) == KeptProof(record)
    assert (record.tables, record.software) == (tables_hash(), __version__)
