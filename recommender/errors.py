"""The exceptions of this package, and what each one means to whoever meets it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

COULD_NOT_RUN = 2
"""The exit status of a process that could not begin its work."""


class RecommenderError(Exception):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a content file: where, what, and what to do about it.

    ``public`` is what anybody may be told of it, without where it is; "" where only the operator needs to know.
    ``location`` are the keys and numbers that lead to the place within the file, where that is known.
    """

    path: str
    line: int
    message: str
    public: str = field(default="", compare=False)
    location: tuple[str | int, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class ContentError(RecommenderError):
    """Rule or catalogue files that cannot be used. Carries every fault found, not only the first.

    ``partial`` is whatever could be loaded all the same, so that later checks can add their faults.
    """

    def __init__(self, faults: Iterable[Fault], partial: Any = None) -> None:
        self.faults = tuple(sorted(set(faults)))
        self.partial = partial
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return what anybody may be told: what is missing, by name, and how much else is wrong. No path stands in it."""
        named = dict.fromkeys(fault.public for fault in self.faults if fault.public)
        others = sum(not fault.public for fault in self.faults)
        told = f"{others} fault{'s' if others > 1 else ''} in the content: see the log, or `recommender check`."
        return (*named, *([told] if others else []))


class SettingsError(RecommenderError):
    """Settings that cannot be used. Carries one line for each of them, which names it and says what to do."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class ProblemCode(StrEnum):
    """What is wrong with a request, for programs: never translated. The list is closed, and docs/api.md prints it."""

    status: int
    meaning: str

    def __new__(cls, code: str, status: int, meaning: str) -> Self:
        """Return a code with the status that it comes with, and what it means."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.status, member.meaning = status, meaning
        return member

    MALFORMED_REQUEST = (
        "malformed_request",
        400,
        "the request cannot be read, as where its host is none or its body breaks off.",
    )
    NOT_JSON = "not_json", 400, "the body is no JSON in UTF-8."
    KEY_NEEDED = "key_needed", 401, "the call needs a key, or the key is none or was revoked."
    KEY_NOT_FOR_THIS = "key_not_for_this", 403, "the key is not for this kind of call."
    NOT_FOUND = "not_found", 404, "there is nothing at this address."
    METHOD_NOT_ALLOWED = (
        "method_not_allowed",
        405,
        "the address does not take this method; `Allow` names those it takes.",
    )
    TOO_SLOW = "too_slow", 408, "the request took too long to arrive."
    BODY_TOO_LARGE = "body_too_large", 413, "the body is larger than is taken."
    ADDRESS_TOO_LONG = "address_too_long", 414, "the address is longer than is taken."
    NOT_SENT_AS_JSON = "not_sent_as_json", 415, "the body is not sent as `application/json`."
    EXPECTATION_FAILED = "expectation_failed", 417, "`Expect` asks for something else than `100-continue`."
    TOO_MANY_REQUESTS = (
        "too_many_requests",
        429,
        "too many requests in a short time; `Retry-After` may say when to come back.",
    )
    HEADERS_TOO_LARGE = "headers_too_large", 431, "the headers are more, or longer, than is taken."
    INTERNAL_ERROR = "internal_error", 500, "something went wrong on the side of the service."
    UNKNOWN_CODING = "unknown_coding", 501, "the body is sent in a transfer coding that is not known."
    NO_SAFE_ANSWER = "no_safe_answer", 503, "the answers could not be checked safely, so there is no routine."
    NOT_APPROVED = "not_approved", 503, "routines wait for a clinical approval."
    KEYS_NOT_KNOWN = (
        "keys_not_known",
        503,
        "the key cannot be checked now; calls without one may go on.",
    )
    MISSING = "missing", 422, "an answer, or another part of the body, is not there."
    WRONG_TYPE = (
        "wrong_type",
        422,
        "it is of another type of JSON than it must be, as text where a whole number is asked for.",
    )
    WRONG_SHAPE = "wrong_shape", 422, "the object has other members than it must have."
    OUT_OF_RANGE = "out_of_range", 422, "the number or the day is too low or too high."
    WRONG_LENGTH = "wrong_length", 422, "the text or the list is too short or too long."
    BLANK_TEXT = "blank_text", 422, "nothing in the text can be seen."
    QUESTIONS_CHANGED = (
        "questions_changed",
        422,
        "the questions have changed since the answers were given; ask them again.",
    )
    NOT_A_DAY = "not_a_day", 422, "it is no day written as 2026-11-21."
    WRONG_ORDER = "wrong_order", 422, "the days are not in the order that they must be in."
    DUPLICATE_KEY = "duplicate_key", 422, "a key stands twice in an object: of two answers neither can be trusted."
    REPEATED = "repeated", 422, "an option, a move or an exercise stands twice in a list."
    UNKNOWN_MEMBER = "unknown_member", 422, "this is no part of the request, of an answer or of a dose."
    UNKNOWN_QUESTION = "unknown_question", 422, "the questionnaire has no such question."
    UNKNOWN_OPTION = "unknown_option", 422, "the question has no such option."
    UNKNOWN_EXERCISE = "unknown_exercise", 422, "the catalogue has no such exercise."
    UNKNOWN_FORM = "unknown_form", 422, "the exercise has no such form."
    NOT_ALONE = "not_alone", 422, "an option that stands for itself, such as `none`, was chosen with others."
    NOT_ASKED = "not_asked", 422, "the question is not asked with these answers, or at this check."
    CONTRADICTS = "contradicts", 422, "the answer and another one cannot both be true."
    NOT_OFFERED = "not_offered", 422, "the option is offered only where it was ticked in another question."
    NEVER_IN_ROUTINE = "never_in_routine", 422, "the exercise is never part of a routine."
    NOT_IN_ROUTINE = "not_in_routine", 422, "the move is not in the routine that was sent."
    NO_SUCH_FIGURE = "no_such_figure", 422, "the dose of this exercise has no such figure."
    ONE_OF_TWO = "one_of_two", 422, "exactly one of `follow_up`, `before_session` and `during_session` must be there."


class ErrorText(str):
    """What to do about one fault, in the person's language, with its code: made where it is found, they never part."""

    __slots__ = ("code",)
    code: ProblemCode

    def __new__(cls, code: ProblemCode, text: str) -> Self:
        """Return the text with its code."""
        told = super().__new__(cls, text)
        told.code = code
        return told

    def format(self, *_: object, **__: object) -> Self:
        """Return the text as it is: marshmallow formats its messages, and these are complete."""
        return self


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class InputFault:
    """One thing wrong in what was sent: ``path`` leads to it, or to where it is missing; ``place`` is its name in words.

    ``()`` is all that was sent.
    """

    path: Path
    place: str
    told: ErrorText

    def below(self, *path: str | int) -> InputFault:
        """Return the fault of something that stands within more than was known when it was found."""
        return replace(self, path=(*path, *self.path))


def faults_by_name(messages: Mapping[str, Iterable[ErrorText]]) -> Iterator[InputFault]:
    """Yield the faults of the members of an object, from what is said of each."""
    for name, texts in messages.items():
        yield from (InputFault((name,), name, told) for told in texts)


def faults_by_path(messages: Mapping[Path, Iterable[ErrorText]]) -> Iterator[InputFault]:
    """Yield the faults of the parts of something, from what is said of each; a place is told as ``routine.1.dose``."""
    for path, texts in messages.items():
        yield from (InputFault(path, ".".join(map(str, path)), told) for told in texts)


class IntakeError(RecommenderError):
    """Answers we cannot use. Carries every fault, in the order of the questionnaire."""

    def __init__(self, faults: Iterable[InputFault]) -> None:
        self.faults: Sequence[InputFault] = tuple(faults)
        super().__init__("; ".join(f"{place}: {' '.join(texts)}" for place, texts in self.messages.items()))

    @property
    def messages(self) -> dict[str, list[str]]:
        """Return what to do, by the place of each fault."""
        messages: dict[str, list[str]] = {}
        for fault in self.faults:
            messages.setdefault(fault.place, []).append(fault.told)
        return messages


class NotApprovedError(RecommenderError):
    """Clinicians have not approved this content, and the settings say that then no routine may be shown."""


class DecisionError(RecommenderError):
    """The engine or the final check failed: no routine may be shown."""


def tell(error: RecommenderError) -> None:
    """Print what keeps a process from its work on standard error, one line for each thing wrong, without a traceback."""
    for line in str(error).splitlines():
        print(f"recommender: {line}", file=sys.stderr)
