"""Load the pages of the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from recommender.loaders.conditions import ConditionField
from recommender.loaders.fields import ContentSchema, Text, TupleOf, Whole, Word, YesNo, load_into, nested
from recommender.loaders.short_screen import with_short_screens
from recommender.loaders.yaml_source import Document, Location
from recommender.models.conditions import ALWAYS, Condition, atoms
from recommender.models.questionnaire import (
    BODY,
    CLOCK,
    NOT_SURE,
    GoneOption,
    Later,
    Meaning,
    Occasion,
    Option,
    OptionGroup,
    Page,
    Question,
    QuestionKind,
    Questionnaire,
    Sign,
    SummaryPart,
)

SHORT_WORDS = 15
_SLUG = validate.Regexp(r"^[a-z][a-z0-9-]*$", error="must be lower case letters, digits and -.")
_FITS = {BODY: QuestionKind.MANY, CLOCK: QuestionKind.ONE}


def _short_enough(words: str) -> None:
    if len(words.split()) > SHORT_WORDS:
        raise ValidationError(f"has more than {SHORT_WORDS} words. Say it in fewer.")


class MeaningSchema(ContentSchema):
    model = Meaning

    question = Word("question", required=True)
    option = Text(required=True)
    instead_of = TupleOf(Text())


class LaterSchema(ContentSchema):
    model = Later

    option = Text(required=True)
    after_weeks = Whole(required=True)


class SignSchema(ContentSchema):
    model = Sign

    question = Word("question", required=True)
    option = Text(required=True)


class OptionSchema(ContentSchema):
    model = Option

    id = Text(required=True)
    text = Text(required=True)
    hint = Text()
    detail = Text()
    exclusive = YesNo()
    means = TupleOf(nested(MeaningSchema))
    becomes = nested(LaterSchema)
    short = Text(validate=_short_enough)
    not_with = TupleOf(nested(SignSchema))
    shown_if = ConditionField()


class OptionGroupSchema(ContentSchema):
    model = OptionGroup

    heading = Text(required=True)
    options = TupleOf(Text(), required=True)


class GoneOptionSchema(ContentSchema):
    model = GoneOption

    id = Text(required=True)
    now = TupleOf(nested(SignSchema), required=True)


class QuestionSchema(ContentSchema):
    id = Text(
        required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]*$", error="must be lower case letters, digits and _.")
    )
    code = Text(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    text = Text(required=True)
    why = Text(required=True)
    required = YesNo(required=True)
    safety = YesNo()
    hint = Text()
    shown_if = ConditionField()
    options = TupleOf(nested(OptionSchema))
    groups = TupleOf(nested(OptionGroupSchema))
    gone = TupleOf(nested(GoneOptionSchema))
    options_from = Word("question")
    default = fields.Raw()
    minimum = Whole()
    maximum = Whole()
    low_label = Text()
    high_label = Text()
    picture = Text(validate=validate.OneOf(_FITS, error="must be one of: {choices}. Or leave the key out."))
    renews = Word("question")
    stands_in_for = TupleOf(Word("question"))
    asked_if = ConditionField()
    after_result = ConditionField()
    changes = Text()
    support = Text()
    summary = fields.Enum(SummaryPart, by_value=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        choice = data["kind"] in (QuestionKind.ONE, QuestionKind.MANY)
        ids = [option.id for option in data.get("options", ())]
        if choice != bool(ids):
            raise ValidationError("must be given for kinds one and many, and only for those.", "options")
        if len(set(ids)) != len(ids):
            raise ValidationError("has the same id twice.", "options")
        _check_groups(data)
        _check_always_offered(data)
        for number, option in enumerate(data.get("options", ())):
            if option.becomes and (option.becomes.option not in ids or option.becomes.option == option.id):
                told = "becomes what is not another option of the question."
                raise ValidationError({"options": {number: {"becomes": [told]}}})
        picture = data.get("picture")
        if picture and data["kind"] is not _FITS[picture]:
            told = f"is '{picture}', which is for questions of kind {_FITS[picture]}. Leave the key out, or change the kind."
            raise ValidationError(told, "picture")
        if picture == CLOCK and not all(option.isdecimal() for option in ids):
            raise ValidationError("is 'clock', so the ids of its options must be numbers of minutes.", "picture")
        default = data.get("default")
        wanted = default if isinstance(default, list) else [default] if default is not None else []
        if not set(wanted) <= set(ids):
            raise ValidationError("is not one of the options.", "default")
        if ("after_result" in data) != ("changes" in data):
            raise ValidationError(
                "and 'changes' go together: say what the answer changes, or leave both out.", "after_result"
            )
        if data["required"] and "after_result" in data:
            raise ValidationError(
                "is only for optional questions: an answer that matters is asked before.", "after_result"
            )
        if data["required"] and default is not None:
            raise ValidationError("is only for optional questions: an answer that matters is never assumed.", "default")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Question:
        default = data.pop("default", None)
        return Question(**data, default=tuple(default) if isinstance(default, list) else default)


class PageSchema(ContentSchema):
    id = Text(required=True)
    slug = Text(required=True, validate=_SLUG)
    earlier_slugs = TupleOf(Text(validate=_SLUG))
    title = Text(required=True)
    when_asked = fields.Enum(Occasion, by_value=True, required=True)
    intro = Text()
    title_shown = YesNo()
    safety_line = YesNo()
    stops_if_urgent = YesNo()
    stops_if_see_first = ConditionField()
    shown_if = ConditionField()
    after_result = YesNo()
    questions = TupleOf(nested(QuestionSchema), required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Page:
        return Page(occasion=data.pop("when_asked"), **data)


def _check_groups(data: Mapping[str, Any]) -> None:
    """Fault groups that lose an option, or put it elsewhere: below them all stand "none" and "not sure", and only these."""
    groups: tuple[OptionGroup, ...] = data.get("groups", ())
    if not groups:
        return
    if data["kind"] is not QuestionKind.MANY or "options_from" in data or "picture" in data:
        raise ValidationError("is only for kind many, without a picture or options of another question.", "groups")
    signs = [option.id for option in data.get("options", ()) if not option.exclusive and option.id != NOT_SURE]
    grouped = [option for group in groups for option in group.options]
    if grouped != signs:
        wrong = next(one or other for one, other in zip_longest(signs, grouped) if one != other)
        told = f"must hold each option once, in their order, but for those that say no or not sure. Look at '{wrong}'."
        raise ValidationError(told, "groups")


def _check_always_offered(data: Mapping[str, Any]) -> None:
    """Fault an option that says no, or not sure, and is not offered to everybody: silence would be all that is left."""
    for number, option in enumerate(data.get("options", ())):
        if option.shown_if is not None and (option.exclusive or option.id == NOT_SURE):
            told = (
                "is for everybody, as it says that no other option fits, or that one does not know. Leave the key out."
            )
            raise ValidationError({"options": {number: {"shown_if": [told]}}})
    options = data.get("options", ())
    if options and all(option.shown_if is not None for option in options):
        raise ValidationError("are all for some people only. Offer one to everybody.", "options")


def load_questionnaire(documents: list[Document], version: int = 1) -> Questionnaire:
    """Return the questionnaire; faults are added to the documents.

    Pages come in the order of their files' names, intake pages first.
    """
    schema = PageSchema()
    loaded = [(document, load_into(schema, document)) for document in documents]
    pages = [(document, page) for document, page in loaded if page is not None]
    _check_addresses(pages)
    _check_order(pages)
    _check_meanings(pages)
    _check_named_answers(pages)
    _check_after_result(pages)
    pages = with_short_screens(pages)
    order = list(Occasion)
    return Questionnaire(
        tuple(sorted((page for _, page in pages), key=lambda page: (order.index(page.occasion), page.id))), version
    )


def _check_addresses(pages: list[tuple[Document, Page]]) -> None:
    """Fault an address of before that is the address of a page today, or that two pages name."""
    taken = {page.slug: page.id for _, page in pages}
    for document, page in pages:
        for index, slug in enumerate(page.earlier_slugs):
            if slug in taken:
                told = f"'{slug}' is an address of page {taken[slug]} already. Take it out."
                document.faults.append(document.fault(("earlier_slugs", index), told))
            taken[slug] = page.id


def _check_order(pages: list[tuple[Document, Page]]) -> None:
    """Fault questions met twice and conditions that look at their own page or a later one."""
    home = _homes(pages)
    for document, page in pages:
        for place, condition in _conditions_of(page):
            if condition is None:
                continue
            for atom in atoms(condition):
                subject = getattr(atom, "question", getattr(atom, "subject", None))
                occasion, page_id = home.get(str(subject), (Occasion.INTAKE, ""))
                if occasion is page.occasion and page_id >= page.id:
                    document.faults.append(
                        document.fault(
                            place, f"looks at '{subject}', which is not on an earlier page. Move one of them."
                        )
                    )


def _homes(pages: list[tuple[Document, Page]]) -> dict[str, tuple[Occasion, str]]:
    """Return the occasion and page of each question, and fault those met twice."""
    home: dict[str, tuple[Occasion, str]] = {}
    for document, page in pages:
        for index, question in enumerate(page.questions):
            if question.id in home:
                document.faults.append(
                    document.fault(
                        ("questions", index, "id"),
                        f"question '{question.id}' exists on page {home[question.id][1]} too. Rename one.",
                    )
                )
            home[question.id] = (page.occasion, page.id)
    return home


def _conditions_of(page: Page) -> list[tuple[Location, Condition | None]]:
    """Return where a page has conditions, and what stands there."""
    asked: list[tuple[Location, Condition | None]] = [
        (("shown_if",), page.shown_if),
        (("stops_if_see_first",), page.stops_if_see_first),
    ]
    asked += [(("questions", index, "shown_if"), question.shown_if) for index, question in enumerate(page.questions)]
    asked += [
        (("questions", index, name), condition)
        for index, question in enumerate(page.questions)
        for name, condition in (("asked_if", question.asked_if), ("after_result", question.after_result))
    ]
    asked += [
        (("questions", index, "options", number, "shown_if"), option.shown_if)
        for index, question in enumerate(page.questions)
        for number, option in enumerate(question.options)
    ]
    return asked


def _check_meanings(pages: list[tuple[Document, Page]]) -> None:
    """Fault what an answer at a check says of a question that is no intake question, or has no such option or number."""
    known = {question.id: (page.occasion, question) for _, page in pages for question in page.questions}
    for document, page in pages:
        for index, question in enumerate(page.questions):
            if question.renews in known:
                occasion, renewed = known[question.renews]
                if occasion is not Occasion.INTAKE or {renewed.kind, question.kind} != {QuestionKind.NUMBER}:
                    told = f"'{question.renews}' is not an intake question that asks for a number, as this one must."
                    document.faults.append(document.fault(("questions", index, "renews"), told))
            for number, option in enumerate(question.options):
                for meaning in option.means:
                    strange = _strange(meaning, known)
                    if strange:
                        told = (
                            f"'{strange}' is not an option of '{meaning.question}', an intake question with one answer."
                        )
                        document.faults.append(document.fault(("questions", index, "options", number, "means"), told))


def _check_named_answers(pages: list[tuple[Document, Page]]) -> None:
    """Fault an answer that is said not to go with an option that there is not, or to be said now by one."""
    known = {
        (question.id, option.id) for _, page in pages for question in page.questions for option in question.options
    }
    for document, page in pages:
        for index, question in enumerate(page.questions):
            named: list[tuple[Location, Sign]] = [
                (("questions", index, "options", number, "not_with"), sign)
                for number, option in enumerate(question.options)
                for sign in option.not_with
            ]
            named += [
                (("questions", index, "gone", number), sign)
                for number, gone in enumerate(question.gone)
                for sign in gone.now
            ]
            for place, sign in named:
                if (sign.question, sign.option) not in known:
                    document.faults.append(
                        document.fault(place, f"'{sign.option}' is not an option of '{sign.question}'.")
                    )
            for number, gone in enumerate(question.gone):
                if (question.id, gone.id) in known:
                    told = f"'{gone.id}' is an option of '{question.id}' still. Take it out here."
                    document.faults.append(document.fault(("questions", index, "gone", number), told))


def _check_after_result(pages: list[tuple[Document, Page]]) -> None:
    """Fault questions after the result that stand on no intake page, or for which there is no page behind the result."""
    intake = [page for _, page in pages if page.occasion is Occasion.INTAKE]
    has_page = any(page.after_result for page in intake)
    for document, page in pages:
        if page.after_result and any(one.after_result != ALWAYS for one in page.questions):
            told = "is for a page of which every question has 'after_result: always'."
            document.faults.append(document.fault(("after_result",), told))
        for index, question in enumerate(page.questions):
            if question.after_result is not None and not (has_page and page in intake):
                told = "needs an intake page with 'after_result: true'. Make one."
                document.faults.append(document.fault(("questions", index, "after_result"), told))


def _strange(meaning: Meaning, known: Mapping[str, tuple[Occasion, Question]]) -> str | None:
    """Return an option that the intake question does not have, or None. A question of a broken page is not looked at."""
    if meaning.question not in known:
        return None
    occasion, question = known[meaning.question]
    usable = occasion is Occasion.INTAKE and question.kind is QuestionKind.ONE
    options = {option.id for option in question.options} if usable else set()
    return next((option for option in (meaning.option, *meaning.instead_of) if option not in options), None)
