"""Measure the routines of a plausible crowd: ``python -m tools.crowd [--count N] [--seed N] [--json FILE] [--page FILE]``.

``make crowd`` keeps what 5,000 people get in docs/crowd.md and docs/crowd.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from recommender.loaders.vignettes import load_vignettes
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tools.crowd.explained import who_gets
from tools.crowd.measures import measured, met
from tools.crowd.outcomes import outcomes
from tools.crowd.people import WEIGHTS, plausible_people
from tools.crowd.report import page
from tools.crowd.stories import as_data


def main() -> None:
    """Print the figures of a crowd, and write them to files if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures and stories as JSON")
    parser.add_argument("--page", type=Path, help="write the whole report as Markdown, weights and stories included")
    given = parser.parse_args()
    recommender = load_recommender(read_settings())
    people = [met(recommender, intake) for intake in plausible_people(recommender, given.count, given.seed)]
    which = {
        "rule set": recommender.content.rule_set.version,
        "hash": recommender.content.hash[:12],
        "seed": given.seed,
    }
    figures = {**which, **measured(recommender, people), **outcomes(recommender, people)}
    vignettes = load_vignettes(read_settings().vignettes_dir)
    figures["unused, and who gets them"] = who_gets(recommender.content.catalogue, figures["unused"], vignettes)
    _print(figures)
    if not given.json and not given.page:
        return
    stories = as_data(recommender)
    if given.json:
        text = json.dumps({"figures": figures, "stories": stories}, indent=1, default=str)
        given.json.write_text(text + "\n", encoding="utf-8")
    if given.page:
        weights = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
        given.page.write_text(page(figures, weights, stories), encoding="utf-8")


def _print(figures: Mapping[str, Any]) -> None:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            print(name, *(f"  {key}: {entry}" for key, entry in value.items()), sep="\n")
        else:
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
