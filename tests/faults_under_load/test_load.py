"""What counts as right, wrong and failed under load, and from when a service is well again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faults_under_load.cases import Case
from tests.faults_under_load.load import RIGHT, UNAPPROVED, WRONG, Asked, verdict, well_from

REPLY: dict[str, Any] = {
    "rule_set": {"hash": "a" * 64, "approved": True},
    "routine": {"items": [{"exercise": "cat_cow"}]},
    "review": {"by": "2026-12-01", "who": "gp"},
    "not_approved": None,
}
CASE = Case(b"", {"a" * 64: {**REPLY, "review": {"who": "gp"}}})
NOT_YET = {"rule_set": {"hash": "a" * 64, "approved": False}, "not_approved": "Not yet approved."}


@pytest.mark.parametrize(
    "status, reply, told",
    [
        (200, REPLY, RIGHT),
        (200, {**REPLY, "review": {"by": "2027-01-01", "who": "gp"}}, RIGHT),
        (200, {**REPLY, "review": {"by": "2026-12-01", "who": "friend"}}, WRONG),
        (200, {**REPLY, "routine": None}, WRONG),
        (200, {**REPLY, "rule_set": {"hash": "b" * 64, "approved": True}}, WRONG),
        (200, {**REPLY, **NOT_YET}, UNAPPROVED),
        (200, {**REPLY, **NOT_YET, "routine": None}, WRONG),
        (200, {**REPLY, "rule_set": {"hash": "a" * 64, "approved": False}}, WRONG),
        (503, {"title": "Not now"}, "status 503"),
        (503, {"title": "Not now", "routine": REPLY["routine"]}, WRONG),
        (503, {"title": "Not now", "disposition": {"level": "routine"}}, WRONG),
    ],
)
def test_an_answer_is_right_wrong_or_none(status: int, reply: dict[str, Any], told: str) -> None:
    assert verdict(status, json.dumps(reply).encode(), CASE) == told


def test_what_is_no_json_is_wrong_unless_it_is_an_error() -> None:
    assert verdict(200, b"<html>", CASE) == WRONG
    assert verdict(502, b"<html>", CASE) == "status 502"


def test_well_again_is_the_first_of_so_many_right_ones_in_a_row_after_a_moment() -> None:
    told = [RIGHT, RIGHT, "status 503", RIGHT, UNAPPROVED, RIGHT, RIGHT, RIGHT]
    asked = [Asked(float(number), number + 0.5, verdict) for number, verdict in enumerate(told)]
    assert well_from(asked, 0.6, 2) == 5.0
    assert well_from(asked, 0.0, 2) == 0.0
    assert well_from(asked, 0.6, 4) is None
