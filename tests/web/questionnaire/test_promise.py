"""The time that is promised before the first answer, worked out from the questions themselves."""

from __future__ import annotations

import re
from dataclasses import replace

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from recommender.web.questionnaire.progress import progress_at, promise
from tests.support.visitor import Visitor

SIGN = {"age_band": "45_49", "pain_location": ("low_back",), "rf_nerve": ("saddle",)}


def test_the_promise_is_what_the_first_page_says_is_left(recommender: Recommender) -> None:
    questions = recommender.content.questionnaire.questions
    walk = recommender.flow.walk({})
    first = progress_at(walk, walk.steps[0].slug, questions, {})
    assert promise(recommender.flow, questions).minutes == first.minutes_left


def test_whoever_has_no_pain_is_promised_less(recommender: Recommender) -> None:
    told = promise(recommender.flow, recommender.content.questionnaire.questions)
    assert [(option.id, minutes < told.minutes) for option, minutes in told.shorter] == [("no_pain", True)]


def test_an_emergency_ends_the_questions_at_the_earlier_time_that_is_promised(recommender: Recommender) -> None:
    questions = recommender.content.questionnaire.questions
    told = promise(recommender.flow, questions)
    walk = recommender.flow.walk(SIGN)
    assert walk.stop is Level.EMERGENCY_NOW and told.stops is not None
    way = progress_at(walk, walk.steps[0].slug, questions, SIGN)
    assert told.stops[0] == way.minutes_left < told.stops[1] < told.minutes


def test_longer_words_make_a_longer_promise(recommender: Recommender) -> None:
    questions = recommender.content.questionnaire.questions
    wordy = {name: replace(one, text="word " * 40) for name, one in questions.items()}
    now, then = (promise(recommender.flow, words) for words in (questions, wordy))
    assert then.minutes > now.minutes and then.stops and now.stops and then.stops > now.stops


def test_the_start_page_says_each_of_them(visitor: Visitor) -> None:
    recommender = visitor.recommender
    told = promise(recommender.flow, recommender.content.questionnaire.questions)
    lines = [" ".join(line.split()) for line in re.findall(r'"app-promise"[^>]*>([^<]*)<', visitor.see("/").text)]
    assert told.stops is not None
    [(option, shorter)] = told.shorter
    assert lines == [
        f"It takes about {told.minutes} minutes.",
        f"If you tick “{option.text}”: about {shorter}.",
        f"If you need help soon, we say so after {told.stops[0]} to {told.stops[1]} minutes.",
    ]
