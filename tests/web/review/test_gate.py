"""What the gate in front of a release refuses: three walks round it that once succeeded, and their kind.

Two reviewers, a lead and a safety officer, on the pages as a browser without script sends them.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from recommender.models.proof_record import NO_PROOF
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from tests.support import databases
from tests.support.proved import with_proof
from tests.support.reviewers import (
    Reviewer,
    approve_all,
    asked,
    edited,
    is_approved,
    name_author,
    release,
    review_room,
    settle_all,
    signed_in,
)

DEEP = pytest.mark.deep
RULE, OTHER = "rule/RF-E01", "rule/RF-E02"


@pytest.fixture(params=["sqlite", *databases.postgresql_only(pytest.mark.long)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with databases.postgresql() as server, databases.new_database(server) as url:
        yield url


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path, database_url: str | None) -> Iterator[Flask]:
    with review_room(recommender, tmp_path, database_url) as made:
        yield made


@pytest.mark.parametrize(
    "pattern, old, new, target",
    [
        pytest.param("rules/dosing/DOS-05-*.yaml", "Stop", "Carry on", "rule/DOS-05", id="a stop sign", marks=DEEP),
        pytest.param(
            "rules/follow_up/FU-06-*.yaml",
            "at_most: 6",
            "at_most: 7",
            "rule/FU-06",
            id="a threshold",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "catalogue/regions.yaml",
            "text: '999'",
            "text: '998'",
            "region/GB",
            id="an emergency number",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_release_does_not_outlive_an_edit_that_no_reviewer_has_read(
    recommender: Recommender, tmp_path: Path, database_url: str | None, pattern: str, old: str, new: str, target: str
) -> None:
    room = tmp_path / "room"
    with review_room(recommender, room, database_url) as app:
        release(app)
        assert is_approved(app)
    with edited(tmp_path / "content", pattern, old, new) as changed, review_room(changed, room, database_url) as app:
        assert not is_approved(app)
        lead = signed_in(app, "ben")
        assert "Not ready: 1 still to be approved" in lead.see("/review/release").text
        assert f'href="/review/{target}"' in lead.see("/review/release").text
        refused = lead.say("/review/release", "approve")
        assert refused.status_code == 422
        for name in ("ana", "cay"):
            assert signed_in(app, name).say(f"/review/{target}", "approve").status_code == 303
        assert not is_approved(app), "the lead has not signed this version"
        settle_all(app, "ben")  # a point that names the rule is open again
        assert lead.say("/review/release", "approve").status_code == 303
        assert is_approved(app)


def test_an_objection_is_not_erased_by_approving_everything_at_once(app: Flask) -> None:
    ana, ben, cay, sol = (signed_in(app, name) for name in ("ana", "ben", "cay", "sol"))
    assert ana.say(f"/review/{RULE}", "request_changes", "Say which hour.").status_code == 303
    for reviewer in (ana, ben, cay, sol):
        page, fields = reviewer.ticks([RULE, OTHER])
        shown = reviewer.see(page).text
        assert [name.rpartition("/")[0] for name in fields["seen"]] == [OTHER], "no tick for what anybody objects to"
        assert "Say which hour." in shown and "Changes requested" in shown
        forged = {**fields, "seen": fields["listed"], "verdict": "approve"}
        refused = reviewer.send("/review/confirm", forged, page=page)
        assert refused.status_code == 422
        assert reviewer.send("/review/confirm", {**fields, "verdict": "approve"}, page=page).status_code == 303
    assert ana.say(f"/review/{RULE}", "approve").status_code == 422, "whoever objects takes that back first"
    for reviewer in (ben, cay, sol):
        assert reviewer.say(f"/review/{RULE}", "approve").status_code == 303
    assert "Changes requested" in ana.see(f"/review/{RULE}").text, "approvals of others end no objection"
    withdraw = next(iter(re.findall(r'action="(/review/withdraw/\d+)"', ana.see(f"/review/{RULE}").text)))
    assert ben.send(withdraw, {"text": "It is fine."}, page=f"/review/{RULE}").status_code == 422
    assert ana.send(withdraw, {"text": " "}, page=f"/review/{RULE}").status_code == 422, "an end needs a reason"
    assert ana.send(withdraw, {"text": "It says so."}, page=f"/review/{RULE}").status_code == 303
    assert "Changes requested" not in ana.see(f"/review/{RULE}").text.partition("Discussion")[0]


def test_a_new_version_answers_an_objection_only_when_somebody_says_how(
    recommender: Recommender, tmp_path: Path, database_url: str | None
) -> None:
    room, target = tmp_path / "room", "/review/rule/DOS-05"
    with review_room(recommender, room, database_url) as app:
        signed_in(app, "ana").say(target, "request_changes", "Stop is not plain enough.")
        lead = signed_in(app, "ben")
        (number,) = re.findall(r'id="thread-(\d+)"', lead.see(target).text)
        answer = f"/review/answer/{number}"
        words = {"text": "It says Halt now.", "seen": lead.seen(target)}
        assert lead.send(answer, words, page=target).status_code == 422, "the version objected to answers nothing"
    words = ("rules/dosing/DOS-05-*.yaml", "Stop", "Halt")
    with edited(tmp_path / "content", *words) as changed, review_room(changed, room, database_url) as app:
        ana, lead, cay = (signed_in(app, name) for name in ("ana", "ben", "cay"))
        assert "Changes requested" in cay.see(target).text, "a new version alone ends no objection"
        fields = {"text": "It says Halt now.", "seen": cay.seen(target)}
        assert cay.send(answer, fields, page=target).status_code == 422, "nor does a colleague"
        assert lead.send(answer, {**fields, "text": ""}, page=target).status_code == 422, "nor no reason"
        assert lead.send(answer, fields, page=target).status_code == 303
        assert "Changes requested" not in cay.see(target).text.partition("Discussion")[0]
        assert "says that this version answers it" in ana.see(target).text


def test_a_release_waits_until_every_point_is_decided_or_put_off_with_a_reason(app: Flask) -> None:
    point = "/review/point/10"
    for name in ("ana", "sol"):
        approve_all(app, name)
    ben, cay, sol = (signed_in(app, name) for name in ("ben", "cay", "sol"))
    page = ben.see("/review/release").text
    assert re.search(r"Not ready: \d+ points to settle\.", page)
    assert ben.say("/review/release", "approve").status_code == 422
    assert not is_approved(app)
    settle_all(app, "ana", but=("10",))
    name_author(app)
    assert "Not ready: 1 point to settle." in ben.see("/review/release").text
    assert ben.say("/review/release", "approve").status_code == 422, "a point of no rule is a point too"
    assert cay.say(point, "defer", "The lawyer is asked.").status_code == 422, "a reviewer puts nothing off"
    for reason, decision in (("", "As the rules say today."), ("Because.", "")):
        assert sol.say(point, "decide", reason, decision=decision).status_code == 422
    late = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    for day in ("", "soon", "2020-01-01", late):
        refused = sol.say(point, "defer", "The lawyer is asked.", until=day)
        assert refused.status_code == 422 and "The lawyer is asked." in refused.text, "no word is lost"
    until = datetime.now(UTC).date() + timedelta(days=30)
    assert sol.say(point, "defer", "The lawyer is asked.", until=until.isoformat()).status_code == 303
    settled = ben.see("/review/release").text
    assert "The lawyer is asked." in settled and "Sol Stone" in settled
    assert f"Put off until</dt><dd>{until.day} {until:%B %Y}" in settled
    assert ben.say("/review/release", "approve").status_code == 303
    assert is_approved(app)
    assert "The lawyer is asked." in ben.see("/review/print").text
    (take_back,) = re.findall(r'action="(/review/withdraw/\d+)"', sol.see(point).text)
    assert sol.send(take_back, {}, page=point).status_code == 303
    assert not is_approved(app), "a point that is open again keeps the release back again"


def test_what_is_approved_together_tells_so_and_how_long_it_took(app: Flask) -> None:
    ana = signed_in(app, "ana")
    page, fields = ana.ticks([RULE, OTHER])
    unticked = ana.send("/review/confirm", {"listed": fields["listed"], "verdict": "approve"}, page=page)
    assert unticked.status_code == 422
    assert "Tick each one that you have read" in unticked.text
    assert ana.send("/review/confirm", {**fields, "verdict": "approve"}, page=page).status_code == 303
    for target in (RULE, OTHER):
        assert re.search(r"one of 2 in one go, page open \d+ seconds for each", ana.see(f"/review/{target}").text)
    page, fields = ana.ticks(["rule/RF-E03"])
    ana.send("/review/confirm", {**fields, "opened": "made up", "verdict": "approve"}, page=page)
    told = ana.see("/review/rule/RF-E03").text
    assert "by itself on the page for several" in told and "page open" not in told, "a time that is not ours is no time"


def test_the_counts_agree_wherever_they_stand(app: Flask) -> None:
    ana, cay = signed_in(app, "ana"), signed_in(app, "cay")
    ana.say(f"/review/{RULE}", "request_changes", "Say which hour.")
    ana.say(f"/review/{OTHER}", "approve")
    for reviewer in (ana, cay):
        (needed,) = re.findall(r"<strong>(\d+) need you\.</strong>", _section(reviewer, "red_flags"))
        group = reviewer.see("/review/group/red_flags").text
        (offered,) = re.findall(r"Read and approve all (\d+) that need you", group)
        targets = re.findall(r'type="hidden" name="target" value="([^"]+)"', group.partition("Read and approve")[0])
        _, fields = reviewer.ticks(targets)
        assert int(needed) == int(offered) == len(targets) == len(fields["seen"])


def _section(reviewer: Reviewer, group: str) -> str:
    return reviewer.see("/review").text.partition(f'href="/review/group/{group}"')[2].partition("</li>")[0]


def test_where_only_what_is_approved_is_shown_a_translation_waits_for_its_own_approval(
    recommender: Recommender, tmp_path: Path
) -> None:
    with review_room(recommender, tmp_path, require_approved=True) as app:
        spanish = '<html lang="es"'
        assert spanish not in asked(app).test_client().get("/?lang=es").text
        assert "Español" not in app.test_client().get("/").text
        page = signed_in(app, "ana").see("/review/language/es").text
        assert "Seleccione una respuesta" in page, "whoever signs it reads it"
        for name in ("ana", "cay"):
            assert spanish not in asked(app).test_client().get("/?lang=es").text
            assert signed_in(app, name).say("/review/language/es", "approve").status_code == 303
        assert spanish in asked(app).test_client().get("/?lang=es").text
        assert "Español" in app.test_client().get("/").text
        assert asked(app).test_client().get("/readyz").status_code == 503, "a release is another thing"
    translations = shutil.copytree(read_settings({}).translations_dir, tmp_path / "translations")
    file = translations / "es" / "content.po"
    text = file.read_text(encoding="utf-8")
    assert "Columna lumbar" in text or "lumbar" in text
    file.write_text(text.replace("lumbar", "de abajo"), encoding="utf-8")
    changes = {"require_approved": True, "translations_dir": translations}
    with review_room(recommender, tmp_path, **changes) as app:
        assert spanish not in asked(app).test_client().get("/?lang=es").text, "another word was never approved"


def test_where_nothing_need_be_approved_a_translation_is_offered_and_says_so(app: Flask) -> None:
    page = app.test_client().get("/?lang=es").text
    assert '<html lang="es"' in page and "todavía no han revisado esta traducción" in page


def test_a_release_is_refused_while_nothing_is_proved_of_its_rules_and_goes_on_once_it_was_signed(
    recommender: Recommender, tmp_path: Path
) -> None:
    unproved = with_proof(recommender, NO_PROOF)
    room = tmp_path / "room"
    with review_room(unproved, room) as app:
        for name in ("ana", "sol"):
            approve_all(app, name)
        settle_all(app, "ana")
        name_author(app)
        lead = signed_in(app, "ben")
        page = lead.see("/review/release").text
        assert "Not proved: nobody has run a proof of these rules." in page and "Approve this release" not in page
        refused = lead.say("/review/release", "approve")
        assert refused.status_code == 422 and "there is no proof of these rules" in refused.text
        assert not is_approved(app)
        assert "Not proved" in lead.see("/review/print").text
        assert app.test_client().get("/").status_code == 200, "a proof that is missing stops nobody from serving"
    with review_room(recommender, room) as app:
        lead = signed_in(app, "ben")
        assert "Proved over every answer sheet" in lead.see("/review/release").text
        assert lead.say("/review/release", "approve").status_code == 303
        assert is_approved(app)
        certificate = lead.see("/review/release/certificate.json").json
        assert certificate and certificate["proof"]["state"] == "current"
        assert certificate["proof"]["rule_set"] == recommender.content.hash
    with review_room(unproved, room, require_approved=True) as app:
        assert is_approved(app), "a proof that is lost later undoes no signature"
        assert "Not proved" in signed_in(app, "ben").see("/review/release").text


def test_a_hazard_is_approved_only_once_a_safety_officer_has_signed_it_too(app: Flask) -> None:
    hazard = "safety/safety_case.HZ-01"
    ana, cay, sol = (signed_in(app, name) for name in ("ana", "cay", "sol"))
    page = html.unescape(sol.see(f"/review/{hazard}").text)
    assert "The early stop of the questionnaire tells less than the whole sheet would." in page
    assert "2 needed, and a safety officer among them" in page
    for reviewer in (ana, cay):
        assert reviewer.say(f"/review/{hazard}", "approve").status_code == 303
    assert "2 of 2 approvals, none by a safety officer" in ana.see(f"/review/{hazard}").text
    needs_her = [reviewer.see("/review/group/safety_case").text for reviewer in (signed_in(app, "ben"), sol)]
    assert ["Read and approve all 21 that need you" in page for page in needs_her] == [True, False]
    assert "Read and approve all 22 that need you" in needs_her[1]
    assert sol.say(f"/review/{hazard}", "approve").status_code == 303
    assert 'app-state--approved">Approved<' in ana.see(f"/review/{hazard}").text
