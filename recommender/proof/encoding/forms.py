"""What one sheet leaves of every form of every exercise: possible here, left out by which rules, allowed, preferred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from recommender.assembly.matching import allows_others_only, exercises_for, forms_in
from recommender.assembly.screening import rank
from recommender.models.actions import Exclusion
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise, Form
from recommender.models.questionnaire import PLACE
from recommender.models.rules import Branch
from recommender.proof.encoding.doses import Doses, longer_than, work_seconds
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.rules import RuleEncoding


class FormEncoding:
    """The forms on one sheet, by their keys.

    ``possible``: place, position and equipment are there. ``against``: each branch that leaves the form out, with when.
    ``excluded``: one of these does. ``allowed``: possible, not excluded, and of an exercise that the program may choose.
    ``beside`` are the forms of other rules on the same answers: where nothing that moves are chosen by differs, neither do these.
    """

    def __init__(self, rules: RuleEncoding, beside: FormEncoding | None = None) -> None:
        self.rules, self.graph, self.universe = rules, rules.graph, rules.universe
        if beside is not None and beside.graph is self.graph and choose_alike(self.rules, beside.rules):
            self.__dict__ = {**beside.__dict__, **self.__dict__}
        else:
            self._work_out()

    def _work_out(self) -> None:
        self.doses = Doses(self.rules)
        self._catalogue: Catalogue = self.universe.catalogue
        self._forms = [(exercise, form) for exercise in self._catalogue.exercises for form in exercise.forms]
        self._preferring = [branch for branch in self.universe.before_assembly if branch.then.prefer]
        self._asked_for: dict[str, Literal] = {}
        self.possible = self._possible()
        self.against = self._against()
        self.excluded = {key: self.graph.any(when for _, when in pairs) for key, pairs in self.against.items()}
        self.allowed = {
            form.key: self.graph.both(self.possible[form.key], -self.excluded[form.key])
            for exercise, form in self._forms
            if exercise.default_routine is not DefaultRoutine.NO
        }

    def _possible(self) -> dict[str, Literal]:
        graph, answers = self.graph, self.rules.answers
        fired = [(branch.then, self.rules.fired[branch.id]) for branch in self.universe.before_assembly]
        positions: defaultdict[str, list[Literal]] = defaultdict(list)
        for then, when in fired:
            for position in then.positions:
                positions[position].append(when)
        provisions = [
            (then.equipment_available.equipment, forms_in(then.equipment_available.spared, self._catalogue), when)
            for then, when in fired
            if then.equipment_available
        ]

        def is_there(group: frozenset[str], key: str) -> Literal:
            return graph.any(when for given, spared, when in provisions if group & given and key not in spared)

        return {
            form.key: graph.every(
                (
                    graph.any(positions[form.position]),
                    answers.any_of(PLACE, form.place),
                    *(is_there(frozenset([item]), form.key) for item in form.equipment),
                    *(is_there(group, form.key) for group in form.equipment_any),
                )
            )
            for _, form in self._forms
        }

    def _against(self) -> dict[str, tuple[tuple[str, Literal], ...]]:
        against: dict[str, dict[str, list[Literal]]] = {form.key: {} for _, form in self._forms}
        for branch in self.universe.before_assembly:
            fired = self.rules.fired[branch.id]
            for exclusion in branch.then.exclude:
                reached = forms_in(exclusion.scope, self._catalogue) - forms_in(exclusion.spared, self._catalogue)
                for key in sorted(reached):
                    when = self.graph.both(fired, self._is_too_long(exclusion, key))
                    against[key].setdefault(branch.id, []).append(when)
            for change in branch.then.modify:
                for exercise, form in self._forms if change.only_forms else ():
                    if allows_others_only(change, exercise, form):
                        against[form.key].setdefault(branch.id, []).append(fired)
        return {
            key: tuple((branch, self.graph.any(literals)) for branch, literals in by_branch.items())
            for key, by_branch in against.items()
        }

    def _is_too_long(self, exclusion: Exclusion, key: str) -> Literal:
        """Return that the first dose takes longer than the exclusion allows; without a time plan everything does."""
        limit = exclusion.longer_than_seconds
        if limit is None:
            return TRUE
        form = self._catalogue.forms[key]
        exercise = self._catalogue.by_id[form.exercise]
        doses = self.doses.start(exercise, form)
        too_long, no_plan_before = [], TRUE
        for branch in self.universe.before_assembly:
            if branch.then.plan is not None:
                timing, fired = branch.then.plan.timing, self.rules.fired[branch.id]
                over = longer_than(self.graph, doses, partial(work_seconds, exercise, timing=timing), limit)
                too_long.append(self.graph.every((no_plan_before, fired, over)))
                no_plan_before = self.graph.both(no_plan_before, -fired)
        return self.graph.any((*too_long, no_plan_before))

    def left_out_by(self, key: str, branches: Iterable[str]) -> Literal:
        """Return that one of these branches leaves the form out."""
        wanted = frozenset(branches)
        return self.graph.any(when for branch, when in self.against[key] if branch in wanted)

    def is_asked_for(self, exercise: Exercise) -> Literal:
        """Return that some rule prefers the exercise."""
        if exercise.id not in self._asked_for:
            self._asked_for[exercise.id] = self.graph.any(
                self.rules.fired[branch.id]
                for branch in self._preferring
                if _prefers(branch, exercise, self._catalogue)
            )
        return self._asked_for[exercise.id]

    def may_be_used(self, exercise: Exercise, form: Form) -> Literal:
        """Return that the form may come into a routine: allowed, and of a usual exercise or one that a rule asks for."""
        if exercise.default_routine is DefaultRoutine.YES:
            return self.allowed[form.key]
        if exercise.default_routine is DefaultRoutine.NO:
            return FALSE
        return self.graph.both(self.allowed[form.key], self.is_asked_for(exercise))


def choose_alike(one: RuleEncoding, other: RuleEncoding) -> bool:
    """Return whether nothing differs by which moves there are, come, or are left out."""
    places = [rules.answers.of(PLACE) if PLACE in rules.universe.by_id else [] for rules in (one, other)]
    is_same = one.chosen_by == other.chosen_by and places[0] == places[1]
    return is_same and one.universe.catalogue == other.universe.catalogue


def _prefers(branch: Branch, exercise: Exercise, catalogue: Catalogue) -> bool:
    return any(
        exercise.id in exercises_for(preference.good_for, catalogue).union(preference.exercises)
        and rank(preference, exercise)
        for preference in branch.then.prefer
    )


def forms_of(catalogue: Catalogue) -> Mapping[str, tuple[Exercise, Form]]:
    """Return every form that the program may choose, with its exercise, by key."""
    return {
        form.key: (exercise, form)
        for exercise in catalogue.exercises
        for form in exercise.forms
        if exercise.default_routine is not DefaultRoutine.NO
    }
