#!/usr/bin/env python3
"""Complete the vignettes of rules with what the rules do now. For authors of rules, who then read every line of it.

`python -m tools.vignettes` names, in each vignette of a rule, every case of it that fires, and adds to one vignette of
each case everything that the case does, where none says so yet. It writes what the rules do, not what they should do:
hold it against the source before you keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from recommender.loaders.content import load_content
from recommender.loaders.tables import write_out_tables
from recommender.loaders.vignettes import Vignette, load_vignettes
from recommender.loaders.yaml_source import read_document
from recommender.models.rules import Rule
from recommender.service.plain import PlainRecommender
from recommender.settings import Settings, read_settings
from tests.support.sheets import intake_of

ROOT = Path(__file__).resolve().parent.parent

WIDTH = 130
TEXTS = {"note", "act", "name"}
SHORT_TEXT = 22


def main() -> None:
    settings = read_settings({})
    recommender = PlainRecommender(load_content(settings.rules_dir, settings.catalogue_dir))
    vignettes = load_vignettes(settings.vignettes_dir)
    for rule in recommender.content.rule_set.rules:
        own = [vignette for vignette in vignettes if vignette.rule == rule.id]
        if own:
            file = VignetteFile(settings.vignettes_dir / own[0].path)
            fired = [recommender.recommend(intake_of(recommender, one)).decision.fired_ids for one in own]
            name_cases(rule, file, own, fired)
            say_what_cases_do(rule, file, own, fired, settings)
            file.save()


class VignetteFile:
    """The entries of one file; those that are not changed keep their text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head, *self._texts = re.split(r"(?m)^(?=- name:)", path.read_text(encoding="utf-8"))
        self.entries: list[dict[str, Any]] = [yaml.safe_load(text)[0] for text in self._texts]
        self._before = [yaml.safe_load(text)[0] for text in self._texts]

    def save(self) -> None:
        texts = [
            text if entry == before else "\n".join(written(entry)) + "\n"
            for text, entry, before in zip(self._texts, self.entries, self._before, strict=True)
        ]
        for text, entry in zip(texts, self.entries, strict=True):
            assert yaml.safe_load(text) == [entry], f"{self.path}: {entry['name']} cannot be written"
        self.path.write_text(self._head + "".join(texts), encoding="utf-8")


def name_cases(rule: Rule, file: VignetteFile, own: list[Vignette], fired: list[tuple[str, ...]]) -> None:
    """Add the cases that fire and are not named."""
    cases = [branch.id for branch in rule.branches]
    for entry, vignette, ids in zip(file.entries, own, fired, strict=True):
        listed = list(vignette.expected("fires"))
        if all(case in listed or case in vignette.does for case in cases if case in ids):
            continue
        others = [name for name in listed if name not in cases and name != rule.id]
        names = [case for case in cases if case in ids or case in listed] + others
        entry["expect"] = {**{"fires": names if len(names) > 1 else names[0]}, **_without(entry["expect"], "fires")}


def say_what_cases_do(
    rule: Rule, file: VignetteFile, own: list[Vignette], fired: list[tuple[str, ...]], settings: Settings
) -> None:
    """Add what a case does to the vignette in which the fewest cases fire, where no vignette says it."""
    cases = written_cases(settings, rule)
    for number, branch in enumerate(rule.branches):
        places = [place for place, ids in enumerate(fired) if branch.id in ids]
        if any(branch.id in vignette.does for vignette in own) or not places:
            continue
        place = min(places, key=lambda place: sum(case.id in fired[place] for case in rule.branches))
        then = shortened(cases[number]["then"])
        expect = file.entries[place]["expect"]
        expect["does"] = {**expect.pop("does", {}), branch.id: then}


def written_cases(settings: Settings, rule: Rule) -> list[dict[str, Any]]:
    """Return the cases of a rule as its file writes them, tables written out and ranks as their points."""
    document = read_document(settings.rules_dir.parent / rule.path, rule.path)
    write_out_tables(document)
    cases: list[dict[str, Any]] = document.data.get("cases", [document.data])
    header = read_document(settings.rules_dir / "rule-set.yaml", "rule-set.yaml").data
    points = {rank["id"]: rank["points"] for rank in header["ranks"]}
    for case in cases:
        given = case["then"].get("prefer", [])
        for preference in given if isinstance(given, list) else [given]:
            preference["weight"] = points[preference.pop("rank")]
    return cases


def shortened(value: Any, key: str | None = None) -> Any:
    """Return what a case does with its texts cut to their first words."""
    if isinstance(value, dict):
        if set(value) == {"topic", "items"}:
            return {"topic": value["topic"], "items": [cut(text, value["items"]) for text in value["items"]]}
        return {name: shortened(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [shortened(part) for part in value]
    return cut(value, []) if key in TEXTS and isinstance(value, str) else value


def cut(text: str, among: list[str]) -> str:
    """Return the first words of a text, as many as tell it from the others, followed by "..."."""
    words = text.split()
    for number in range(4, len(words)):
        start = " ".join(words[:number])
        if len(start) >= SHORT_TEXT and not any(other != text and other.startswith(start) for other in among):
            return f"{start}..."
    return " ".join(words)


def written(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a vignette: short parts in one line, what cases do in a block of its own."""
    yield f"- name: {scalar(entry['name'], in_flow=False)}"
    for key in ("why", "facts", "answers", "follow_up"):
        if key in entry:
            yield from put(key, entry[key], 2)
    expect = entry["expect"]
    if "does" not in expect:
        yield from put("expect", expect, 2)
        return
    yield "  expect:"
    for key, value in _without(expect, "does").items():
        yield from put(key, value, 4)
    yield "    does:"
    for case, actions in expect["does"].items():
        yield from put(case, actions, 6)


def put(key: str, value: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    line = f"{pad}{scalar(key)}: {flow(value)}"
    if len(line) <= WIDTH or not isinstance(value, dict | list):
        yield line
        return
    yield f"{pad}{scalar(key)}:"
    if isinstance(value, dict):
        for name, part in value.items():
            yield from put(name, part, indent + 2)
        return
    for part in value:
        line = f"{pad}  - {flow(part)}"
        if len(line) <= WIDTH or not isinstance(part, dict):
            yield line
            continue
        lines = [line for name, inner in part.items() for line in put(name, inner, indent + 4)]
        yield f"{pad}  - {lines[0].strip()}"
        yield from lines[1:]


def flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(key)}: {flow(part)}' for key, part in value.items())}}}"
    return scalar(value)


def scalar(value: str | bool | int | float | None, *, in_flow: bool = True) -> str:
    if not isinstance(value, str):
        return str(yaml.safe_dump(value)).split("\n")[0]
    try:
        plain = yaml.safe_load(f"[{value}]") == [value] if in_flow else yaml.safe_load(f"k: {value}") == {"k": value}
    except yaml.YAMLError:
        plain = False
    return value if plain else "'" + value.replace("'", "''") + "'"


def _without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


if __name__ == "__main__":
    main()
