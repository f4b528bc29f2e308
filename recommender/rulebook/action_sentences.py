"""What a branch does, in words: one phrase for each action. Fields of ``Actions`` that are missing here fail a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from recommender.models.actions import (
    Actions,
    Advice,
    DispositionAction,
    Exclusion,
    MicroItem,
    MicroRoutine,
    Modification,
    PlanRow,
    Preference,
    Provision,
    Size,
    SlotLimit,
    TimeTable,
)
from recommender.models.content import Content
from recommender.rulebook.durations import duration_words
from recommender.rulebook.follow_up_sentences import (
    ask_again_phrase,
    follow_up_phrase,
    progress_phrases,
    short_screen_phrase,
)
from recommender.rulebook.labels import Names
from recommender.rulebook.ordering_sentences import order_phrases
from recommender.rulebook.sentence_parts import (
    Parts,
    counted,
    joined,
    listed,
    listed_below,
    quoted,
    text,
    unsaid,
    word,
)

Phrases = tuple[Parts, ...]


class ActionSentences:
    """Writes actions as phrases, in the order in which a reader wants them."""

    def __init__(self, names: Names, content: Content) -> None:
        self._names = names
        self._catalogue = content.catalogue
        self._pages = content.questionnaire.pages
        self.writers: Mapping[str, Callable[[Any], Phrases]] = MappingProxyType(
            {
                "disposition": self._disposition,
                "derive": self._derive,
                "cap_stage": lambda stage: (word("let the stage be") + text(f" {stage} at most"),),
                "exclude": lambda exclusions: _together(
                    "leave out moves of {} groups", map(self._exclusion, exclusions)
                ),
                "swap_in": lambda ids: (word("put in") + text(" ") + self._stand_ins(ids),),
                "swap_in_if_preferred": lambda ids: (
                    word("put in sooner") + text(", where another rule prefers it, ") + self._stand_ins(ids),
                ),
                "modify": lambda changes: _together("change moves of {} groups", map(self._modification, changes)),
                "prefer": lambda preferences: _together(
                    "prefer moves of {} groups", map(self._preference, preferences)
                ),
                "slot_limits": lambda limits: tuple(map(self._slot_limit, limits)),
                "session_size": self._size,
                "ask": lambda ids: (word("first ask") + text(" ") + listed([self._names.subject(id) for id in ids]),),
                "equipment_available": self._provision,
                "positions": lambda ids: (
                    word("allow the positions") + text(" ") + self._names.terms("positions", ids),
                ),
                "target_regions": lambda ids: (word("aim for") + text(" ") + self._names.terms("regions", ids),),
                "micro_routine": self._micro_routine,
                "plan": self._plan,
                "order": lambda order: order_phrases(order, self._names),
                "advise": lambda advice: tuple(map(self._advice, advice)),
                "follow_up": lambda given: (follow_up_phrase(given),),
                "progress": progress_phrases,
                "ask_again": lambda ids: (ask_again_phrase(page for page in self._pages if page.id in ids),),
                "short_screen": lambda ids: (short_screen_phrase(page for page in self._pages if page.id in ids),),
            }
        )

    def _stand_ins(self, ids: Iterable[str]) -> Parts:
        return self._names.exercises(ids, "or") + text(", in place of what it leaves out")

    def phrases(self, then: Actions) -> Phrases:
        """Return a phrase for everything that a branch does."""
        return tuple(
            phrase
            for name, write in self.writers.items()
            if (given := getattr(then, name)) not in (None, (), frozenset())
            for phrase in write(given)
        )

    def _disposition(self, action: DispositionAction) -> Phrases:
        phrase = word("outcome") + text(": ") + quoted(self._catalogue.dispositions[action.level].title)
        if action.kind:
            phrase += text(f" ({action.kind.replace('_', ' ')})")
        if action.within:
            phrase += text(f", within {duration_words(action.within)}")
        if action.who:
            phrase += text(f", by {action.who.replace('_', ' ')}")
        if action.act:
            phrase += text(", saying ") + listed_below([quoted(action.act)], quoted(action.act), "more")
        if not action.level.shows_routine:
            phrase += text(", and no routine")
        return (phrase,)

    def _derive(self, findings: tuple[str, ...]) -> Phrases:
        noted = [
            self._names.finding(finding) + text(f" is {value.replace('_', ' ')}" if value else "")
            for finding in findings
            for value in [finding.partition("=")[2]]
        ]
        return (word("note the finding") + text(" ") + listed(noted),)

    def _exclusion(self, exclusion: Exclusion) -> Parts:
        phrase = word("leave out") + text(" ") + self._names.scope(exclusion.scope)
        if exclusion.longer_than_seconds is not None:
            phrase += text(f", where the dose takes longer than {exclusion.longer_than_seconds} seconds")
        return phrase + self._except(exclusion)

    def _except(self, spared: Exclusion | Provision) -> Parts:
        scope = self._names.scope(spared.spared)
        return text(", except ") + scope if scope else ()

    def _modification(self, change: Modification) -> Parts:
        limits = [
            f"hold for {counted(change.hold_seconds_at_most, 'second')} at most"
            if change.hold_seconds_at_most is not None
            else "",
            f"{counted(change.reps_at_most, 'repeat')} at most" if change.reps_at_most is not None else "",
            f"{counted(change.sets_at_most, 'set')} at most" if change.sets_at_most is not None else "",
            f"{change.dose_factor:.0%} of the dose" if change.dose_factor is not None else "",
            "keep to the amounts of the first week" if change.keep_start_dose else "",
            "but more sets are allowed" if change.sets_may_rise else "",
            f"start with {counted(change.sets_at_start, 'set')}" if change.sets_at_start is not None else "",
            f"by now {counted(change.sets_due, 'set')}, for which other moves make room"
            if change.sets_due is not None
            else "",
        ]
        said = [text(limit) for limit in limits if limit]
        if change.only_forms:
            forms = [self._names.form(key) for key in self._catalogue.forms if key in change.only_forms]
            said.append(text("use only ") + listed(forms, "or"))
        if change.note:
            said.append(text("say ") + quoted(change.note))
        scope = self._names.scope(change.scope) if change.scope else text("every move")
        return word("change") + text(" ") + scope + text(": ") + listed(said)

    def _preference(self, preference: Preference) -> Parts:
        said: list[Parts] = []
        if preference.exercises:
            said.append(
                self._names.exercises(preference.exercises)
                + text(" (best first)" if len(preference.exercises) > 1 else "")
            )
        if preference.good_for:
            labels = [
                text(self._catalogue.good_for[label])
                for label in self._catalogue.good_for
                if label in preference.good_for
            ]
            said.append(text("moves that are good for ") + listed(labels, "or", "; "))
        if preference.forms:
            said.append(
                text("the form ")
                + listed([self._names.form(key) for key in self._catalogue.forms if key in preference.forms])
            )
        if preference.positions:
            said.append(text("forms in the position ") + self._names.terms("positions", preference.positions, "or"))
        phrase = word("prefer") + text(" ") + joined(said, text("; "))
        if preference.slot:
            phrase += text(", as a move for “") + self._names.term("slots", preference.slot) + text("”")
        return phrase + unsaid(f" (weight {preference.weight})")

    def _slot_limit(self, limit: SlotLimit) -> Parts:
        bounds = [
            f"at least {limit.at_least}" if limit.at_least is not None else "",
            f"at most {limit.at_most}" if limit.at_most is not None else "",
            f"a share of at least {limit.share_at_least:.0%}" if limit.share_at_least is not None else "",
            f"at least {limit.time_share_at_least:.0%} of the time" if limit.time_share_at_least is not None else "",
            f"at most {limit.time_share_at_most:.0%} of the time" if limit.time_share_at_most is not None else "",
        ]
        counted = listed([text(bound) for bound in bounds if bound])
        since = f", from {limit.from_minutes} minutes" if limit.from_minutes is not None else ""
        return (
            word("choose")
            + text(" ")
            + counted
            + text(" of the moves for “")
            + self._names.term("slots", limit.slot)
            + text(f"”{since}")
        )

    def _size(self, size: Size) -> Phrases:
        bounds = [
            f"{counted(size.minutes_at_most, 'minute')} at most" if size.minutes_at_most is not None else "",
            f"{counted(size.moves_at_least, 'move')} at least" if size.moves_at_least is not None else "",
            f"{counted(size.moves_at_most, 'move')} at most" if size.moves_at_most is not None else "",
        ]
        said = [word("keep the routine to") + text(" ") + listed([text(bound) for bound in bounds if bound])]
        if size.set_up_more_seconds is not None:
            longer = word("count") + text(f" {counted(size.set_up_more_seconds, 'second')} more to set up each move")
            said = [*(said if any(bounds) else []), longer]
        return tuple(said)

    def _provision(self, provision: Provision) -> Phrases:
        things = self._names.terms("equipment", provision.equipment)
        return (word("count on") + text(" ") + things + self._except(provision),)

    def _advice(self, advice: Advice) -> Parts:
        topic = self._catalogue.topics[advice.topic].title
        said = [quoted(item) for item in advice.items]
        told = listed_below(said, joined(said, text(" ")), counted(len(said), "text"))
        return word("advise") + text(f" under “{topic}”: ") + told

    def _micro_routine(self, routine: MicroRoutine) -> Phrases:
        items = [self._names.exercise(item.exercise) + text(_amount(item)) for item in routine.items]
        return (word("offer the break") + text(f" “{routine.name}”: ") + listed(items),)

    def _plan(self, plan: TimeTable) -> Phrases:
        timing, trim = plan.timing, plan.trim
        phrases = [
            word("count the time as")
            + text(
                f" {timing.seconds_per_rep} seconds a repeat, {timing.seconds_per_hold_change} seconds to change in a hold,"
                f" {timing.set_up_seconds} seconds to set up ({timing.set_up_on_floor_seconds} for the first move on the"
                f" floor, {timing.set_up_same_position_seconds} where the position stays) and"
                f" {timing.strength_rest_seconds} seconds of rest between sets of strength"
            ),
            word("trim no further than")
            + text(
                f" {counted(trim.hold_reps_at_least, 'repeat')} of a hold, {trim.hold_seconds_at_least} seconds held, in steps of"
                f" {trim.hold_step_seconds} seconds, and {trim.reps_at_least} repeats"
            ),
        ]
        if plan.filled_at_least:
            phrases.append(word("fill") + text(f" at least {plan.filled_at_least:.0%} of the minutes"))
        return (*phrases, *_together("sizes for {} lengths of time", map(self._row, plan.rows)))

    def _row(self, row: PlanRow) -> Parts:
        least, most = row.moves
        count = f"{least}" if least == most else f"{least} to {most}"
        size = f": {count} moves, {row.warm_up_seconds} seconds to warm up with "
        ends = f" (best first), {row.closing_seconds} seconds to wind down"
        if row.ends_at_most != len((row.warm_up_seconds, row.closing_seconds)):
            ends += f", {row.ends_at_most} of the two at most"
        return word(f"in {row.minutes} minutes") + text(size) + self._names.exercises(row.warm_up, "or") + text(ends)


def _together(counted_as: str, phrases: Iterable[Parts]) -> Phrases:
    """Return phrases of the same deed; several are one list, which the words count."""
    said = tuple(phrases)
    if len(said) < 2:
        return said
    return (listed_below(said, joined(said, text("; ")), counted_as.format(len(said))),)


def _amount(item: MicroItem) -> str:
    amounts = [
        f"{item.reps} times" if item.reps is not None else "",
        f"held for {item.hold_seconds} seconds" if item.hold_seconds is not None else "",
        f"for {item.seconds} seconds" if item.seconds is not None else "",
    ]
    said = ", ".join(amount for amount in amounts if amount)
    return f" ({said})" if said else ""
