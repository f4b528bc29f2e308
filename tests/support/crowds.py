"""Crowds of made-up people for properties that must hold for everybody of a kind.

What makes a person healthy is written here from the evidence brief, not taken from the rule files.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from recommender.engine.decide import decide
from recommender.models.questionnaire import Answer, Intake
from recommender.questionnaire.random_sheets import random_sheet_to_the_end
from recommender.service.recommend import Recommender

BANDS = ("18_24", "25_44", "45_49", "50_59", "60_64", "65_69", "70_plus")
SPINE = ("neck", "shoulders", "upper_back", "mid_back", "low_back", "tailbone", "buttock")
BESIDE = ("hip_groin", "leg", "arm")
SAFETY_LISTS = ("rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve", "rf_neck", "conditions", "medicines")
NO_SIGN: Mapping[str, Answer] = {
    **dict.fromkeys(SAFETY_LISTS, ("none",)),
    "stiff_girdle": "no",
    "told_no_exercise": "no",
}


def healthy_people(
    recommender: Recommender, count: int, seed: int, more: Mapping[str, Answer] | None = None
) -> Iterator[Intake]:
    """Yield adults of every age band in turn: no safety answer, pain at most 6, nothing that sections 3 to 5 name.

    ``more`` are answers that all of them give.
    """
    chance, found = random.Random(seed), 0
    while found < count:
        fixed = {
            **NO_SIGN,
            "age_band": BANDS[found % len(BANDS)],
            "pain_location": _places(chance),
            "pain_score": chance.randint(0, 6),
            "function": chance.choice(("not", "bit", "lot")),
            **(more or {}),
        }
        answers = _sheet(recommender, chance, fixed)
        if not is_named_by_the_brief(answers) and (more or not has_nothing_to_hold(answers)):
            found += 1
            yield Intake(answers, recommender.supplied)


def allowed_people(recommender: Recommender, count: int, seed: int) -> Iterator[Intake]:
    """Yield adults with illnesses, medicines, operations and limits of every kind who may have a routine."""
    chance, found, rule_set = random.Random(seed), 0, recommender.content.rule_set
    while found < count:
        fixed = {**NO_SIGN, "age_band": chance.choice(BANDS), "pain_location": _places(chance)}
        for question in ("conditions", "medicines"):
            if chance.random() < 0.7:
                del fixed[question]
        fixed["preg_cleared"] = chance.choice(("ok", "uncomplicated"))
        if chance.random() < 0.1:
            fixed["rf_bone_nerve"] = (chance.choice(("fall_knock", "lift_cough")),)
        if chance.random() < 0.1:
            fixed |= {"rf_illness": ("cancer_past",), "assessed": "yes"}
        intake = Intake(_sheet(recommender, chance, fixed, sign_rate=0.05), recommender.supplied)
        if decide(rule_set, recommender.oracle.fire(intake)).level.shows_routine:
            found += 1
            yield intake


def has_nothing_to_hold(answers: Mapping[str, Any]) -> bool:
    """Return whether there is neither chair nor wall, and the body is limited or there is only room to stand.

    GEN-06 may then find too few moves.
    """
    is_bare = answers.get("equipment") == ("none",)
    return is_bare and (answers["limits"] != ("none",) or answers["place"] == "standing_desk")


def is_named_by_the_brief(answers: Mapping[str, Any]) -> bool:
    """Return whether a row of sections 3 to 5 names these answers, where every safety list is answered none.

    RF-R10 case 2 stands in section 6 but asks for a visit within 48 hours, so it counts here too.
    """
    if answers["pain_location"] == ("no_pain",):
        return False
    person = _Pain(answers)
    return any(
        (
            answers["pain_score"] > 6 or answers["function"] == "cannot",  # RF-U14, RF-P12, RF-P16, RF-P25
            answers.get("arm_symptoms") == "weak",  # RF-U02
            person.has("leg_symptoms", "walk_both", "eases_stand_still"),  # RF-P06
            person.age70 and person.is_new and not person.assessed,  # RF-P17
            person.age70 and person.is_new and person.is_acute and answers["pain_score"] >= 6,  # RF-U17
            person.age70 and person.is_new and person.is_acute and person.has("worse_with", "coughing"),  # RF-R10/2
            person.is_thoracic
            and person.age50
            and (person.is_unchanging or answers["trend"] == "worse_fast"),  # RF-U20
            person.is_unremitting
            and (person.is_unchanging or not person.assessed or (person.is_thoracic and person.is_new)),  # P13
            person.is_unremitting
            and person.age50
            and (person.is_new or answers["trend"] in ("worse_slow", "worse_fast")),  # P13 case 2
            person.has("worse_with", "effort")
            and person.has(
                "pain_location", "neck", "shoulders", "upper_back", "mid_back", "arm", "chest_tummy"
            ),  # RF-U24
            person.is_thoracic
            and person.has("worse_with", "lying_flat")
            and person.is_new
            and not person.assessed,  # P14/3
            person.has("pain_location", "hip_groin")
            and person.has("worse_with", "standing_walking")
            and person.is_new
            and not person.assessed
            and (
                answers["activity"] == "sport" or (answers["activity"] == "active" and person.main == "hip_groin")
            ),  # P16 case 3
            person.main in ("upper_back", "mid_back") and person.is_unchanging,  # RF-P14 case 2
            person.main in ("upper_back", "mid_back") and person.age60 and person.is_new and not person.assessed,  # P14
            person.has_nerve_signs and answers["trend"] in ("worse_slow", "worse_fast"),  # RF-P15
            person.has_nerve_signs and person.has("worse_with", "coughing") and not person.is_easing_early,  # RF-P21
            person.has("pain_location", "chest_tummy") or person.main == "flank",  # RF-P22
            not person.has("pain_location", *SPINE),  # RF-P22 case 3
        )
    )


class _Pain:
    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        band = BANDS.index(answers["age_band"])
        self.age50, self.age60, self.age70 = (band >= BANDS.index(age) for age in ("50_59", "60_64", "70_plus"))
        self.is_new = answers["history"] in ("first_time", "different")
        self.assessed = answers["assessed"] == "yes"
        self.is_acute = answers["duration"] in ("lt_2w", "2_6w")
        self.is_thoracic = self.has("pain_location", "upper_back", "mid_back")
        self.is_unchanging = self.has("worse_with", "nothing_changes")
        nothing_helps = self.has("better_with", "nothing"), answers["irritability"] == "always"
        self.is_unremitting = sum((self.is_unchanging, *nothing_helps)) >= 2
        self.has_nerve_signs = self.has("leg_symptoms", "below_knee", "tingling")
        self.is_easing_early = answers["trend"] == "better" and answers["duration"] == "lt_2w"
        self.main = answers.get("pain_main") or answers["pain_location"][0]

    def has(self, question: str, *options: str) -> bool:
        return bool(set(options) & set(self._answers.get(question, ())))


def _places(chance: random.Random) -> tuple[str, ...]:
    if chance.random() < 0.1:
        return ("no_pain",)
    others = [place for place in (*SPINE, *BESIDE) if chance.random() < 0.12]
    return tuple(dict.fromkeys([chance.choice(SPINE), *others]))


def _sheet(
    recommender: Recommender, chance: random.Random, fixed: Mapping[str, Answer], sign_rate: float = 0.0
) -> dict[str, Answer]:
    content = recommender.content
    return random_sheet_to_the_end(content.questionnaire, recommender.flow, chance, sign_rate=sign_rate, fixed=fixed)
