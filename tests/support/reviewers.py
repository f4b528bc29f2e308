"""A review room of its own for a test, and clinicians who use its pages."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from recommender.review import work
from recommender.review.accounts import add_clinician, clinician_by_email
from recommender.review.audit import append_account
from recommender.review.database import make_engine, migrate, open_session
from recommender.review.keys import audit_key, make_key
from recommender.review.release import needed
from recommender.review.reviews import submit
from recommender.review.settlements import settle
from recommender.review.tables import Clinician, Role, Verdict
from recommender.rulebook.targets import RELEASE, Target, TargetKind, is_of_safety_case
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from recommender.web.core.state import current_state
from recommender.web.review.approval import current_approval
from tests.support.proved import proved

HERE = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = {
    "ana": ("Ana Adams", Role.REVIEWER),
    "ben": ("Ben Brown", Role.LEAD),
    "cay": ("Cay Cole", Role.REVIEWER),
    "sol": ("Sol Stone", Role.SAFETY_OFFICER),
    "rea": ("Rea Reed", Role.READER),
    "ash": ("Ash Archer", Role.AUTHOR),
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
        return str(self.shown(address)["seen"])

    def shown(self, address: str) -> dict[str, Any]:
        """Return what the form of a page was made from: the version, how points were settled, and each tick that it has."""
        page = self.see(address).text
        found: dict[str, Any] = dict(re.findall(r'name="(seen|decided)" value="([0-9a-f]{64})"', page))
        assert "seen" in found, address
        return {**found, "read": re.findall(r'name="read" value="([0-9a-f]+)"', page)}

    def say(self, address: str, verdict: str, text: str = "", **fields: Any) -> TestResponse:
        return self.send(address, {"verdict": verdict, "text": text, **self.shown(address), **fields})

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


def name_author(app: Flask, lead: str = "ben", author: str = "ash") -> None:
    """Say who wrote the rule set, as a lead does on the page of authors."""
    with app.app_context(), open_database(app) as session:
        digest = current_approval().digests(current_state().ready.content)[RELEASE]
        work.name_author(
            session, audit_key(current_state().settings), account(session, lead), digest, account(session, author)
        )


def approve_all(app: Flask, name: str, wanted: Callable[[Target], bool] = lambda target: True) -> None:
    """Approve all that a release needs and that is no point, as somebody does page by page. Not through the pages, as above."""
    with app.app_context(), open_database(app) as session:
        digests, key = current_approval().digests(current_state().ready.content), audit_key(current_state().settings)
        clinician = account(session, name)
        for target in filter(wanted, needed(digests)):
            if target.kind is not TargetKind.POINT:
                one = digests[target]
                submit(session, key, clinician, target, one, Verdict.APPROVE, "", seen=one.sha256, authors=())


def release(app: Flask) -> None:
    """Review the whole rule set to a release, as two clinicians and a safety officer do it."""
    for name in ("ana", "ben"):
        approve_all(app, name)
    settle_all(app, name)
    approve_all(app, "sol", is_of_safety_case)
    name_author(app)
    assert signed_in(app, name).say("/review/release", "approve").status_code == 303


NEEDED = (
    *("red_flags", "contraindications", "precautions", "findings", "general", "exercises", "dispositions"),
    *("dosing", "follow_up", "indications", "ordering", "sitting", "pages", "regions", "words", "interface", "safety"),
    "safety_case",
)
CHANGED = ("rules/precautions/CI-R16-numb-feet.yaml", "Good shoes", "Strong shoes")  # no point names this rule


def one_word_changed(folder: Path) -> Recommender:
    """Return the service with one word of one rule changed, from files of its own in this folder, and proved anew."""
    settings = read_settings({})
    shutil.copytree(settings.rules_dir, folder / "rules")
    name, old, new = CHANGED
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    raise_version(folder / "rules")
    return proved(load_recommender(replace(settings, rules_dir=folder / "rules")))


def signed_in(app: Flask, name: str) -> Reviewer:
    """Return a clinician who has just signed in."""
    reviewer = Reviewer(app, name)
    assert reviewer.sign_in().status_code == 303
    return reviewer


def raise_version(rules: Path) -> None:
    """Give a rule set that was edited a version of its own, as whoever releases it must."""
    file = rules / "rule-set.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^version: (.+)$", r"version: \1.1", text, count=1), encoding="utf-8")


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
    raise_version(folder / "rules")
    yield proved(load_recommender(replace(settings, rules_dir=folder / "rules", catalogue_dir=folder / "catalogue")))


def is_approved(app: Flask) -> bool:
    """Return whether the site says that clinicians have approved what it serves."""
    told = asked(app).test_client().get("/readyz").json
    return bool(told["rule_set"]["approved"])
