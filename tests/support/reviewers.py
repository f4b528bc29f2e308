"""A review room of its own for a test, and clinicians who use its pages."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from recommender.review.accounts import add_clinician, clinician_by_email
from recommender.review.audit import append_account
from recommender.review.database import make_engine, migrate, open_session
from recommender.review.keys import audit_key, make_key
from recommender.review.settlements import settle
from recommender.review.tables import Clinician, Role, Verdict
from recommender.rulebook.targets import TargetKind
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from recommender.web.core.state import current_state
from recommender.web.review.approval import current_approval

HERE = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {
    "ana": ("Ana Adams", Role.REVIEWER),
    "ben": ("Ben Brown", Role.LEAD),
    "cay": ("Cay Cole", Role.REVIEWER),
    "sol": ("Sol Stone", Role.SAFETY_OFFICER),
    "rea": ("Rea Reed", Role.READER),
}


def password_of(name: str) -> str:
    return f"correct horse {name[::-1]}"


@contextmanager
def review_room(
    recommender: Recommender, folder: Path, database_url: str | None = None, **changes: Any
) -> Iterator[Flask]:
    """The site with a review room in this folder, and accounts for everybody in PEOPLE."""
    url = database_url or f"sqlite:///{folder / 'review.db'}"
    settings = replace(
        read_settings({}), data_dir=folder, database_url=url, secret_key="s" * 40, region="GB", **changes
    )
    make_key(settings)
    add_people(url, audit_key(settings))
    app = create_app(settings, recommender)
    try:
        yield app
    finally:
        app.extensions["approval"].stop()
        app.extensions["review_database"].close()


def asked(app: Flask) -> Flask:
    """Return the site once it has asked the database, as it does by itself every half minute."""
    with app.app_context():
        current_approval().renew(current_state().ready.content)
    return app


def add_people(url: str, key: bytes) -> None:
    engine = make_engine(url)
    migrate(engine)
    with open_session(engine) as session:
        for name, (full, role) in PEOPLE.items():
            if clinician_by_email(session, f"{name}@example.org") is None:
                made = add_clinician(
                    session,
                    email=f"{name}@example.org",
                    name=full,
                    registration=f"PH-{name}",
                    role=role,
                    password=password_of(name),
                )
                append_account(session, key, "add_clinician", made)
    engine.dispose()


@contextmanager
def open_database(app: Flask) -> Iterator[Session]:
    """A session of the room's database, kept at the end."""
    with open_session(app.extensions["review_database"].engine) as session:
        yield session


def account(session: Session, name: str) -> Clinician:
    found = clinician_by_email(session, f"{name}@example.org")
    assert found is not None
    return found


class Reviewer:
    """A clinician with a browser."""

    def __init__(self, app: Flask, name: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.name = name

    def sign_in(self, password: str | None = None, next_page: str = "/review") -> TestResponse:
        fields = {"email": f"{self.name}@example.org", "password": password or password_of(self.name)}
        return self.send("/sign-in", {**fields, "next": next_page})

    def see(self, address: str) -> TestResponse:
        return self.client.get(address)

    def token(self, page: str) -> str:
        """Return the token in the forms of a page; "" if it has none."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.see(page).text)
        return html.unescape(found[1]) if found else ""

    def send(
        self, address: str, fields: Mapping[str, Any], page: str | None = None, headers: Mapping[str, str] = HERE
    ) -> TestResponse:
        """Send a form with the token of its page, which is at the same address unless given."""
        token = {} if "csrf_token" in fields else {"csrf_token": self.token(page or address)}
        return self.client.post(address, data={**token, **fields}, headers=headers)

    def seen(self, address: str) -> str:
        """Return the version that the page of a target was made from."""
        found = re.search(r'name="seen" value="([0-9a-f]{64})"', self.see(address).text)
        assert found, address
        return found[1]

    def say(self, address: str, verdict: str, text: str = "", **fields: Any) -> TestResponse:
        return self.send(address, {"verdict": verdict, "text": text, "seen": self.seen(address), **fields})

    def approve_all(self, groups: tuple[str, ...]) -> None:
        """Approve whatever waits for this clinician in the groups, as their pages offer it."""
        waiting: list[str] = []
        for group in groups:
            page = self.see(f"/review/group/{group}").text
            found = re.findall(r'type="checkbox"[^>]* name="target" value="([^"]+)"', page)
            assert found
            waiting += found
        for begin in range(0, len(waiting), 150):  # a form is not taken when it is too large
            some = waiting[begin : begin + 150]
            _, fields = self.ticks(some)
            assert len(fields["seen"]) == len(some)
            sent = self.client.post("/review/confirm", data={**fields, "verdict": "approve"}, headers=HERE)
            assert sent.status_code == 303

    def ticks(self, targets: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """Return the page that shows these in full, and its form with everything ticked that may be."""
        page = f"/review/confirm?{'&'.join(f'target={target}' for target in targets)}"
        shown = self.see(page).text
        names = ("listed", "seen", "opened", "csrf_token")
        return page, {name: re.findall(rf'name="{name}" value="([^"]+)"', shown) for name in names}


def settle_all(app: Flask, name: str, but: Collection[str] = ()) -> None:
    """Decide every point, as somebody does at its page. Not through the pages: there are too many for each test."""
    with app.app_context(), open_database(app) as session:
        content = current_state().ready.content
        digests, key = current_approval().digests(content), audit_key(current_state().settings)
        clinician = account(session, name)
        for target, digest in digests.items():
            if target.kind is TargetKind.POINT and target.id not in but:
                words = ("As the rules say today.", "As in the guideline.")
                settle(session, key, clinician, digest, Verdict.DECIDE, *words, seen=digest.sha256)


NEEDED = (
    *("red_flags", "contraindications", "precautions", "findings", "general", "exercises", "dispositions"),
    *("dosing", "follow_up", "indications", "ordering", "sitting", "pages", "regions", "words", "interface", "safety"),
)


def release(app: Flask) -> None:
    """Review the whole rule set to a release, as two clinicians do it."""
    for name in ("ana", "ben"):
        reviewer = Reviewer(app, name)
        reviewer.sign_in()
        reviewer.approve_all(NEEDED)
    settle_all(app, name)
    assert reviewer.say("/review/release", "approve").status_code == 303


CHANGED = ("rules/precautions/CI-R08-hypermobile.yaml", "short holds", "brief holds")


def one_word_changed(folder: Path) -> Recommender:
    """Return the service with one word of one rule changed, from files of its own in this folder."""
    settings = read_settings({})
    shutil.copytree(settings.rules_dir, folder / "rules")
    name, old, new = CHANGED
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return load_recommender(replace(settings, rules_dir=folder / "rules"))


def signed_in(app: Flask, name: str) -> Reviewer:
    """Return a clinician who has just signed in."""
    reviewer = Reviewer(app, name)
    assert reviewer.sign_in().status_code == 303
    return reviewer
