"""Read a check: what was answered first, at the checks since, and now, and the routine that was done.

Whatever cannot be used is told by the place where it stands, such as ``follow_up.fu_change`` or ``routine.2.dose.reps``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from recommender.answer_sheet import AnswerSheet, Say, sayer
from recommender.check_in.done import DoneReader
from recommender.check_in.walk import CheckWalk
from recommender.errors import IntakeError
from recommender.models.catalogue import Catalogue
from recommender.models.check_in import Check, CheckIn, Done, Story
from recommender.models.questionnaire import Answer, Occasion, QuestionKind, Questionnaire

ANSWERS, ROUTINE, HISTORY, STARTED, TODAY, DATE = "answers", "routine", "history", "started", "today", "date"
FOLLOW_UP, BEFORE_SESSION = "follow_up", "before_session"
WHOLE = "check_in"
HISTORY_AT_MOST = 60
_OCCASIONS = {FOLLOW_UP: Occasion.FOLLOW_UP, BEFORE_SESSION: Occasion.EACH_SESSION}
_KEYS = (ANSWERS, ROUTINE, HISTORY, STARTED, TODAY, FOLLOW_UP, BEFORE_SESSION)

Messages = dict[str, list[str]]


class CheckInSheet:
    """Reads checks against one questionnaire and catalogue, with messages in their language."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        catalogue: Catalogue,
        sheet: AnswerSheet,
        walk: CheckWalk,
        translate: Callable[[str], str] = str,
    ) -> None:
        self._questionnaire = questionnaire
        self._sheet = sheet
        self._walk = walk
        self._say: Say = sayer(translate)
        self._done = DoneReader(catalogue, self._say)

    def read(self, raw: Any) -> CheckIn:
        """Return a complete check from plain data.

        Raises:
            IntakeError: every message by the place that it is about.
        """
        if not isinstance(raw, Mapping):
            raise IntakeError({WHOLE: [self._say("Send an object with the answers, the routine and the check.")]})
        story, done = self.read_story(raw)
        return self.complete(story, done)

    def read_story(self, raw: Mapping[str, Any]) -> tuple[Story, tuple[Done, ...]]:
        """Return what was answered up to now, complete or not, and the routine.

        Raises:
            IntakeError: every message by the place that it is about.
        """
        stray = self._say("This is not part of the request. Remove it.")
        messages: Messages = {str(name): [stray] for name in raw if name not in _KEYS}
        first = self._first(raw, messages)
        today = self._day(raw.get(TODAY), TODAY, messages)
        started, entries = self._beginning(raw, messages)
        occasion, fresh = self._now(raw, messages)
        done = self._done.read(raw.get(ROUTINE), ROUTINE, messages)
        if messages or today is None or started is None:
            raise IntakeError(messages)
        now = Check(today, fresh)
        # A session may follow a check on the same day; a second check on it would replace the first.
        before = today + timedelta(days=occasion is Occasion.EACH_SESSION)
        story = Story(started, first, self._past(entries, started, before, messages), now, occasion)
        self._check_days(story, messages)
        self._check_past(story, messages)
        self._check_moves(story, done, messages)
        if messages:
            raise IntakeError(messages)
        return story, done

    def complete(self, story: Story, done: Iterable[Done]) -> CheckIn:
        """Return the check with everything that follows from it.

        Raises:
            IntakeError: an answer is missing, or is not asked for at this check.
        """
        named = FOLLOW_UP if story.occasion is Occasion.FOLLOW_UP else BEFORE_SESSION
        walk = self._walk.walk(story)
        messages = {f"{named}.{name}": [self._sheet.instruction(name)] for name in walk.missing}
        asked = self._say("This question is not asked at this check. Remove it.")
        if not messages:  # an answer that is missing may be the reason why another question is not asked
            messages = {f"{named}.{name}": [asked] for name in story.now.answers if name not in walk.shown}
        if messages:
            raise IntakeError(messages)
        earlier = [replace(story, past=(), now=Check(story.started, {}), occasion=Occasion.EACH_SESSION)]
        earlier += [
            replace(story, past=story.past[:number], now=check, occasion=Occasion.FOLLOW_UP)
            for number, check in enumerate(story.past)
        ]
        intakes = tuple(self._walk.intake(before) for before in earlier)
        return CheckIn(story, self._walk.intake(story), intakes, tuple(done))

    def _first(self, raw: Mapping[str, Any], messages: Messages) -> dict[str, Answer]:
        try:
            return dict(self._sheet.read(raw.get(ANSWERS)).answers)
        except IntakeError as error:
            messages |= {
                name if name == ANSWERS else f"{ANSWERS}.{name}": told for name, told in error.messages.items()
            }
            return {}

    def _beginning(self, raw: Mapping[str, Any], messages: Messages) -> tuple[date | None, list[tuple[str, Any]]]:
        """Return the day of the first routine, and the entries of the history that are checks, each with its place.

        The day is ``started``, or that of a first entry without answers.
        """
        history = raw.get(HISTORY, [])
        if not isinstance(history, list) or len(history) > HISTORY_AT_MOST:
            most = HISTORY_AT_MOST
            messages[HISTORY] = [self._say("Give a list of at most %(most)s earlier checks, or [].", most=most)]
            return None, []
        entries = [(f"{HISTORY}.{number}", entry) for number, entry in enumerate(history)]
        if STARTED in raw:
            return self._day(raw[STARTED], STARTED, messages), entries
        if entries and isinstance(entries[0][1], Mapping) and not entries[0][1].get(FOLLOW_UP):
            return self._day(entries[0][1].get(DATE), f"{entries[0][0]}.{DATE}", messages), entries[1:]
        messages[STARTED] = [self._say("Give the day of the first routine, such as 2026-11-21.")]
        return None, []

    def _now(self, raw: Mapping[str, Any], messages: Messages) -> tuple[Occasion, dict[str, Answer]]:
        given = [name for name in _OCCASIONS if name in raw]
        if len(given) != 1:
            told = self._say("Give the answers of a check as follow_up, or those before a session as before_session.")
            messages[FOLLOW_UP] = [told]
            return Occasion.FOLLOW_UP, {}
        name = given[0]
        return _OCCASIONS[name], self._answers(raw[name], name, _OCCASIONS[name], messages)

    def _answers(self, raw: Any, place: str, occasion: Occasion, messages: Messages) -> dict[str, Answer]:
        """Return the usable answers of one check: those to its own page, and to intake questions asked again."""
        if not isinstance(raw, Mapping):
            messages[place] = [self._say("Give the answers as an object of question ids and answers.")]
            return {}
        page_of = self._questionnaire.page_of
        known = [name for name in page_of if page_of[name].occasion in (Occasion.INTAKE, occasion)]
        stray = self._say("This is not a question of the questionnaire. Remove it.")
        messages |= {f"{place}.{name}": [stray] for name in raw if name not in known}
        answers, faults = self._sheet.read_some(raw, known)
        messages |= {f"{place}.{name}": told for name, told in faults.items()}
        return answers

    def _past(
        self, entries: list[tuple[str, Any]], started: date, today: date, messages: Messages
    ) -> tuple[Check, ...]:
        checks: list[Check] = []
        for place, entry in entries:
            if not isinstance(entry, Mapping) or not set(entry) <= {DATE, FOLLOW_UP}:
                messages[place] = [self._say("Give each earlier check as a date and its follow_up.")]
                continue
            day = self._day(entry.get(DATE), f"{place}.{DATE}", messages)
            answers = self._answers(entry.get(FOLLOW_UP), f"{place}.{FOLLOW_UP}", Occasion.FOLLOW_UP, messages)
            if day is None:
                continue
            earliest = checks[-1].date if checks else started
            if not earliest < day < today:
                told = self._say("Give the checks in order, after the first routine and before today, one a day.")
                messages[f"{place}.{DATE}"] = [told]
            checks.append(Check(day, answers))
        return tuple(checks)

    def _check_days(self, story: Story, messages: Messages) -> None:
        if story.now.date < story.started:
            messages[TODAY] = [self._say("Give a day that is not before the first routine.")]

    def _check_past(self, story: Story, messages: Messages) -> None:
        """Fault an earlier check without the answers of its own page: what it said would be missed."""
        if messages:
            return
        offset = {check: number for number, check in enumerate(map(id, story.past))}
        for check in story.past:
            number = offset[id(check)]
            then = replace(story, past=story.past[:number], now=check, occasion=Occasion.FOLLOW_UP)
            place = f"{HISTORY}.{number}.{FOLLOW_UP}"
            messages |= {f"{place}.{name}": [self._sheet.instruction(name)] for name in self._walk.missing_own(then)}

    def _check_moves(self, story: Story, done: tuple[Done, ...], messages: Messages) -> None:
        """Fault a move said to hurt that is not in the routine."""
        known = {item.exercise.id for item in done}
        named = FOLLOW_UP if story.occasion is Occasion.FOLLOW_UP else BEFORE_SESSION
        for name, answer in story.now.answers.items():
            is_moves = self._questionnaire.questions[name].kind is QuestionKind.MOVES
            strange = sorted(set(answer) - known) if is_moves and isinstance(answer, tuple) else []
            if strange:
                told = self._say("%(moves)s: not in the routine. Name its moves.", moves=", ".join(strange))
                messages[f"{named}.{name}"] = [told]

    def _day(self, value: Any, place: str, messages: Messages) -> date | None:
        try:
            if isinstance(value, str) and len(value) == len("2026-11-21"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        messages[place] = [self._say("Give a day such as 2026-11-21.")]
        return None
