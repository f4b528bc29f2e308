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
from recommender.proof.encoding.doses import Doses, longer_than, work_seconds
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.rules import RuleEncoding


class FormEncoding:
    """The forms on one sheet, by their keys.

    ``possible``: place, position and equipment are there. ``against``: each branch that leaves the form out, with when.
    ``excluded``: one of these does. ``allowed``: possible, not excluded, and of an exercise that the program may choose.
    """

    def __init__(self, rules: RuleEncoding) -> None:
        self.rules = rules
        self.graph = rules.graph
        self.universe = rules.universe
        self.doses = Doses(rules)
        self._catalogue: Catalogue = rules.universe.catalogue
        self._forms = [(exercise, form) for exercise in self._catalogue.exercises for form in exercise.forms]
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
        preferring = []
        for branch in self.universe.before_assembly:
            for preference in branch.then.prefer:
                named = exercises_for(preference.good_for, self._catalogue).union(preference.exercises)
                if exercise.id in named and rank(preference, exercise):
                    preferring.append(self.rules.fired[branch.id])
        return self.graph.any(preferring)

    def may_be_used(self, exercise: Exercise, form: Form) -> Literal:
        """Return that the form may come into a routine: allowed, and of a usual exercise or one that a rule asks for."""
        if exercise.default_routine is DefaultRoutine.YES:
            return self.allowed[form.key]
        if exercise.default_routine is DefaultRoutine.NO:
            return FALSE
        return self.graph.both(self.allowed[form.key], self.is_asked_for(exercise))


def forms_of(catalogue: Catalogue) -> Mapping[str, tuple[Exercise, Form]]:
    """Return every form that the program may choose, with its exercise, by key."""
    return {
        form.key: (exercise, form)
        for exercise in catalogue.exercises
        for form in exercise.forms
        if exercise.default_routine is not DefaultRoutine.NO
    }
