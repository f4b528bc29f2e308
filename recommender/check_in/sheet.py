"""Read a check: what was answered first, at the checks since, and now, and the routine that was done.

Whatever cannot be used is told by the place where it stands, such as ``follow_up.fu_change`` or ``routine.2.dose.reps``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from marshmallow import ValidationError

from recommender.check_in.field_names import (
    ANSWERS,
    DATE,
    FOLLOW_UP,
    HISTORY,
    HURT,
    QUESTIONS,
    ROUTINE,
    STARTED,
    TODAY,
)
from recommender.check_in.flow import CheckWalk
from recommender.check_in.request import (
    HISTORY_AT_MOST,
    NAMES,
    OCCASIONS,
    by_path,
    request_schema,
)
from recommender.errors import ErrorText, InputFault, IntakeError, Path, ProblemCode, faults_by_path
from recommender.models.catalogue import Catalogue
from recommender.models.check_in import Check, CheckIn, CheckInHistory, Done
from recommender.models.questionnaire import Occasion, QuestionKind, Questionnaire
from recommender.questionnaire.answer_sheet import AnswerSheet, FormatMessage, sayer

WHOLE = "check_in"

Messages = dict[Path, list[ErrorText]]


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
        self._exercises = frozenset(catalogue.by_id)
        self._say: FormatMessage = sayer(translate)
        self.schema = request_schema(questionnaire, catalogue, sheet, self._say)

    def read_day(self, raw: Mapping[str, Any]) -> date | None:
        """Return the day that stands beside first answers, if one does; the version of the questions is looked at too.

        Raises:
            IntakeError: one of them cannot be used.
        """
        beside = {name: raw[name] for name in (TODAY, QUESTIONS) if name in raw}
        try:
            day: date | None = self.schema.load(beside, partial=True).get(TODAY)
        except ValidationError as error:
            raise IntakeError(faults_by_path(dict(by_path(error.messages)))) from None
        return day

    def require_object(self, answers: Any) -> None:
        """Raise an IntakeError unless answers, whichever they are, come as an object."""
        if not isinstance(answers, Mapping):
            told = self._say("Give the answers as an object of question ids and answers.")
            raise IntakeError([InputFault((ANSWERS,), ANSWERS, ErrorText(ProblemCode.WRONG_TYPE, told))])

    def read(self, raw: Any) -> CheckIn:
        """Return a complete check from plain data.

        Raises:
            IntakeError: every message by the place that it is about.
        """
        if not isinstance(raw, Mapping):
            told = self._say("Send an object with the answers, the routine and the check.")
            raise IntakeError([InputFault((), WHOLE, ErrorText(ProblemCode.WRONG_TYPE, told))])
        history, done = self.read_story(raw)
        return self.complete(history, done)

    def read_story(self, raw: Mapping[str, Any]) -> tuple[CheckInHistory, tuple[Done, ...]]:
        """Return what was answered up to now, complete or not, and the routine.

        Raises:
            IntakeError: every message by the place that it is about.
        """
        begun = _begun_by_history(raw)
        data = self._loaded(raw, begun)
        history, done = self._history(data), data[ROUTINE]
        messages = dict(self._days_at_fault(history, begun))
        if not messages:
            messages |= self._gaps(history, begun)
        messages |= self._strange_moves(history, done)
        if messages:
            raise IntakeError(faults_by_path(messages))
        return history, done

    def _loaded(self, raw: Mapping[str, Any], begun: bool) -> Mapping[str, Any]:
        """Return the parts of a check, each of them usable; ``begun`` says that the history begins with the start."""
        given = dict(raw)
        if begun:
            first, *given[HISTORY] = raw[HISTORY]
            given[STARTED] = first.get(DATE)
        try:
            data: Mapping[str, Any] = self.schema.load(given)
            messages: Messages = {}
        except ValidationError as error:
            messages = {_as_sent(path, begun): told for path, told in by_path(error.messages)}
        if sum(name in raw for name in OCCASIONS) != 1:
            told = self._say("Send the answers of one of these: follow_up, before_session or during_session.")
            messages = {path: said for path, said in messages.items() if path[0] not in OCCASIONS}
            messages[FOLLOW_UP,] = [ErrorText(ProblemCode.ONE_OF_TWO, told)]
        if messages:
            raise IntakeError(faults_by_path(messages))
        return data

    def _history(self, data: Mapping[str, Any]) -> CheckInHistory:
        named = next(name for name in OCCASIONS if name in data)
        past = tuple(Check(entry[DATE], entry[FOLLOW_UP]) for entry in data[HISTORY])
        now = Check(data[TODAY], data[named])
        return CheckInHistory(data[STARTED], data[ANSWERS], past, now, OCCASIONS[named], data[HURT])

    def complete(self, history: CheckInHistory, done: Iterable[Done]) -> CheckIn:
        """Return the check with everything that follows from it.

        Raises:
            IntakeError: an answer is missing, or is not asked for at this check.
        """
        named = NAMES[history.occasion]
        walk = self._walk.walk(history)
        missing = () if walk.is_complete else walk.missing
        messages: Messages = {(named, name): [self._sheet.instruction(name)] for name in missing}
        asked = ErrorText(ProblemCode.NOT_ASKED, self._say("This question is not asked at this check. Remove it."))
        if not messages:  # an answer that is missing may be the reason why another question is not asked
            messages = {(named, name): [asked] for name in history.now.answers if name not in walk.shown}
            messages |= self._lines_not_asked(history, walk.shown, named, asked)
        if messages:
            raise IntakeError(faults_by_path(messages))
        earlier = [replace(history, past=(), now=Check(history.started, {}), occasion=Occasion.EACH_SESSION)]
        earlier += [
            replace(history, past=history.past[:number], now=check, occasion=Occasion.FOLLOW_UP)
            for number, check in enumerate(history.past)
        ]
        intakes = tuple(self._walk.intake(before) for before in earlier)
        return CheckIn(history, self._walk.intake(history), intakes, tuple(done))

    def _lines_not_asked(self, history: CheckInHistory, shown: Set[str], named: str, told: ErrorText) -> Messages:
        """Return the lines ticked in a short screen whose question this person is not asked: no tick is passed over."""
        messages: Messages = {}
        for name, answer in history.now.answers.items():
            chosen = answer if isinstance(answer, tuple) else ()
            for option in self._questionnaire.questions[name].options:
                asked = any(sign.question in shown for sign in option.stands_for)
                if option.id in chosen and option.stands_for and not asked:
                    messages[named, name] = [told]
        return messages

    def _days_at_fault(self, history: CheckInHistory, begun: bool) -> Iterable[tuple[Path, list[ErrorText]]]:
        """Yield what is wrong with the order of the days."""
        # A session may follow a check on the same day; a second check on it would replace the first.
        before = history.now.date + timedelta(days=history.occasion is not Occasion.FOLLOW_UP)
        earliest = history.started
        for number, check in enumerate(history.past):
            if not earliest < check.date < before:
                told = self._say("Give the checks in order, after the first routine and before today, one a day.")
                yield _as_sent((HISTORY, number, DATE), begun), [ErrorText(ProblemCode.WRONG_ORDER, told)]
            earliest = check.date
        if history.now.date < history.started:
            told = self._say("Give a day that is not before the first routine.")
            yield (TODAY,), [ErrorText(ProblemCode.WRONG_ORDER, told)]

    def _gaps(self, history: CheckInHistory, begun: bool) -> Messages:
        """Return the answers that earlier checks lack of their own page: what they would have said is not known."""
        messages: Messages = {}
        for number, check in enumerate(history.past):
            then = replace(history, past=history.past[:number], now=check, occasion=Occasion.FOLLOW_UP)
            path = _as_sent((HISTORY, number, FOLLOW_UP), begun)
            messages |= {(*path, name): [self._sheet.instruction(name)] for name in self._walk.missing_own(then)}
        return messages

    def _strange_moves(self, history: CheckInHistory, done: tuple[Done, ...]) -> Messages:
        """Return what is said to hurt and is not in the routine; in a session it may be of the routine of the other days."""
        is_now = history.occasion is Occasion.DURING_SESSION
        known = self._exercises if is_now else {item.exercise.id for item in done}
        named = NAMES[history.occasion]
        messages: Messages = {}
        for name, answer in history.now.answers.items():
            is_moves = self._questionnaire.questions[name].kind is QuestionKind.MOVES
            strange = sorted(set(answer) - known) if is_moves and isinstance(answer, tuple) else []
            if strange:
                told = self._say("%(moves)s: not in the routine. Name its moves.", moves=", ".join(strange))
                messages[named, name] = [ErrorText(ProblemCode.NOT_IN_ROUTINE, told)]
        return messages


def _begun_by_history(raw: Mapping[str, Any]) -> bool:
    """Return whether the first entry of the history is not a check, but the day of the first routine."""
    entries = raw.get(HISTORY)
    if STARTED in raw or not isinstance(entries, list) or not 0 < len(entries) <= HISTORY_AT_MOST:
        return False
    return isinstance(entries[0], Mapping) and not entries[0].get(FOLLOW_UP)


def _as_sent(path: Path, begun: bool) -> Path:
    """Return where a fault stands in the request as it was sent."""
    match path:
        case [part] if begun and part == STARTED:
            return HISTORY, 0, DATE
        case [part, int(number), *below] if begun and part == HISTORY:
            return HISTORY, number + 1, *below
        case _:
            return path
