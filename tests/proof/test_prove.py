"""Proofs: the shipped rules hold, holes that are planted are found, and whoever is shown is a real person."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender.cli.main import main
from recommender.errors import ContentError
from recommender.loaders.answer_order import shipped_accepted, shipped_answer_order, unknown_answers
from recommender.loaders.forbidden import shipped_combined_floors, unknown_words
from recommender.loaders.movements import FILE as MOVEMENTS
from recommender.loaders.movements import read_movements, shipped_movements
from recommender.models.actions import Scope
from recommender.models.answer_order import Accepted
from recommender.models.conditions import All, Chosen, Condition, Not
from recommender.models.content import Content
from recommender.models.forbidden import ForbiddenMoves, ForbiddenTable, Moves
from recommender.models.levels import Level
from recommender.models.proof_record import PROOF_FILE
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch
from recommender.proof import prove as prove_module
from recommender.proof import solver as solver_module
from recommender.proof.compare import Change
from recommender.proof.counting import Counts
from recommender.proof.encoding.given import GivenEncoding
from recommender.proof.encoding.graph import TRUE
from recommender.proof.levels import floor_given
from recommender.proof.prove import OBLIGATIONS, Proof, prove, shipped_knowledge
from recommender.proof.prover import Hole, Prover
from recommender.proof.solver import ProofExtraMissing
from recommender.service.recommend import Recommender
from recommender.settings.folders import content_folder
from tests.support.changed_rules import with_branches

needs_solver = [pytest.mark.deep, pytest.mark.usefixtures("solver")]


def proof_of(content: Content, obligation: str, accepted: Sequence[Accepted] | None = None) -> tuple[Hole, ...]:
    [result] = prove(content, only=[obligation], accepted=accepted).results
    return result.holes


@pytest.fixture(scope="module")
def proof(recommender: Recommender) -> Proof:
    return prove(recommender.content)


class TestShipped:
    pytestmark = needs_solver

    def test_every_obligation_is_proved_or_its_finding_accepted(self, proof: Proof) -> None:
        assert [hole.subject for result in proof.results if result.is_broken for hole in result.holes] == []
        assert proof.needless == ()
        assert proof.holds

    def test_it_takes_less_than_a_minute_of_computing_and_not_many_clauses(self, proof: Proof) -> None:
        assert proof.seconds < 60
        assert proof.clauses < 1_000_000

    def test_each_person_that_is_shown_can_fill_in_the_form_so(self, recommender: Recommender) -> None:
        everything = prove(recommender.content, accepted=()).results
        people = [hole.person for result in everything for hole in result.holes if hole.person is not None]
        assert len(people) > 20
        for person in people:
            case = json.loads(json.dumps(person.case("somebody", recommender.supplied)))
            walk = recommender.flow.walk_to_the_end(person.answers)
            assert not walk.missing and set(person.answers) <= walk.shown
            answers, messages = recommender.sheet.read_some(case["answers"], recommender.sheet.fields)
            assert (answers, messages) == (dict(person.answers), {})


def reads(condition: Condition, question: str, option: str) -> bool:
    return condition == Chosen(question, (option,))


class TestPlanted:
    """Each fault is planted in the real rules, and the obligation that must find it does."""

    pytestmark = needs_solver

    def test_no_outcome_can_be_taken_out_and_lower_a_level_without_a_floor_that_notices(
        self, recommender: Recommender
    ) -> None:
        prover = Prover(recommender.content, shipped_knowledge(), with_people=False)
        floors = [(floor.level, floor_given(prover.answers, floor)) for floor in prover.knowledge.net.floors]
        together = GivenEncoding(prover.answers, prover.knowledge.combined.patterns)
        floors += [
            (floor.level, together.speaks_of(floor.when, floor.unless)) for floor in prover.knowledge.combined.floors
        ]
        lowest = min(Level, key=lambda level: level.rank)
        floors.append((lowest, TRUE))  # everybody has a level
        unnoticed, lowering = [], 0
        for branch in prover.universe.outcomes:
            at_least = {level: self.reached_without(prover, branch, level) for level in Level}
            lost = [prover.graph.both(prover.rules.at_least[level], -at_least[level]) for level in Level]
            if prover.can_hold(prover.graph.any(lost)):
                lowering += 1
                broken = (prover.graph.both(given, -at_least[level]) for level, given in floors)
                before = (prover.graph.both(given, -prover.rules.at_least[level]) for level, given in floors)
                if not prover.can_hold(prover.graph.any(broken), -prover.graph.any(before)):
                    unnoticed.append(branch.id)
        assert lowering > 150
        assert unnoticed == []

    def reached_without(self, prover: Prover, taken_out: Branch, level: Level) -> int:
        """Return that the level is reached though one outcome says nothing."""
        return prover.graph.any(
            prover.rules.fired[one.id]
            for one in prover.universe.outcomes
            if one.id != taken_out.id and one.then.disposition and one.then.disposition.level.rank >= level.rank
        )

    def level_of(self, content: Content, hole: Hole) -> Level:
        assert hole.person is not None
        changed = Recommender(content)
        return changed.decide(Intake(hole.person.answers, changed.supplied)).level

    def test_without_a_red_flag_a_floor_does_not_hold_and_the_person_shows_it(self, recommender: Recommender) -> None:
        for floor in ("RF-U10", "RF-E13", "RF-U05"):
            content = with_branches(recommender.content, lambda one, floor=floor: None if one.rule_id == floor else one)
            holes = proof_of(content, "floors")
            assert [hole.subject.partition(":")[0] for hole in holes] == [floor]
            assert self.level_of(content, holes[0]).rank < Level(holes[0].subject.partition(": ")[2]).rank

    def test_without_any_outcome_for_everybody_somebody_has_no_level(self, recommender: Recommender) -> None:
        def without_net(branch: Branch) -> Branch | None:
            given = branch.then.disposition
            is_net = given is not None and given.level is Level.ROUTINE
            return None if is_net else branch

        content = with_branches(recommender.content, without_net)
        assert [hole.subject for hole in proof_of(content, "level")] == ["no level"]

    def test_each_exclusion_of_a_limit_that_is_taken_out_lets_a_forbidden_movement_through(
        self, recommender: Recommender
    ) -> None:
        for option in ("wrist", "shoulder_up", "lie_back", "stand"):

            def without(branch: Branch, option: str = option) -> Branch | None:
                return None if branch.then.exclude and reads(branch.when, "limits", option) else branch

            holes = proof_of(with_branches(recommender.content, without), "hazards")
            assert holes, option
            assert all(hole.person is not None and option in hole.person.answers["limits"] for hole in holes)

    def test_a_tag_taken_from_an_exclusion_is_found(self, recommender: Recommender) -> None:
        def without_tag(branch: Branch) -> Branch:
            parts = tuple(
                replace(part, scope=Scope(part.scope.tags - {"head_down"}, *_rest(part.scope)))
                for part in branch.then.exclude
            )
            return replace(branch, then=replace(branch.then, exclude=parts))

        holes = proof_of(with_branches(recommender.content, without_tag), "hazards")
        assert {hole.subject.partition(":")[0] for hole in holes} >= {"glaucoma", "reflux", "blood_pressure_or_heart"}

    def test_an_extra_question_no_longer_asked_hides_an_emergency(self, recommender: Recommender) -> None:
        def asks_less(branch: Branch) -> Branch:
            kept = tuple(name for name in branch.then.ask if name != "leg_symptoms")
            return replace(branch, then=replace(branch.then, ask=kept)) if branch.then.ask else branch

        content = with_branches(recommender.content, asks_less)
        hidden = {hole.subject for hole in proof_of(content, "early-stops")}
        assert "page C hides RF-U01/2" in hidden
        assert "page C hides RF-E12/2" in hidden

    def test_a_rule_whose_only_reader_of_a_sign_is_gone_passes_it_over(self, recommender: Recommender) -> None:
        content = with_branches(recommender.content, lambda one: None if one.rule_id == "CI-R11" else one)
        assert [hole.subject for hole in proof_of(content, "silent-signs")] == ["conditions.reflux"]

    def test_an_all_clear_that_takes_an_outcome_away_beside_a_doubt_is_found(self, recommender: Recommender) -> None:
        content = with_branches(recommender.content, lambda one: None if one.id == "RF-P05/2" else one)
        assert proof_of(content, "doubt")

    def test_a_limit_that_lifts_an_exclusion_is_found(self, recommender: Recommender) -> None:
        content = self.unless(recommender.content, "CI-A12", Chosen("limits", ("kneel",)))
        [hole] = proof_of(content, "movements-back")
        assert hole.subject == "limits.kneel brings back what CI-A12 leaves out"

    def test_a_condition_that_lowers_a_level_is_found(self, recommender: Recommender) -> None:
        content = self.unless(recommender.content, "RF-U10", Chosen("conditions", ("diabetes",)))
        [hole] = proof_of(content, "worse-answers")
        assert hole.subject == "conditions.diabetes takes away RF-U10"

    def unless(self, content: Content, rule: str, condition: Condition) -> Content:
        def spared(branch: Branch) -> Branch:
            return replace(branch, when=All((branch.when, Not(condition)))) if branch.rule_id == rule else branch

        return with_branches(content, spared)

    def test_a_refusal_that_does_not_say_what_is_missing_is_found(self, recommender: Recommender) -> None:
        content = with_branches(recommender.content, lambda one: None if one.id == "GEN-06/2" else one)
        [hole] = proof_of(content, "refusals")
        assert hole.subject == "too few moves"
        assert hole.person is not None and hole.person.answers["equipment"] == ("none",)

    def test_a_routine_of_too_few_moves_is_found(self, recommender: Recommender) -> None:
        content = with_branches(recommender.content, lambda one: None if one.rule_id == "GEN-06" else one)
        assert [hole.subject for hole in proof_of(content, "few-moves")] == ["too few moves"]


def _rest(scope: Scope) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    return scope.exercises, scope.forms, scope.kinds


class TestStages:
    pytestmark = needs_solver

    def test_a_stage_that_is_too_high_is_found_by_the_row_that_forbids_it(self, recommender: Recommender) -> None:
        """Each cap of a stage is taken out in turn: what is missed is what another cap or the base stage says as well."""
        caps = [one.id for one in recommender.content.rule_set.branches if one.then.cap_stage]
        found = 0
        for case in caps:
            content = with_branches(
                recommender.content, lambda one, case=case: without_cap(one) if one.id == case else one
            )
            holes = proof_of(content, "stages")
            found += bool(holes)
            assert holes or not self.has_another_stage(recommender.content, content), case
        assert found >= 4

    def test_pain_that_is_easily_stirred_up_and_not_told_is_found(self, recommender: Recommender) -> None:
        def milder(branch: Branch) -> Branch:
            derive = tuple(name.replace("=settle", "=build") for name in branch.then.derive)
            return replace(branch, then=replace(branch.then, derive=derive))

        found = {hole.subject for hole in proof_of(with_branches(recommender.content, milder), "stages")}
        assert "FACT-07 case 3: settle" in found

    def has_another_stage(self, old: Content, new: Content) -> bool:
        return any(one.told.startswith("stage ") for one in Change(old, new, with_people=False).compare().shifts)


def without_cap(branch: Branch) -> Branch:
    return replace(branch, then=replace(branch.then, cap_stage=None))


class TestSteps:
    """What the steps of a move do was read once; tags that say less, and steps that change, are found."""

    pytestmark = needs_solver

    def with_form(self, content: Content, key: str, **changes: Any) -> Content:
        """Return the content with one form of a move changed."""
        exercises = tuple(
            replace(one, forms=tuple(replace(form, **changes) if form.key == key else form for form in one.forms))
            for one in content.catalogue.exercises
        )
        return replace(content, catalogue=replace(content.catalogue, exercises=exercises))

    def test_a_tag_that_is_lost_is_found_by_the_steps_and_by_whom_it_was_forbidden(
        self, recommender: Recommender
    ) -> None:
        key = "cat_cow/all_fours"
        tags = recommender.content.catalogue.forms[key].tags - {"wrist_weight_bearing"}
        content = self.with_form(recommender.content, key, tags=tags)
        [result] = prove(content, only=["steps"]).results
        assert [(hole.subject, hole.told) for hole in result.holes] == [
            (f"{key}: wrist_weight_bearing", "Its steps do it, and no tag says so.")
        ]
        holes = [hole for hole in proof_of(content, "hazards") if key in hole.subject]
        assert any(hole.person is not None and "wrist" in hole.person.answers["limits"] for hole in holes)

    def test_a_tag_of_what_no_step_does_is_found(self, recommender: Recommender) -> None:
        key = "glute_squeeze/chair"
        tags = recommender.content.catalogue.forms[key].tags | {"head_down"}
        content = self.with_form(recommender.content, key, tags=tags)
        assert [hole.subject for hole in proof_of(content, "steps")] == [f"{key}: head_down"]

    def test_steps_that_change_must_be_read_again(self, recommender: Recommender) -> None:
        key = "cat_cow/all_fours"
        steps = (*recommender.content.catalogue.forms[key].steps, "Now stand on your head.")
        [hole] = proof_of(self.with_form(recommender.content, key, steps=steps), "steps")
        assert hole.subject == f"{key}: its steps are not read" and "Read them again" in hole.told


def test_every_shipped_form_was_read_and_by_words_that_there_are(recommender: Recommender) -> None:
    table, catalogue = shipped_movements(), recommender.content.catalogue
    assert [key for key, form in catalogue.forms.items() if table.of(form) is None] == []
    assert set(table.movements) == set(catalogue.forms)
    assert table.tags <= set(catalogue.tags)
    assert {read.position for read in table.movements.values()} == {form.position for form in catalogue.forms.values()}


def test_a_word_that_the_table_does_not_explain_is_a_fault(tmp_path: Path) -> None:
    text = MOVEMENTS.read_text(encoding="utf-8")
    (tmp_path / "movements.yaml").write_text(text.replace("bears: [knees,", "bears: [elbows,", 1), encoding="utf-8")
    with pytest.raises(ContentError, match="'elbows' is not explained"):
        read_movements(tmp_path / "movements.yaml")


class TestAccepted:
    pytestmark = needs_solver

    def test_what_is_not_accepted_is_a_fault_and_what_is_accepted_for_nothing_too(
        self, recommender: Recommender
    ) -> None:
        none = prove(recommender.content, only=["silent-signs"], accepted=())
        assert not none.holds
        all_of_it = Accepted("silent-signs", tuple(hole.subject for hole in none.results[0].holes), "because")
        assert prove(recommender.content, only=["silent-signs"], accepted=[all_of_it]).holds
        stale = Accepted("silent-signs", ("limits.wrist",), "because")
        needless = prove(recommender.content, only=["silent-signs"], accepted=[all_of_it, stale])
        assert (needless.holds, needless.needless) == (False, ("silent-signs: limits.wrist",))


class TestCommand:
    @pytest.mark.deep
    @pytest.mark.usefixtures("solver")
    def test_it_prints_what_is_proved_and_its_json_has_a_case_for_the_lab(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["prove", "level", "floors"]) == 0
        told = capsys.readouterr().out
        assert told.startswith("proved   level")
        assert "All proved or accepted" in told
        assert main(["prove", "never-speaks", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["obligations"][0]["id"] == "never-speaks"

    @pytest.mark.deep
    @pytest.mark.usefixtures("solver", "diagrams")
    def test_a_whole_proof_that_holds_is_kept_and_is_the_one_that_ships(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        shutil.copytree(content_folder("rules"), tmp_path / "rules")
        (tmp_path / "rules" / PROOF_FILE).unlink()
        monkeypatch.setenv("RULES_DIR", str(tmp_path / "rules"))
        assert main(["prove", "--record"]) == 0
        assert (tmp_path / "rules" / PROOF_FILE).read_bytes() == (content_folder("rules") / PROOF_FILE).read_bytes()

    @pytest.mark.parametrize("option", ["--record", "--kept"])
    def test_a_part_of_a_proof_is_not_kept(self, capsys: pytest.CaptureFixture[str], option: str) -> None:
        assert main(["prove", "level", option]) == 1
        assert f"Only a whole proof can be kept. Leave out {option}" in capsys.readouterr().out

    @pytest.mark.deep
    def test_a_proof_is_held_against_the_one_that_is_kept_and_neither_is_written(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shutil.copytree(content_folder("rules"), tmp_path / "rules")
        kept = tmp_path / "rules" / PROOF_FILE
        monkeypatch.setenv("RULES_DIR", str(tmp_path / "rules"))
        monkeypatch.setattr(prove_module, "prove", lambda *args, **_: Proof((), (), 1.0, 1.0, 1, 1, Counts(3, {})))
        assert main(["prove", "--record"]) == 0
        assert main(["prove", "--kept"]) == 0
        for other in (b"{}", kept.read_bytes() + b"\n", None):
            if other is None:
                kept.unlink()
            else:
                kept.write_bytes(other)
            capsys.readouterr()
            assert main(["prove", "--kept"]) == 1
            assert f"{kept} is not this proof. Keep it anew: make prove." in capsys.readouterr().out
            assert (kept.read_bytes() if kept.exists() else None) == other

    def test_the_checks_before_a_change_lands_never_write_the_proof_that_they_hold(self) -> None:
        """`make prove` would put today's proof in place of the one that was committed, and no test could see that it was stale."""
        root = Path(__file__).resolve().parents[2]
        steps = re.findall(r"^make (\S+)", (root / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
        written = re.findall(
            r"^(\S+):.*\n(?:\t.*\n)*?\t.*prove --record", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert written == ["prove"]
        assert "proved" in steps and not set(steps) & set(written)

    def test_an_obligation_that_there_is_not_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["prove", "everything"]) == 1
        assert "There is no obligation 'everything'" in capsys.readouterr().out

    def test_without_its_extra_it_says_in_one_line_what_to_install(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing() -> None:
            raise ProofExtraMissing

        monkeypatch.setattr(solver_module, "_new_solver", missing)
        assert main(["prove", "level"]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert "[proof]" in told


def test_what_the_proofs_know_of_the_questions_can_be_answered(recommender: Recommender) -> None:
    assert list(unknown_answers(shipped_answer_order(), recommender.content.questionnaire)) == []


def test_the_floors_and_stages_of_answers_together_name_answers_that_can_be_given(recommender: Recommender) -> None:
    combined = shipped_combined_floors()
    rows = tuple(
        ForbiddenMoves(f"{number}", row.brief, "", row.when, Moves(), unless=row.unless)
        for number, row in enumerate((*combined.floors, *combined.stages))
    )
    assert list(unknown_words(ForbiddenTable(combined.patterns, rows, 4, 5), recommender.content)) == []


def test_everything_accepted_is_of_an_obligation_and_says_why() -> None:
    obligations = {one.id for one in OBLIGATIONS}
    assert [entry.obligation for entry in shipped_accepted() if entry.obligation not in obligations] == []
    assert all(len(entry.why) > 40 for entry in shipped_accepted())


def test_what_a_clinician_must_still_settle_is_on_the_list_of_points(recommender: Recommender) -> None:
    listed = {point.number for point in recommender.content.catalogue.review_points}
    assert [entry.point for entry in shipped_accepted() if entry.point is not None and entry.point not in listed] == []
