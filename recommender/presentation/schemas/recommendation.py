"""The reply to answers: an outcome, and a routine where one may be shown."""

from __future__ import annotations

from marshmallow import fields, validate

from recommender.models.catalogue import DoseType
from recommender.models.levels import Level, ReviewKind, Role, Stage
from recommender.models.routine import ExclusionReason
from recommender.presentation.schemas.reply import ReplySchema, part, parts, texts, whole, words, yes_no

DURATION = validate.Regexp(r"P(\d+D|T\d+H)", error="Not an ISO 8601 duration in days or hours.")

DAY = validate.Regexp(r"\d{4}-\d{2}-\d{2}$", error="Not an ISO 8601 date.")


class AnswerSchema(ReplySchema):
    question = words("Id of the question.")
    option = words("Id of the option that was chosen.", null="where a number was answered")
    text = words("The option in words, or the number.")


class ReasonSchema(ReplySchema):
    rule = words("Id of the rule; see `GET /api/v1/rules/<id>`.")
    text = words("What the rule says to the person.")
    answers = parts(AnswerSchema, "The person's own answers that the rule rests on, in the order of the questionnaire.")


def within_of_a_rule() -> fields.String:
    """Return the field for by when a rule wants somebody seen."""
    return words(
        "The time that this rule gives, an ISO 8601 duration.",
        null="without one, and where a worse outcome won",
        check=DURATION,
    )


def act_of_a_rule() -> fields.String:
    """Return the field for what a rule asks the person to do."""
    return words("What this rule asks the person to do.", null="without it, and where a worse outcome won")


class OutcomeReasonSchema(ReasonSchema):
    level = words("The outcome that this rule asks for.", ids=Level)
    within = within_of_a_rule()
    act = act_of_a_rule()
    sources = texts("Ids of the sources of the rule; see `GET /api/v1/sources`.")


class DispositionSchema(ReplySchema):
    level = words("The outcome: the worst that any rule asks for.", ids=Level)
    title = words("The outcome in a few words.")
    heading = words("The heading of the page.")
    message = words("What the outcome means, in a sentence or two.")
    act = words("What to do.")
    within = words(
        "By when: the shortest time that applies, an ISO 8601 duration.", null="where no time is given", check=DURATION
    )
    steps = texts("What to do, step by step.")
    tell_staff = words("What to tell the staff there.", null="where nobody is to be told")
    do_not = texts("What not to do.")
    meanwhile = texts("What may help until then.")
    worse = texts("When to get help sooner.")
    reasons = parts(OutcomeReasonSchema, "The rules that ask for an outcome, the worst first.")


class ReviewLineSchema(ReplySchema):
    kind = words(
        "What is asked: to see someone only if it is not better, to check in here again, to book, or to ask now.",
        ids=ReviewKind,
    )
    who = words("Whom to see, tell or ask; `self` is the person, here.", ids=Role)
    text = words("What to do, in one sentence.")
    rule = words("Id of the rule that says so.")


class ReviewSchema(ReviewLineSchema):
    by = words("The day by which to do it, an ISO 8601 date.", null="where no time is given", check=DAY)
    within = words("The time until then, an ISO 8601 duration.", null="where no time is given", check=DURATION)
    others = parts(
        ReviewLineSchema,
        "Whatever else is asked, the strongest kind first (`ask_now`, `book`, `check_in`, `net`), then the earliest.",
    )


class DoseSchema(ReplySchema):
    type = words("Whether it is held, repeated or timed.", ids=DoseType)
    sets = whole("How many sets.")
    reps = whole("Repeats of each side and set.", null="where it is timed")
    hold_seconds = whole("How long each repeat is held, in seconds.", null="where nothing is held")
    seconds = whole("How long it is done, in seconds for each side.", null="unless it is timed")
    per_side = yes_no("Whether all of it is done for each side.")
    rest_seconds = whole("Rest between two sets, in seconds.")


class FigureSideSchema(ReplySchema):
    side = words("A side of the body.", check=validate.OneOf(("left", "right")))
    mirrored = yes_no("Whether to show the drawings and the motion mirrored for it.")


class FigureSchema(ReplySchema):
    alt = words("What the drawings show, in words.")
    frames = texts(
        "Addresses of the drawings (SVG) in order, below the address of the site; empty where none is drawn."
    )
    motion = words(
        "Address of one SVG with the steps of the movement as groups `s0`, `s1`, ...; all but the first are hidden.",
        null="where none is drawn, and for a position of rest, which is one drawing",
    )
    width = whole("Width of each drawing, for its proportions; 0 without one.")
    height = whole("Height of each drawing; 0 without one.")
    sides = parts(
        FigureSideSchema,
        "The sides that a one-sided form is done on, one after the other; empty where the drawings show both.",
    )


class MoveSchema(ReplySchema):
    exercise = words("Id of the exercise.")
    name = words("Its name.")
    form = words("Id of the form of it that this person may do.")
    form_name = words("The form in words.")
    dose = part(DoseSchema, "How much of it.")
    steps = texts("How the form is done, step by step.")
    cautions = texts("What to watch out for: what rules say to this person, then what holds for everybody.")
    figure = part(FigureSchema, "How the form looks.", null="where the catalogue has no pose data for it")


class BreakItemSchema(MoveSchema):
    slot = words("Its part in the routine, such as `warm_up`, or `break`.")
    position = words("The position that the form is done in.")
    seconds = whole("How long it takes in all, in seconds: work, both sides, rests, getting ready and into position.")
    purpose = words("What it is for.")
    breathing = words("How to breathe.")
    feel_it = words("Where it should be felt.")
    not_here = words("Where it should not be felt.")
    common_mistakes = texts("What often goes wrong.")
    why = parts(ReasonSchema, "Why it is in, the weightiest reason first.")


class ItemSchema(BreakItemSchema):
    every_day = yes_no("Whether it is for every day, and not for strength days alone.")
    easier = words("Id of an easier exercise that this person may do instead.", null="without one")
    easier_move = part(
        MoveSchema, "The easier exercise in a form that this person may do, at its first dose.", null="without one"
    )
    harder = words("Id of a harder exercise that this person may do instead.", null="without one")
    harder_move = part(
        MoveSchema, "The harder exercise in a form that this person may do, at its first dose.", null="without one"
    )


class OtherDaysSchema(ReplySchema):
    seconds = whole("How long it takes, in seconds: the sum over the items.")
    items = parts(ItemSchema, "The moves in order: other moves are in the place of those that are not for every day.")


class RoutineSchema(ReplySchema):
    how_often = words("How often to do it.", null="where no rule says so")
    strength_days = words(
        "On how many days a week to do it whole.", null="where every day is alike, or no rule says so"
    )
    other_days = part(
        OtherDaysSchema, "The routine of the days between strength days.", null="where every day is alike"
    )
    minutes_budget = whole("The minutes it may take: what was answered, or fewer where a rule says so.")
    seconds = whole("How long it takes, in seconds: the sum over the items.")
    stage = words("How far along the person is.", ids=Stage)
    items = parts(ItemSchema, "The moves in order, the warm-up first and the closing item last.")


class LeftOutSchema(ReplySchema):
    exercise = words("Id of the exercise.")
    name = words("Its name.")
    because = words("The kind of reason.", ids=ExclusionReason)
    text = words(
        "Why it is left out, where no rule says so: what it is mainly for, and what was told, or that other moves "
        "suit the answers better.",
        null="where a rule or the person left it out",
    )
    regions = texts("Ids of the parts of the body that it is mainly for, where that is why; else empty.")
    why = parts(ReasonSchema, "The rules that left it out; empty where no rule did.")
    instead = words("Id of the exercise that is there in its place.", null="without one")


class BreakSchema(ReplySchema):
    name = words("Name of the short routine.")
    why = part(ReasonSchema, "Why it is offered.")
    items = parts(BreakItemSchema, "Its moves, in order.")


class AdviceSchema(ReplySchema):
    rule = words("Id of the rule.")
    topic = words("What it is about, such as `do_now`.")
    text = words("The advice.")


class ContactSchema(ReplySchema):
    name = words("Name of the service.")
    number = words("Its number.", null="where the name says enough")
    by_text = yes_no("Whether the number takes text messages, not calls.")
    note = words("What else to know.", null="without it")


class ContactsSchema(ReplySchema):
    region = words("Id of the country, such as `GB`.")
    name = words("Its name.")
    emergency = parts(ContactSchema, "For an emergency.")
    urgent = parts(ContactSchema, "For urgent advice.")
    crisis = parts(ContactSchema, "For a crisis of the mind.")


class RuleSetSchema(ReplySchema):
    version = words("Version of the rule set.")
    hash = words("SHA-256 of rules, catalogue and questionnaire, in hex: the same hash, the same content.")
    approved = yes_no("Whether clinicians have approved exactly this content.")


class LanguageSchema(ReplySchema):
    code = words("Tag of the language of the texts, such as `en`.")
    clinically_checked = yes_no("Whether health professionals have checked the translation.")
    digest = words('Start of the SHA-256 of the translation, in hex; "" for the source language.')


class UnsureQuestionSchema(ReplySchema):
    question = words("Id of the question.")
    text = words("The question.")


class RecommendationSchema(ReplySchema):
    disposition = part(DispositionSchema, "How urgent it is, what to do, and why.")
    answer_again = parts(
        UnsureQuestionSchema,
        "Questions answered `not_sure` that count in this outcome; another answer may lead to another. Empty in an "
        "emergency.",
    )
    review = part(
        ReviewSchema,
        "What to do about being seen beside the routine: the one thing that comes first.",
        null="without one",
    )
    routine = part(RoutineSchema, "The routine.", null="where the outcome shows none")
    left_out = parts(
        LeftOutSchema,
        "Every other exercise of the catalogue and why it is not in the routine; empty without a routine.",
    )
    advice = parts(AdviceSchema, "Advice by topic, each text once; without a routine only about getting help.")
    stop_rules = texts("When to stop; empty without a routine.")
    breaks = parts(BreakSchema, "Short routines for breaks in the day; empty without a routine.")
    contacts = parts(ContactsSchema, "Where to get help: in the country of the service, or in each where none is set.")
    fired = texts("Ids of the rules that fired, each once.")
    cases = texts("Ids of the cases that fired, such as `RF-U07/2`.")
    rule_set = part(RuleSetSchema, "The content that decided.")
    not_approved = words("That clinicians have not approved this content, in words.", null="once they have")
    language = part(LanguageSchema, "The language of the texts.")
