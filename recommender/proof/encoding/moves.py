"""How many moves one sheet leaves to choose from, and the level after that count, as literals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from recommender.assembly.accounting import ALLOWED_MOVEMENTS
from recommender.models.catalogue import DefaultRoutine, Exercise
from recommender.models.conditions import All, AnyOf, Condition, Not, Number
from recommender.models.slots import MOVE_SLOTS, Slot
from recommender.proof.encoding.forms import FormEncoding
from recommender.proof.encoding.graph import FALSE, TRUE, Literal


class MoveEncoding:
    """The moves of one sheet: which exercises may enter a routine, and how many kinds of them there are."""

    def __init__(self, forms: FormEncoding) -> None:
        self._forms = forms
        self._rules = forms.rules
        self.graph = forms.graph
        self._universe = forms.universe

    @cached_property
    def wanted(self) -> Mapping[str, Literal]:
        """When each exercise may be a move: allowed, and asked for or usual for the main place, by its id."""
        return {
            exercise.id: self._wanted(exercise)
            for exercise in self._universe.catalogue.exercises
            if exercise.slot in MOVE_SLOTS and exercise.default_routine is not DefaultRoutine.NO
        }

    def at_least(self, n: int) -> Literal:
        """Return that so many moves are left, near duplicates counted once and no slot beyond its limit."""
        counted = [TRUE, *[FALSE] * n]
        for slot, kinds in self._kinds.items():
            of_slot = [TRUE, *(self._at_least_in(slot, kinds, k) for k in range(1, n + 1))]
            counted = [
                self.graph.any(self.graph.both(counted[k - part], of_slot[part]) for part in range(k + 1))
                for k in range(n + 1)
            ]
        return counted[n]

    @cached_property
    def too_few(self) -> Mapping[str, Literal]:
        """When each branch fires that looks at the number of moves left, by its id."""
        return {
            branch.id: self._holds(branch.when)
            for branch in self._universe.staged.after_assembly
            if branch.then.disposition
        }

    @cached_property
    def routine_follows(self) -> Literal:
        """That a routine is shown: no rule before assembly speaks against it, nor one that counts the moves left."""
        levels = self._universe.rule_set.branch_by_id
        refusing = []
        for branch_id, literal in self.too_few.items():
            given = levels[branch_id].then.disposition
            if given is not None and not given.level.shows_routine:
                refusing.append(-literal)
        return self.graph.every((self._rules.shows_routine, *refusing))

    def _holds(self, condition: Condition) -> Literal:
        match condition:
            case Number(subject, low, high) if subject == ALLOWED_MOVEMENTS:
                enough = TRUE if low is None else self.at_least(low)
                return enough if high is None else self.graph.both(enough, -self.at_least(high + 1))
            case All(parts):
                return self.graph.every(map(self._holds, parts))
            case AnyOf(parts):
                return self.graph.any(map(self._holds, parts))
            case Not(part):
                return -self._holds(part)
            case _:
                return self._rules.answers.holds(condition, self._rules.findings)

    @cached_property
    def _kinds(self) -> Mapping[Slot, Sequence[Literal]]:
        """When there is a move of each kind, by slot; near duplicates are of one kind."""
        orders = (branch.then.order for branch in self._universe.before_assembly)
        groups = next((order.near_duplicates for order in orders if order and order.near_duplicates), ())
        stands_for = {exercise: min(group) for group in reversed(groups) for exercise in group}
        kinds: defaultdict[Slot, defaultdict[str, list[Literal]]] = defaultdict(lambda: defaultdict(list))
        for exercise, when in self.wanted.items():
            slot = self._universe.catalogue.by_id[exercise].slot
            kinds[slot][stands_for.get(exercise, exercise)].append(when)
        return {slot: [self.graph.any(literals) for literals in by_kind.values()] for slot, by_kind in kinds.items()}

    def _at_least_in(self, slot: Slot, kinds: Sequence[Literal], n: int) -> Literal:
        """Return that so many kinds of moves of the slot count: no more do than a rule allows."""
        limiting = [
            -self._rules.fired[branch.id]
            for branch in self._universe.before_assembly
            for limit in branch.then.slot_limits
            if limit.slot == slot and limit.at_most is not None and limit.at_most < n and not limit.from_minutes
        ]
        return self.graph.every((self.graph.at_least(n, kinds), *limiting))

    def _wanted(self, exercise: Exercise) -> Literal:
        allowed = self.graph.any(self._forms.allowed[form.key] for form in exercise.forms)
        asked = self._forms.is_asked_for(exercise)
        if exercise.default_routine is DefaultRoutine.YES:
            asked = self.graph.any((asked, self._stands_in(exercise.id), self._helps_main_place(exercise)))
        return self.graph.both(allowed, asked)

    def _helps_main_place(self, exercise: Exercise) -> Literal:
        return self.graph.any(
            self._rules.fired[branch.id]
            for branch in self._universe.before_assembly
            if branch.then.target_regions & exercise.regions
        )

    def _stands_in(self, exercise: str) -> Literal:
        """Return that a rule leaves out some exercise altogether and offers this one in its place."""
        offering = []
        for branch in self._universe.before_assembly:
            if exercise in branch.then.swap_in or exercise in branch.then.swap_in_if_preferred:
                offering.append(self._leaves_out_all_of_one(branch.id))
        return self.graph.any(offering)

    def _leaves_out_all_of_one(self, branch: str) -> Literal:
        if branch not in self._leaving_out:
            behind = (self._is_behind(branch, exercise) for exercise in self._contraindicated)
            self._leaving_out[branch] = self.graph.any(behind)
        return self._leaving_out[branch]

    @cached_property
    def _leaving_out(self) -> dict[str, Literal]:
        """When each branch that was asked about leaves out some exercise altogether, by its id."""
        return {}

    @cached_property
    def _contraindicated(self) -> Mapping[str, tuple[Literal, Literal]]:
        """Two literals that say together when an exercise is contraindicated, by its id: no form is allowed, for one that would be possible."""
        graph, found = self.graph, {}
        for exercise in self._universe.catalogue.exercises:
            if exercise.default_routine is not DefaultRoutine.NO:
                keys = [form.key for form in exercise.forms]
                none_allowed = -graph.any(self._forms.allowed[key] for key in keys)
                excluded = graph.every(self._forms.excluded[key] for key in keys)
                found[exercise.id] = none_allowed, graph.either(-self._none_possible(exercise.id), excluded)
        return found

    def _none_possible(self, exercise: str) -> Literal:
        return -self.graph.any(
            self._forms.possible[form.key] for form in self._universe.catalogue.by_id[exercise].forms
        )

    def _is_behind(self, branch: str, exercise: str) -> Literal:
        """Return that the exercise is contraindicated, and the branch among the reasons."""
        graph, keys = self.graph, [form.key for form in self._universe.catalogue.by_id[exercise].forms]
        left_out = {key: self._forms.left_out_by(key, [branch]) for key in keys}
        if all(literal == FALSE for literal in left_out.values()):
            return FALSE
        none_possible = self._none_possible(exercise)
        against = graph.any(
            graph.both(graph.either(self._forms.possible[key], none_possible), left_out[key]) for key in keys
        )
        return graph.every((*self._contraindicated[exercise], against))
