"""People for tests that go through the pages: the answers that matter, by who gives them."""

from __future__ import annotations

from typing import Any

import yaml

from recommender.models.levels import Level
from tests.support.sheets import TESTS

EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (TESTS / "vignettes" / "journeys" / "worked-examples.yaml").read_text(encoding="utf-8")
)
# Those of brief 0.4, section 8.
EXAMPLES_OF_0_4: list[dict[str, Any]] = yaml.safe_load(
    (TESTS / "vignettes" / "journeys" / "worked-examples-0.4.yaml").read_text(encoding="utf-8")
)
# Somebody who is asked every question there is, and gets a routine at the end.
ASKED_EVERYTHING: dict[str, Any] = {
    "age_band": "50_59",
    "pain_location": ["neck", "upper_back", "low_back", "leg"],
    "pain_main": "low_back",
    "duration": "gt_12w",
    "assessed": "yes",
    "onset_age": "40_44",
    "conditions": [
        "osteoporosis", "pregnant", "postnatal", "joint_replacement", "heart", "high_bp", "vertigo", "axial_spa",
        "hypermobile", "me_cfs",
    ],
    "preg_weeks": "16_28",
    "preg_cleared": "uncomplicated",
    "sit_hours": "gt_8",
    "sit_where": "desk",
}  # fmt: skip
# Somebody whose urgent answer leads to an extra screen.
URGENT: dict[str, Any] = {"rf_illness": ["fever"]}
AT_A_DESK: dict[str, Any] = {"sit_hours": "gt_8", "sit_where": "desk", "minutes": "15"}
STRUGGLING: dict[str, Any] = {
    "coping": "struggling",
    "sit_hours": "gt_8",
    "sit_where": "desk",
    "limits": ["wrist", "kneel"],
}
# Somebody in a flare, with a task that they want to do better.
FLARE: dict[str, Any] = {"pain_score": 6, "trend": "worse_slow", "main_task": {"task": "Put on my socks", "score": 3}}
# What is answered at every check where nothing is said of it: no new sign, and a plain middle.
CALM: dict[str, Any] = {
    "rf_emergency": ["none"],
    "rf_nerve": ["none"],
    "rf_illness": ["none"],
    "rf_bone_nerve": ["none"],
    "rf_neck": ["none"],
    "stiff_girdle": "no",
    # Where a check asks in short, every question is opened and answered in full: that is what these people answer.
    "screen_now": ["not_sure"],
    "screen_soon": ["not_sure"],
    "fu_change": "better",
    "fu_pain": 3,
    "fu_done": "3_4",
    "fu_after": "same",
    "fu_leg": "same",
    "fu_hard": "right",
    "pre_session": "no",
}


def example(level: Level) -> dict[str, Any]:
    """Return the answers of the first worked example with this outcome."""
    answers: dict[str, Any] = next(one["answers"] for one in EXAMPLES if one["expect"]["level"] == level.value)
    return answers


# Everybody who is told something else.
OF_EVERY_KIND: dict[str, dict[str, Any]] = {
    **{level.value: example(level) for level in Level},
    "an urgent answer with an extra screen": URGENT,
    "asked everything": {**ASKED_EVERYTHING, **STRUGGLING},
    "told to see somebody first, and struggling": {**STRUGGLING, "told_no_exercise": "yes"},
}
