"""What somebody does with a signed link: find it on a page, answer its question, tell that a move hurts."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.support.visitor import FROM_HERE

NO, YES, NOT_SURE = ({"pre_session": answer} for answer in ("no", "yes", "not_sure"))


def link_on(page: str) -> str:
    found = re.search(r'href="(/routine/[^"/]+)"', page)
    assert found
    return found[1]


def say(client: FlaskClient, link: str, answer: dict[str, str]) -> str:
    sent = client.post(link, data=answer, headers=FROM_HERE)
    assert sent.status_code == 303
    return sent.headers["Location"]


def hurts(client: FlaskClient, link: str, sharp: str, settles: str, move: str | None = None) -> str:
    """Tell that a move hurts, the second of the link where none is named, and return where that leads."""
    moves = re.findall(r'name="hurt_move" value="(\w+)"', client.get(f"{link}/play").text)
    told = {"hurt_move": move or moves[1], "hurt_sharp": sharp, "hurt_settles": settles}
    sent = client.post(f"{link}/hurts", data=told, headers=FROM_HERE)
    assert sent.status_code in (303, 404, 409, 410)
    return sent.headers.get("Location", "")
