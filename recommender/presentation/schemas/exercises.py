"""The replies with exercises and with sources."""

from __future__ import annotations

from recommender.models.catalogue import DefaultRoutine, DoseType
from recommender.presentation.schemas.recommendation import FigureSchema, RuleSetSchema
from recommender.presentation.schemas.reply import (
    ReplySchema,
    id_sets,
    ids,
    part,
    parts,
    texts,
    whole,
    wholes,
    words,
    yes_no,
)


class DoseRangeSchema(ReplySchema):
    type = words("Whether it is held, repeated or timed.", ids=DoseType)
    reps = wholes("The least and the most repeats.", null="where it is timed")
    start_reps = whole("Repeats in the first week.", null="where the least holds")
    hold_seconds = wholes("The shortest and the longest hold, in seconds.", null="where nothing is held")
    start_hold_seconds = whole("The hold in the first week, in seconds.", null="where the shortest holds")
    sets = wholes("The least and the most sets.")
    per_side = yes_no("Whether all of it is done for each side.")
    seconds = wholes("The shortest and the longest time, in seconds.", null="unless it is timed")
    start_seconds = whole("The time in the first week, in seconds.", null="unless it is timed")
    tempo = words("How fast.", null="without it")
    frequency = words("How often.", null="without it")
    note = words("What else to know.", null="without it")
    sources = texts("Ids of the sources of the dose.")


class FormSchema(ReplySchema):
    key = words("`exercise/form`: its id everywhere.")
    id = words("Its id within the exercise.")
    exercise = words("Id of the exercise.")
    name = words("The form in words.")
    position = words("The position that it is done in.")
    place = ids("Ids of the places where it can be done.")
    tags = ids("Movement tags: what it asks of the body. Rules leave out by them.")
    equipment = ids("What it needs, all of it.")
    equipment_any = id_sets("What it needs, one of each group.")
    steps = texts("How it is done, step by step.")
    cautions = texts("What to watch out for.")
    figure = part(FigureSchema, "How it looks.", null="where the catalogue has no pose data for it")


class SeedNoteSchema(ReplySchema):
    seed = words("Id of the article.")
    says = words("What it says of the exercise.")


class BreathSchema(ReplySchema):
    in_seconds = whole("For so long in.")
    out_seconds = whole("For so long out.")


class ExerciseSchema(ReplySchema):
    id = words("Id of the exercise.")
    name = words("Its name.")
    aliases = texts("Other names.")
    kind = words("Its kind, such as `mobility`.")
    slot = words("Its part in a routine.")
    regions = ids("The places of the body that it is for.")
    good_for = ids("What it is good for; rules prefer by it.")
    default_routine = words(
        "Whether it may come into a routine by itself, only when a rule asks for it, or never.", ids=DefaultRoutine
    )
    default_reason = words("Why so.")
    purpose = words("What it is for.")
    dose = part(DoseRangeSchema, "How much of it is usual.")
    breathing = words("How to breathe.")
    breath = part(BreathSchema, "A pace to breathe at.", null="where it has none of its own")
    feel_it = words("Where it should be felt.")
    not_here = words("Where it should not be felt.")
    common_mistakes = texts("What often goes wrong.")
    easier = texts("Ids of easier exercises, the first to try first.")
    harder = texts("Ids of harder exercises, the first to try first.")
    chair_or_standing = texts("Ids of exercises that do the same on a chair or standing.")
    forms = parts(FormSchema, "The ways of doing it.")
    figure_hint = words("What a drawing of it must show.")
    seeds = parts(SeedNoteSchema, "What the first articles say of it.")
    seed_notes = texts("What to make of that.")
    decisions = texts("Ids of the decisions where the articles disagree.")


class ExerciseListSchema(ReplySchema):
    exercises = parts(ExerciseSchema, "The catalogue.")
    rule_set = part(RuleSetSchema, "The content that it belongs to.")


class OneExerciseSchema(ReplySchema):
    exercise = part(ExerciseSchema, "The exercise.")
    rule_set = part(RuleSetSchema, "The content that it belongs to.")


class SourceSchema(ReplySchema):
    id = words("Id of the source.")
    title = words("Its title.")
    organisation = words("Who published it.")
    kind = words("What kind of source it is.")
    read = words(
        "How far a program read it: in_full, in_part, abstract, second_hand (what another page quotes of it) or not_opened."
    )
    read_on = words("The day on which that was written down.", null="where it was not opened")
    section = words("The part of it that rules rest on.", null="where none is named")
    url = words("Its address on the web.", null="where it has a DOI, or none is known")
    year = whole("The year of it.", null="where none is given")
    document = words("Its number or address.", null="without one")
    doi = words("Its DOI.", null="without one")
    supports = words("What it supports.", null="where its rules say so")
    note = words("What else to know.", null="without it")
    seed_file = words("The file of the article, where it is one of the first articles.", null="otherwise")


class SourceListSchema(ReplySchema):
    sources = parts(SourceSchema, "The bibliography.")
    rule_set = part(RuleSetSchema, "The content that it belongs to.")
