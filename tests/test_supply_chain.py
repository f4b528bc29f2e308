"""What the service is made of: every package pinned and held against digests, listed for others, and built the same twice."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from recommender import __version__
from recommender.web.site.about import packages
from tools.sbom import bill

ROOT = Path(__file__).resolve().parents[1]
# Each in an environment of its own, beside that of the project.
APART = {"tools", "clients"}
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s\\;]+)")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Which file of digests holds the extras; drawings and proofs are made before a release, and files
# of sheets are answered elsewhere than on the site, with versions that pyproject.toml pins.
FILE_OF_EXTRA = {
    "postgres": "server",
    "redis": "server",
    "pdf": "server",
    "sign": "server",
    "oidc": "server",
    "dev": "dev",
}
WITHOUT_DIGESTS = {"figures", "proof", "batch", "cluster"}


def entries(path: Path) -> list[str]:
    """Return each requirement of a file of digests, with its digests, in one line."""
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def pins(path: Path) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall("\n".join(entries(path)))}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_and_has_digests(path: Path) -> None:
    assert entries(path)
    assert [line for line in entries(path) if not PIN.match(line) or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("path", [path for path in LOCKS if path.stem not in APART], ids=lambda path: path.name)
def test_a_package_has_one_version_wherever_it_is_installed(path: Path) -> None:
    told = pins(ROOT / "constraints.txt")
    assert {name: version for name, version in pins(path).items() if told.get(name) != version} == {}


def test_what_the_project_asks_for_is_pinned_within_what_it_asks_for() -> None:
    extras = PROJECT["optional-dependencies"]
    assert set(extras) == {*FILE_OF_EXTRA, *WITHOUT_DIGESTS}
    asked = [(line, "run") for line in PROJECT["dependencies"]]
    asked += [(line, file) for extra, file in FILE_OF_EXTRA.items() for line in extras[extra]]
    missing = []
    for line, file in asked:
        wanted = Requirement(line)
        version = pins(ROOT / "requirements" / f"{file}.txt").get(canonicalize_name(wanted.name))
        if version is None or not wanted.specifier.contains(version):
            missing.append(f"{line} in {file}.txt is {version}")
    assert missing == [], "run `make lock`"


@pytest.mark.parametrize("name", ["Makefile", "Containerfile"])
def test_nothing_from_elsewhere_is_installed_without_digests(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    text = text.replace("$(INSTALL)", "pip install --require-hashes")
    told = [part for line in text.splitlines() for part in line.split("&&") if re.search(r"pip (install|wheel) ", part)]
    assert len(told) > 3
    loose = [part for part in told if "--require-hashes" not in part and "--no-deps" not in part]
    assert [part for part in loose if not any(f"[{extra}]" in part for extra in WITHOUT_DIGESTS)] == []


def test_the_bill_of_materials_lists_what_is_installed_and_is_the_same_each_time() -> None:
    made = bill()
    listed = {part["name"]: part for part in made["components"]}
    assert set(listed) == set(pins(ROOT / "requirements" / "run.txt"))
    assert all(part["externalReferences"][0]["hashes"] for part in listed.values())
    here = {canonicalize_name(package.name) for package in packages()} & set(listed)
    assert len(here) > 30
    assert [name for name in here if "licenses" not in listed[name]] == []
    refs = {part["bom-ref"] for part in listed.values()}
    own, *others = made["dependencies"]
    assert "pkg:pypi/durable-rules@2.0.28" in own["dependsOn"]
    assert {entry["ref"] for entry in others} == refs
    assert all(set(entry["dependsOn"]) <= refs for entry in made["dependencies"])
    assert bill() == made


@pytest.mark.parametrize(("required", "ends"), [("0", 0), ("1", 3)])
def test_an_audit_without_advisories_says_so(tmp_path: Path, required: str, ends: int) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", "REQUIRE_AUDIT": required}
    command = ["bash", str(ROOT / "tools" / "audit.sh"), sys.executable, str(tmp_path / "tools")]
    ended = subprocess.run(command, env={**os.environ, **nowhere}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (ends, 1)
    assert "Not audited" in ended.stderr
    assert not (tmp_path / "tools").exists()


PARTS = ("pyproject.toml", "README.md", "LICENSE", "recommender", "rules", "catalogue", "translations", "conformance")


def wheel_of_a_copy(folder: Path, umask: int, zone: str, made: int) -> tuple[str, str]:
    """Build the wheel from a copy of its own; return its name and digest."""
    copy = folder / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for part in (*PARTS, "tests/vignettes", "docs/brief"):
        target = copy / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target, ignore=ignored)
        else:
            shutil.copy(ROOT / part, target)
    for path in copy.rglob("*"):
        os.utime(path, (made, made))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "out")]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "TZ": zone, "PYTHONHASHSEED": str(made % 100)}
    subprocess.run(command, cwd=copy, env=environment, umask=umask, capture_output=True, check=True)
    (wheel,) = (folder / "out").iterdir()
    return wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.deep
def test_what_a_wheel_holds_serves_away_from_the_source(tmp_path: Path) -> None:
    """As it lies in site-packages: rules, catalogue, translations and commands are those of the wheel."""
    wheel_of_a_copy(tmp_path, 0o022, "UTC", 1_600_000_000)
    (wheel,) = (tmp_path / "out").iterdir()
    installed = tmp_path / "installed"
    shutil.unpack_archive(wheel, installed, "zip")
    code = "import recommender.wsgi as w; print(w.__file__, w.app.test_client().get('/readyz').status_code)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "DATA_DIR": str(tmp_path / "data")}

    def told(*arguments: str) -> str:
        ran = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return ran.stdout

    assert told("-c", code).split() == [str(installed / "recommender" / "wsgi.py"), "200"]
    assert __version__ in told("-m", "recommender", "--version")
    assert "usage:" in told("-m", "recommender", "translations", "--help")
    assert "no faults" in told("-m", "recommender", "check")


def test_the_first_run_says_what_it_is_doing(tmp_path: Path) -> None:
    command = ["make", "-n", "run", f"VENV={tmp_path / 'venv'}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "First time: setting up" in ran.stdout
    assert "recommender serve" in ran.stdout


@pytest.mark.deep
def test_two_wheels_of_one_commit_are_the_same_to_the_byte(tmp_path: Path) -> None:
    first = wheel_of_a_copy(tmp_path / "first", 0o022, "UTC", 1_600_000_000)
    second = wheel_of_a_copy(tmp_path / "second", 0o077, "Pacific/Auckland", 1_750_000_000)
    assert first == second
