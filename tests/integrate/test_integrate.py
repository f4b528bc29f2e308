"""docs/integrate.md: every command in it is run as it stands, and what it says of the element is so."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.stand import served

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "integrate.md").read_text(encoding="utf-8")
HERE = "http://127.0.0.1:8000"
ELEMENT = (ROOT / "tools" / "assets" / "embed.mjs").read_text(encoding="utf-8")
STYLE = (ROOT / "tools" / "assets" / "embed" / "style.mjs").read_text(encoding="utf-8")


def lines(kind: str) -> list[str]:
    blocks = re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def site(recommender: Recommender) -> Iterator[str]:
    with served(create_app(replace(read_settings({}), region="GB"), recommender)) as address:
        yield address


def run(line: str, site: str, typed: str = "", **environment: str) -> str:
    words = shlex.split(line.replace(HERE, site))
    words = [sys.executable, *words[1:]] if words[0] == "python3" else words
    words = [sys.executable, "-m", *words] if words[0] == "recommender" else words
    given = {**os.environ, **environment}
    done = subprocess.run(words, input=typed, capture_output=True, text=True, cwd=ROOT, env=given, timeout=300)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


def test_every_command_is_of_a_kind_that_is_tried_here() -> None:
    kinds = {re.sub(r"^([A-Z_]+=\S+ )+", "", line).split()[0] for line in lines("sh")}
    assert kinds == {"make", "curl", "python3", "recommender"}


@pytest.mark.deep
def test_what_is_asked_with_curl_is_answered(site: str) -> None:
    told = [run(line, site) for line in lines("sh") if line.startswith("curl")]
    ready, index, first, stop = told
    assert json.loads(index)["openapi"] == "/api/v1/openapi.json" and ready
    assert json.loads(first)["page"]["slug"] and not json.loads(first)["done"]
    ended = json.loads(stop)
    assert ended["done"] and ended["stop"]["disposition"]["heading"] == "Call 999 now"


@pytest.mark.deep
def test_the_renderer_in_a_terminal_tells_an_emergency(site: str) -> None:
    (line,) = (line for line in lines("sh") if "renderer.py" in line)
    typed = "3\n5\n3\n12\n" + "\n" * 20
    assert "999" in run(line, site, typed)


@pytest.mark.deep
def test_the_commands_about_keys_do_what_they_say(site: str, tmp_path: Path) -> None:
    add, listing, revoke = (line for line in lines("sh") if line.startswith("recommender keys"))
    key = run(add, site, DATA_DIR=str(tmp_path)).strip()
    public = key.split("_")[1]
    assert re.fullmatch(r"brk_[0-9a-f]{12}_[\w-]{43}", key)
    assert f"{public}\tOur app\tnext,recommendations\t600" in run(listing, site, DATA_DIR=str(tmp_path))
    run(revoke.replace("0123456789ab", public), site, DATA_DIR=str(tmp_path))
    assert "revoked" in run(listing, site, DATA_DIR=str(tmp_path))


def test_every_attribute_and_variable_of_the_element_is_told_and_no_other() -> None:
    attributes = set(re.findall(r'getAttribute\("([\w-]+)"\)', ELEMENT))
    assert attributes == set(re.findall(r"^\| `([\w-]+)` \|", TEXT, re.MULTILINE))
    told = re.search(r"are CSS variables of yours: (.*?), each after", TEXT, re.DOTALL)
    assert told
    named = {name.removeprefix("--back-routine-").removeprefix("-") for name in re.findall(r"`([\w-]+)`", told[1])}
    assert named == set(re.findall(r"--back-routine-([\w-]+)", STYLE))


def test_the_addresses_of_its_html_are_there(recommender: Recommender) -> None:
    client = create_app(read_settings({}), recommender).test_client()
    addresses = re.findall(rf'src="{HERE}([^"]*)"', "\n".join(lines("html")))
    assert len(addresses) == 2
    assert [address for address in addresses if client.get(address).status_code != 200] == []
