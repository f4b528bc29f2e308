"""Databases for tests: SQLite files, and a real PostgreSQL that is either given or started here."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, make_url, text

GIVEN = os.environ.get("TEST_DATABASE_URL")
_PLACES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.get_exec_path()))
BINARIES = next((place for place in _PLACES if (place / "initdb").exists()), None)


def backends() -> list[Any]:
    """Return the kinds of database that can be tested here, as parameters. Where everything must hold, that is both."""
    return [pytest.param("sqlite"), *postgresql_only()]


def postgresql_only(speed: pytest.MarkDecorator = pytest.mark.deep) -> list[Any]:
    """Return PostgreSQL as a parameter of tests of a speed; [] on a laptop without it."""
    if GIVEN or BINARIES:
        return [pytest.param("postgresql", marks=speed)]
    if os.environ.get("CI"):
        raise RuntimeError("PostgreSQL is not here. Install Debian's postgresql, or set TEST_DATABASE_URL.")
    return []


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a PostgreSQL server on which databases may be made."""
    if GIVEN:
        yield GIVEN
        return
    with own_cluster() as cluster:
        yield cluster.url


@contextmanager
def new_database(server: str, template: str | None = None) -> Iterator[str]:
    """Give the address of a new, empty database, or of a copy of the one at ``template``."""
    name = f"review_{uuid.uuid4().hex}"
    source = f" TEMPLATE {make_url(template).database}" if template else ""
    _administer(server, f"CREATE DATABASE {name}{source}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


class Cluster:
    """A PostgreSQL of our own, which can be stopped and started as an operator would.

    It listens on a socket in its own folder: a port that was free when it was chosen could be taken before it is used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"

    def make(self) -> None:
        data = str(self._folder / "data")
        _run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses='' -k '{self._folder}' -c fsync=off"
        _run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        _run("pg_ctl", "-D", str(self._folder / "data"), "-m", "fast", "-w", "stop")


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Give a running cluster; where ``BINARIES`` is None there can be none."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        cluster = Cluster(folder)
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


def _administer(server: str, command: str) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


def _run(program: str, *arguments: str) -> None:
    assert BINARIES is not None
    # PostgreSQL refuses to run as root.
    as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.geteuid() == 0 else ()
    command = (*as_postgres, str(BINARIES / program), *arguments)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)
