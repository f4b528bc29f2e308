"""The files in deploy/ and the Containerfile name what there is: settings, files, folders, commands."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from recommender.cli.main import parser
from recommender.settings import SETTING_ROWS
from tests.support.needs import left_out

ROOT = Path(__file__).resolve().parents[1]
UNIT, COMPOSE = ROOT / "deploy" / "back-routine.service", ROOT / "deploy" / "compose.yaml"
SETTINGS = {row.name for row in SETTING_ROWS}
OF_PYTHON = {"PYTHONDONTWRITEBYTECODE", "PATH"}
OF_COMPOSE = {"SITE_HOST", "POSTGRES_PASSWORD"}


def test_containers_are_given_settings_that_there_are() -> None:
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert set(compose["services"]["app"]["environment"]) <= SETTINGS
    told = re.findall(r"^ENV (.*)$", (ROOT / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    named = {word.partition("=")[0] for line in told for word in line.split()}
    assert named - OF_PYTHON <= SETTINGS


def test_both_ways_to_a_container_look_at_its_health_alike() -> None:
    (told,) = re.findall(r"^HEALTHCHECK .*? CMD (\[.*\])$", (ROOT / "Containerfile").read_text(encoding="utf-8"), re.M)
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert compose["services"]["app"]["healthcheck"]["test"] == ["CMD", *json.loads(told)]
    code = json.loads(told)[-1]
    assert "127.0.0.1:8000/healthz" in code
    compile(code, "health check", "exec")


def test_the_secrets_of_the_containers_are_told_in_the_guide() -> None:
    needed = set(re.findall(r"\$\{([A-Z_]+):\?\}", COMPOSE.read_text(encoding="utf-8")))
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert needed == {"SECRET_KEY", "AUDIT_KEY", *OF_COMPOSE}
    assert all(f"{name}=" in guide for name in needed)


def test_every_file_that_a_container_copies_is_there() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    assert copied
    assert [path for path in copied if not (ROOT / path).exists()] == []
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    assert not {"recommender", "rules", "catalogue", "translations", "docs", "tests", "README.md"} & set(ignored)


def test_containers_and_systemd_run_a_command_of_ours() -> None:
    told = re.findall(
        r'^CMD \["recommender", "(\w+)"\]$', (ROOT / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    told += re.findall(r"^ExecStart=\S+/recommender (\w+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == ["serve", "serve"]
    assert all(parser().parse_args([command]).run for command in told)


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        left_out("systemd-analyze is not installed")
    unit = tmp_path / UNIT.name
    program = shutil.which("true")
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/back-routine/.venv/bin/recommender", str(program)))
    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("key", ["NoNewPrivileges", "ProtectSystem", "DynamicUser", "PrivateTmp", "ProtectHome"])
def test_systemd_gives_the_service_no_rights_that_it_does_not_need(key: str) -> None:
    assert re.search(rf"^{key}=(yes|strict)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
