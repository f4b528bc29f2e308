"""What the gate in front of a release refuses: three walks round it that once succeeded, and their kind.

Two reviewers, a lead and a safety officer, on the pages as a browser without script sends them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from tests.support import databases
from tests.support.reviewers import Reviewer, asked, release, review_room, settle_all, signed_in

DEEP = pytest.mark.deep
RULE, OTHER = "rule/RF-E01", "rule/RF-E02"


@pytest.fixture(params=databases.backends())
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


@contextmanager
def edited(folder: Path, pattern: str, old: str, new: str) -> Iterator[Recommender]:
    """The service with one word of one content file changed, from files of its own in this folder."""
    settings = read_settings({})
    for name, source in (("rules", settings.rules_dir), ("catalogue", settings.catalogue_dir)):
        shutil.copytree(source, folder / name)
    (file,) = folder.glob(pattern)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    yield load_recommender(replace(settings, rules_dir=folder / "rules", catalogue_dir=folder / "catalogue"))


def is_approved(app: Flask) -> bool:
    told = asked(app).test_client().get("/readyz").json
    return bool(told["rule_set"]["approved"])


@pytest.mark.parametrize(
    "pattern, old, new, target",
    [
        pytest.param("rules/dosing/DOS-05-*.yaml", "Stop", "Carry on", "rule/DOS-05", id="a stop sign", marks=DEEP),
        pytest.param(
            "rules/follow_up/FU-06-*.yaml", "at_most: 6", "at_most: 7", "rule/FU-06", id="a threshold", marks=DEEP
        ),
        pytest.param(
            "catalogue/regions.yaml", "text: '999'", "text: '998'", "region/GB", id="an emergency number", marks=DEEP
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
    for name in ("ana", "cay"):
        signed_in(app, name).approve_all(_groups(app))
    ben, cay, sol = (signed_in(app, name) for name in ("ben", "cay", "sol"))
    page = ben.see("/review/release").text
    assert re.search(r"Not ready: 0 still to be approved, \d+ points to settle", page)
    assert ben.say("/review/release", "approve").status_code == 422
    assert not is_approved(app)
    settle_all(app, "ana", but=("10",))
    assert "0 still to be approved, 1 point to settle" in ben.see("/review/release").text
    assert ben.say("/review/release", "approve").status_code == 422, "a point of no rule is a point too"
    assert cay.say(point, "defer", "The lawyer is asked.").status_code == 422, "a reviewer puts nothing off"
    for reason, decision in (("", "As the rules say today."), ("Because.", "")):
        assert sol.say(point, "decide", reason, decision=decision).status_code == 422
    assert sol.say(point, "defer", "The lawyer is asked.", decision="The release after this one.").status_code == 303
    settled = ben.see("/review/release").text
    assert "The lawyer is asked." in settled and "Sol Stone" in settled
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


def _groups(app: Flask) -> tuple[str, ...]:
    found = re.findall(r'href="/review/group/([^"]+)"', signed_in(app, "rea").see("/review").text)
    return tuple(group for group in dict.fromkeys(found) if group not in ("points", "languages"))


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
