"""Ranks and tags of the shipped content say what they mean, and nothing is left over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recommender.loaders.yaml_source import read_document, read_folder
from recommender.models.catalogue import DoseType
from recommender.service.recommend import Recommender
from recommender.settings.folders import content_folder

MOST_HOLDS_OF_A_STRETCH = 3


def named(value: Any, key: str) -> set[str]:
    """Return every text that stands under a key, however deep."""
    if isinstance(value, Mapping):
        own = {value[key]} if isinstance(value.get(key), str) else set()
        return own.union(*(named(part, key) for part in value.values()))
    return set[str]().union(*(named(part, key) for part in value)) if isinstance(value, list) else set()


def test_every_rank_is_one_that_some_rule_names() -> None:
    folder = content_folder("rules")
    header = read_document(folder / "rule-set.yaml", "rule-set.yaml").data
    rules = [document.data for document in read_folder(folder, folder)]
    assert {rank["id"] for rank in header["ranks"]} == named(rules, "rank")


def test_held_stretch_is_on_every_form_of_a_stretch_that_is_held_two_or_three_times(recommender: Recommender) -> None:
    for exercise in recommender.content.catalogue.exercises:
        dose = exercise.dose
        held = dose.type is DoseType.HOLD and dose.reps is not None and dose.reps[1] <= MOST_HOLDS_OF_A_STRETCH
        assert {"held_stretch" in form.tags for form in exercise.forms} == {held}, exercise.id
