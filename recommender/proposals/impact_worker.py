"""A process of its own that works out what a proposed rule does to people, within bounds of time and memory.

It reads what is asked as JSON and writes what it found as JSON. Whoever starts it kills it when it takes too long; it ends
by itself soon after that in any case, so that nothing is left running when whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.analysis.lint import lint
from recommender.errors import ContentError
from recommender.lab.impact import Comparing, Effect
from recommender.loaders.content import load_content
from recommender.loaders.vignettes import load_baseline, load_vignettes
from recommender.models.content import Content
from recommender.service.recommend import Recommender

# More than anybody reads on a page; how many there are beside these is told.
MOST_SHOWN = 60
_MOST_FAULTS = 20
LESS_SAFE, TURNED_AWAY, OTHERWISE = "less_safe", "turned_away", "otherwise"


def main() -> None:
    """Answer one request from the standard input."""
    asked = json.load(sys.stdin)
    _bind(asked["processor_seconds"], asked["megabytes"])
    json.dump(impact_of(asked), sys.stdout)


def _bind(seconds: int, megabytes: int) -> None:
    """Keep this process to its bounds. The system ends it where it goes beyond them."""
    os.nice(10)  # people who wait for a page come first
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def impact_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what becomes of every vignette and of people drawn by a seed, or why the service refuses such rules.

    ``asked`` holds the folders ``rules``, ``catalogue`` and ``vignettes``, the ``hash`` of the content that runs, the
    ``path`` of the rule within the folder of the rules, its whole new ``text``, and how many ``people`` of which ``seed``.
    """
    rules, catalogue = Path(asked["rules"]), Path(asked["catalogue"])
    old = load_content(rules, catalogue)
    if old.hash != asked["hash"]:
        return {"stale": True}
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / rules.name
        shutil.copytree(rules, copied)
        (copied / asked["path"]).write_bytes(asked["text"].encode())
        try:
            new = load_content(copied, catalogue)
        except ContentError as error:
            return {"refused": [str(fault) for fault in error.faults][:_MOST_FAULTS]}
    return _compared(old, new, Path(asked["vignettes"]), asked["people"], asked["seed"])


def _compared(old: Content, new: Content, vignettes: Path, people: int, seed: int) -> dict[str, Any]:
    refused = [str(fault) for fault in lint(new.questionnaire, new.rule_set, new.catalogue)]
    if refused:
        return {"refused": refused[:_MOST_FAULTS]}
    not_served = list(Recommender(new).faults)[:_MOST_FAULTS]
    comparing = Comparing(old, new, load_baseline(vignettes), load_baseline(vignettes, "follow_up"))
    impact = comparing.impact(load_vignettes(vignettes), people, seed)
    told = impact.as_data()
    counts: Counter[str] = Counter()
    for one in impact.affected:
        counts[_group(one.effect)] += one.count
    return {
        "met": told["met"],
        "lost": told["lost"][:_MOST_FAULTS],
        "lost_in_all": len(told["lost"]),
        "not_served": not_served,
        "counts": {group: counts[group] for group in (LESS_SAFE, TURNED_AWAY, OTHERWISE)},
        "kinds": len(told["affected"]),
        "affected": [{**one, "group": _group(Effect(one["effect"]))} for one in told["affected"][:MOST_SHOWN]],
    }


def _group(effect: Effect) -> str:
    if effect.is_less_safe:
        return LESS_SAFE
    return TURNED_AWAY if effect is Effect.TURNED_AWAY else OTHERWISE


if __name__ == "__main__":
    main()
