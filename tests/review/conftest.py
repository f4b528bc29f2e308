"""A migrated database for each test, on SQLite and on PostgreSQL, and clinicians to use it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.review.accounts import add_clinician
from recommender.review.audit import append_account
from recommender.review.database import make_engine, migrate
from recommender.review.tables import Clinician, Role
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import Digest, Target, TargetKind
from recommender.service.recommend import Recommender
from tests.support import databases
from tests.support.signing import KEY, NewClinician


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with databases.postgresql() as server:
        yield server


@pytest.fixture(scope="session", params=databases.backends())
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def migrated(
    backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The server (or "") and the address of a migrated database that is only ever copied."""
    if backend == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'review.db'}"
        _migrate(url)
        yield "", url
        return
    server = request.getfixturevalue("postgresql")
    with databases.new_database(server) as url:
        _migrate(url)
        yield server, url


@pytest.fixture
def database_url(migrated: tuple[str, str], tmp_path: Path) -> Iterator[str]:
    server, template = migrated
    if server:
        with databases.new_database(server, template) as url:
            yield url
        return
    file = tmp_path / "review.db"
    shutil.copy(template.removeprefix("sqlite:///"), file)
    yield f"sqlite:///{file}"


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'review.db'}"
        return
    with databases.new_database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def content(recommender: Recommender) -> Content:
    return recommender.content


@pytest.fixture(scope="session")
def today(content: Content) -> dict[Target, Digest]:
    return dict(digests(content))


@pytest.fixture
def clinician(session: Session) -> NewClinician:
    """Makes one clinician after another, each with an own email and registration number."""
    made: list[Clinician] = []

    def make(role: Role = Role.REVIEWER, **values: str) -> Clinician:
        number = len(made) + 1
        given = {
            "email": f"clinician{number}@example.org",
            "name": f"Clinician {number}",
            "registration": f"PH{number}",
        }
        made.append(add_clinician(session, **{**given, **values}, role=role, password=None))
        append_account(session, KEY, "add_clinician", made[-1])
        return made[-1]

    return make


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture
def digest(today: dict[Target, Digest]) -> Digest:
    return next(digest for target, digest in today.items() if target.kind is TargetKind.RULE)
