"""The compiler: what each condition becomes, how wide one rule or fact may be, what is counted, and what is refused.

The limits stand here as numbers: they are those within which durable_rules was shown to be right (docs/engine.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.compile import CountedPart, Shard, Wave, compile_stage
from recommender.engine.durable_rules import RuleEngine
from recommender.engine.properties import Properties
from recommender.engine.reference import Oracle
from recommender.engine.staging import StagedRules
from recommender.errors import ContentError, Fault
from recommender.models.actions import Actions
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch
from recommender.service.recommend import Recommender
from tests.support.conditions import CONDITIONS, FACT, FINDINGS, INTAKES, MANY, ONE, QUESTIONNAIRE, SCORE

EARLY, SORE = map(Found, FINDINGS)


def branch_of(name: str, when: Condition, *derive: str) -> Branch:
    return Branch(name, name.partition("/")[0], when, Actions(derive=derive), "say", "why", line=7)


def compiled(*conditions: Condition) -> tuple[Wave, ...]:
    branches = [branch_of(f"R{number}", condition) for number, condition in enumerate(conditions)]
    return compile_stage("s", branches, Properties(QUESTIONNAIRE))


def expressions(shard: Shard) -> list[Any]:
    """Return what each engine rule asks for besides being told of its own shard."""
    found = []
    for rule in shard.engine_rules.values():
        ((match,),) = [one.values() for one in rule["all"]]
        if match == {"_g": shard.group}:
            found.append({})
        else:
            only, expression = match["$and"]
            assert only == {"_g": shard.group}
            found.append(expression)
    return found


def expression_of(condition: Condition) -> Any:
    """Return the one expression that a condition becomes, with nothing counted before."""
    ((shard,),) = compiled(condition)
    assert list(shard.stands_for.values()) == ["R0"]
    (expression,) = expressions(shard)
    return expression


def tick(number: int) -> Chosen:
    """Return a condition on one box: each number has a property of its own."""
    return Chosen(MANY, (f"o{number:03}",))


def ticks(count: int, first: int = 0) -> tuple[Condition, ...]:
    return tuple(tick(number) for number in range(first, first + count))


@pytest.mark.parametrize(
    ("condition", "holds", "does_not_hold"),
    [
        (EARLY, {"!early": True}, {"!early": False}),
        (Only(MANY, "kneel"), {"limits=only:kneel": True}, {"limits=only:kneel": False}),
        (Chosen(ONE, ("old",)), {"age": "old"}, {"$neq": {"age": "old"}}),
        (
            Chosen(ONE, ("old", "young")),
            {"$or": [{"age": "old"}, {"age": "young"}]},
            {"$and": [{"$neq": {"age": "old"}}, {"$neq": {"age": "young"}}]},
        ),
        (Chosen(MANY, ("kneel",)), {"limits:kneel": True}, {"limits:kneel": False}),
        (
            Chosen(MANY, ("kneel", "lie")),
            {"$or": [{"limits:kneel": True}, {"limits:lie": True}]},
            {"$and": [{"limits:kneel": False}, {"limits:lie": False}]},
        ),
        (Number(SCORE, 4, None), {"$gte": {"pain": 4}}, {"$or": [{"pain?": False}, {"$lt": {"pain": 4}}]}),
        (Number(SCORE, None, 4), {"$lte": {"pain": 4}}, {"$or": [{"pain?": False}, {"$gt": {"pain": 4}}]}),
        (
            Number(FACT, 0, 6),
            {"$and": [{"$gte": {"weeks": 0}}, {"$lte": {"weeks": 6}}]},
            {"$or": [{"weeks?": False}, {"$lt": {"weeks": 0}}, {"$gt": {"weeks": 6}}]},
        ),
        (Number(FACT, None, None), {"weeks?": True}, {"weeks?": False}),
        (
            All((EARLY, SORE)),
            {"$and": [{"!early": True}, {"!sore": True}]},
            {"$or": [{"!early": False}, {"!sore": False}]},
        ),
        (
            AnyOf((EARLY, SORE)),
            {"$or": [{"!early": True}, {"!sore": True}]},
            {"$and": [{"!early": False}, {"!sore": False}]},
        ),
        (All((EARLY,)), {"!early": True}, {"!early": False}),
        (
            All((EARLY, All((SORE, tick(1))))),
            {"$and": [{"!early": True}, {"!sore": True}, {"limits:o001": True}]},
            {"$or": [{"!early": False}, {"!sore": False}, {"limits:o001": False}]},
        ),
        (
            All((EARLY, Not(All((SORE, tick(1)))))),
            {"$and": [{"!early": True}, {"$or": [{"!sore": False}, {"limits:o001": False}]}]},
            {"$or": [{"!early": False}, {"$and": [{"!sore": True}, {"limits:o001": True}]}]},
        ),
        (All((Always(), EARLY)), {"!early": True}, {"!early": False}),
        (AnyOf((Not(Always()), EARLY)), {"!early": True}, {"!early": False}),
        (
            AtLeast(2, (EARLY, SORE, tick(1))),
            {
                "$or": [
                    {"$and": [{"!early": True}, {"!sore": True}]},
                    {"$and": [{"!early": True}, {"limits:o001": True}]},
                    {"$and": [{"!sore": True}, {"limits:o001": True}]},
                ]
            },
            {
                "$or": [
                    {"$and": [{"!early": False}, {"!sore": False}]},
                    {"$and": [{"!early": False}, {"limits:o001": False}]},
                    {"$and": [{"!sore": False}, {"limits:o001": False}]},
                ]
            },
        ),
        (
            AtLeast(1, (EARLY, SORE)),
            {"$or": [{"!early": True}, {"!sore": True}]},
            {"$and": [{"!early": False}, {"!sore": False}]},
        ),
    ],
    ids=str,
)
def test_each_condition_and_its_negation_become_an_expression(
    condition: Condition, holds: Mapping[str, Any], does_not_hold: Mapping[str, Any]
) -> None:
    assert expression_of(condition) == holds
    assert expression_of(Not(condition)) == does_not_hold
    assert expression_of(Not(Not(condition))) == holds


@pytest.mark.parametrize(
    "condition", [Always(), Not(Not(Always())), AnyOf((EARLY, Always())), All((Always(), Not(All((Not(Always()),)))))]
)
def test_what_holds_for_everyone_asks_for_nothing(condition: Condition) -> None:
    assert expression_of(condition) == {}


@pytest.mark.parametrize("condition", [Not(Always()), All((EARLY, Not(Always()))), AnyOf((Not(Always()),))])
def test_what_holds_for_nobody_is_no_rule(condition: Condition) -> None:
    assert compiled(condition) == ((),)
    ((shard,),) = compiled(condition, EARLY)
    assert list(shard.stands_for.values()) == ["R1"]


def engines_of(conditions: Sequence[Condition]) -> tuple[RuleEngine, Oracle]:
    """Return an engine and an evaluator of these conditions, with what derives the findings that they may read."""
    findings = (branch_of("EARLY", Chosen(ONE, ("young",)), "early"), branch_of("SORE", Number(SCORE, 4, None), "sore"))
    plans = tuple(branch_of(f"R{number}", condition) for number, condition in enumerate(conditions))
    staged = StagedRules((findings,), (), plans, ())
    return RuleEngine(staged, QUESTIONNAIRE), Oracle(staged)


@given(st.lists(CONDITIONS, min_size=1, max_size=5), st.lists(INTAKES, min_size=1, max_size=5))
def test_engine_and_evaluator_agree_on_any_conditions(conditions: list[Condition], intakes: list[Intake]) -> None:
    engine, oracle = engines_of(conditions)
    for intake in intakes:
        assert engine.fire(intake) == oracle.fire(intake)


def test_rules_are_named_by_shard_and_number_and_stand_for_their_branches() -> None:
    ((shard,),) = compiled(EARLY, Always(), All((SORE, tick(1))))
    assert shard == Shard(
        "s.0.0",
        {
            "rs.0.0_0": {"all": [{"m": {"$and": [{"_g": "s.0.0"}, {"!early": True}]}}]},
            "rs.0.0_1": {"all": [{"m": {"_g": "s.0.0"}}]},
            "rs.0.0_2": {
                "all": [{"m": {"$and": [{"_g": "s.0.0"}, {"$and": [{"!sore": True}, {"limits:o001": True}]}]}}]
            },
        },
        {"rs.0.0_0": "R0", "rs.0.0_1": "R1", "rs.0.0_2": "R2"},
        ("!early", "!sore", "limits:o001"),
    )


def test_a_fact_holds_what_its_shard_reads_and_nothing_else() -> None:
    shard = Shard("s.0.1", {}, {}, ("a", "b", "c"))
    texts = {"a": ',"a":1', "b": "", "c": ',"c":true', "d": ',"d":4'}
    assert shard.fact(texts, "7") == '{"sid":"7","id":"s.0.1","_g":"s.0.1","a":1,"c":true}'
    assert shard.fact({"a": "", "b": "", "c": ""}, "7") == '{"sid":"7","id":"s.0.1","_g":"s.0.1"}'


def width(expression: Mapping[str, Any]) -> int:
    """Return how many alternatives can wait at once: those of "or" add up; "and" keeps one, and those within it."""
    match expression:
        case {"$or": members}:
            return sum(width(member) for member in members)
        case {"$and": members}:
            return 1 + sum(width(member) - 1 for member in members)
    return 1


def groups(expression: Mapping[str, Any]) -> int:
    """Return how many "and" and "or" an expression has."""
    members = [member for operator in ("$and", "$or") for member in expression.get(operator, ())]
    return bool(members) + sum(map(groups, members))


def shards(waves: Sequence[Wave]) -> Iterator[Shard]:
    for wave in waves:
        yield from wave


@given(
    st.lists(
        st.tuples(st.sampled_from((All, AnyOf)), st.integers(1, 50), st.integers(0, 200), st.booleans()).map(
            lambda drawn: Not(drawn[0](ticks(drawn[1], drawn[2]))) if drawn[3] else drawn[0](ticks(drawn[1], drawn[2]))
        ),
        max_size=30,
    )
)
def test_no_shard_is_wider_than_the_engine_bears(conditions: list[Condition]) -> None:
    waves = compiled(*conditions)
    stands_for = [meant for shard in shards(waves) for meant in shard.stands_for.values()]
    assert stands_for == [f"R{number}" for number in range(len(conditions))]
    for shard in shards(waves):
        assert sum(map(width, expressions(shard))) <= 60
        assert len(shard.names) <= 240
        assert all(groups(expression) <= 12 for expression in expressions(shard))


def test_a_shard_is_filled_up_to_its_width() -> None:
    ((shard,),) = compiled(*ticks(60))
    assert len(shard.engine_rules) == 60
    (wave,) = compiled(*ticks(61))
    assert [(shard.group, len(shard.engine_rules)) for shard in wave] == [("s.0.0", 60), ("s.0.1", 1)]
    (wave,) = compiled(AnyOf(ticks(30)), AnyOf(ticks(30, 30)), Always())
    assert [list(shard.stands_for.values()) for shard in wave] == [["R0", "R1"], ["R2"]]


def test_a_shard_is_filled_up_to_its_properties() -> None:
    (wave,) = compiled(All(ticks(120)), All(ticks(120, 120)), tick(1), tick(240), tick(241))
    assert [list(shard.stands_for.values()) for shard in wave] == [["R0", "R1", "R2"], ["R3", "R4"]]
    assert [len(shard.names) for shard in wave] == [240, 2]


def test_a_wide_alternative_becomes_one_rule_for_each_part() -> None:
    assert expression_of(AnyOf(ticks(60))) == {"$or": [{f"limits:o{number:03}": True} for number in range(60)]}
    (wave,) = compiled(AnyOf(ticks(61)))
    assert [expression for shard in wave for expression in expressions(shard)] == [
        {f"limits:o{number:03}": True} for number in range(61)
    ]
    assert {meant for shard in wave for meant in shard.stands_for.values()} == {"R0"}


def nested(depth: int) -> Condition:
    """Return a condition of so many groups, one within the other."""
    condition: Condition = tick(depth)
    for number in range(depth):
        condition = All((tick(number), condition)) if number % 2 else AnyOf((tick(number), condition))
    return condition


REFUSED = "condition is too wide for the engine. Derive a finding for part of it."


def refusal(condition: Condition) -> tuple[Fault, ...]:
    with pytest.raises(ContentError) as refused:
        compile_stage("s", [branch_of("RULE-1/2", condition)], Properties(QUESTIONNAIRE))
    return refused.value.faults


def test_a_condition_of_too_many_groups_is_refused_with_its_place() -> None:
    assert groups(expression_of(nested(12))) == 12
    assert refusal(nested(14)) == (Fault("RULE-1", 7, REFUSED),)


def test_a_condition_of_one_group_too_many_is_split_where_it_can_be() -> None:
    (wave,) = compiled(nested(13))
    (shard,) = wave
    assert [groups(expression) for expression in expressions(shard)] == [0, 12]
    assert list(shard.stands_for.values()) == ["R0", "R0"]


def test_a_condition_that_is_too_wide_and_has_no_alternatives_is_refused() -> None:
    wide = All((AnyOf(ticks(31)), AnyOf(ticks(31, 31))))
    assert refusal(wide) == (Fault("RULE-1", 7, REFUSED),)
    assert refusal(AnyOf((tick(90), wide))) == (Fault("RULE-1", 7, REFUSED),)
    assert width(expression_of(All((AnyOf(ticks(30)), AnyOf(ticks(31, 31)))))) == 60


def test_a_condition_of_too_many_properties_is_refused() -> None:
    assert len(expression_of(All(ticks(240)))["$and"]) == 240
    assert refusal(All(ticks(241))) == (Fault("RULE-1", 7, REFUSED),)


def counted(condition: Condition) -> tuple[list[list[Any]], list[dict[str, str | CountedPart]]]:
    """Return the expressions of each wave, and what their rules stand for."""
    waves = compiled(condition)
    every = [[expression for shard in wave for expression in expressions(shard)] for wave in waves]
    return every, [{name: meant for shard in wave for name, meant in shard.stands_for.items()} for wave in waves]


def test_as_many_ways_as_are_written_out_are_not_counted() -> None:
    assert len(expression_of(AtLeast(1, ticks(12)))["$or"]) == 12
    assert len(compiled(AtLeast(1, ticks(13)))) == 2
    assert len(expression_of(AtLeast(2, ticks(5)))["$or"]) == 10
    assert len(compiled(AtLeast(2, ticks(6)))) == 2


@pytest.mark.parametrize(
    ("negated", "expected"), [(False, {"$gte": {"#s_0": 3}}), (True, {"$lt": {"#s_0": 3}})], ids=["holds", "does not"]
)
def test_what_is_counted_is_looked_at_in_a_wave_before(negated: bool, expected: dict[str, Any]) -> None:
    counting = AtLeast(3, ticks(7))
    looked_at, stand_for = counted(Not(counting) if negated else counting)
    assert looked_at == [[{f"limits:o{number:03}": True} for number in range(7)], [expected]]
    assert stand_for == [{f"rs.0.0_{number}": CountedPart("#s_0", number) for number in range(7)}, {"rs.1.0_0": "R0"}]


def test_equal_lists_are_counted_once_and_others_apart() -> None:
    waves = compiled(AtLeast(3, ticks(7)), AtLeast(4, ticks(7)), AtLeast(3, ticks(7, 1)))
    assert [expression for shard in waves[1] for expression in expressions(shard)] == [
        {"$gte": {"#s_0": 3}},
        {"$gte": {"#s_0": 4}},
        {"$gte": {"#s_1": 3}},
    ]
    (first,) = waves[0]
    assert list(first.stands_for.values()) == [
        CountedPart(count, number) for count in ("#s_0", "#s_1") for number in range(7)
    ]
    assert len(waves) == 2


def test_a_count_that_reads_a_count_comes_in_a_later_wave() -> None:
    inner, middle = AtLeast(3, ticks(7)), AtLeast(3, (AtLeast(3, ticks(7)), *ticks(6, 10)))
    outer = AtLeast(3, (middle, inner, *ticks(5, 20)))
    waves, stand_for = counted(outer)
    assert waves[1][0] == {"$gte": {"#s_0": 3}}
    assert waves[2][:2] == [{"$gte": {"#s_1": 3}}, {"$gte": {"#s_0": 3}}]
    assert waves[3] == [{"$gte": {"#s_2": 3}}]
    assert [
        {meant.count if isinstance(meant, CountedPart) else meant for meant in wave.values()} for wave in stand_for
    ] == [
        {"#s_0"},
        {"#s_1"},
        {"#s_2"},
        {"R0"},
    ]


def test_within_a_count_everything_is_counted() -> None:
    """A small "at least" that is counted anyway is not written out: its parts might be too wide together."""
    for least in (1, 2):
        waves, _ = counted(AtLeast(3, (AtLeast(least, ticks(2)), *ticks(6, 10))))
        assert waves[1][0] == {"$gte": {"#s_0": least}}


def test_a_small_at_least_that_makes_the_whole_too_wide_is_counted() -> None:
    ways = AtLeast(1, ticks(12))
    waves, _ = counted(All((AnyOf(ticks(50, 20)), ways)))
    assert waves == [
        [{f"limits:o{number:03}": True} for number in range(12)],
        [{"$and": [{"$or": [{f"limits:o{number:03}": True} for number in range(20, 70)]}, {"$gte": {"#s_0": 1}}]}],
    ]


def test_what_makes_the_whole_too_wide_is_counted_even_if_there_is_one_way_to_meet_it() -> None:
    counting = AtLeast(2, (AnyOf(ticks(6)), AnyOf(ticks(6, 10))))
    assert len(compiled(All((AnyOf(ticks(50, 20)), counting)))) == 1
    (looked_at, (whole,)), _ = counted(All((AnyOf(ticks(51, 20)), counting)))
    assert [list(expression) for expression in looked_at] == [["$or"], ["$or"]]
    assert whole["$and"][1] == {"$gte": {"#s_0": 2}}


def test_what_is_counted_may_be_split_and_counts_once() -> None:
    """Whichever of the rules fire: the part that they stand for is one."""
    parts = (AnyOf(ticks(61)), *ticks(6, 70))
    ((*_, last), _), (stand_for, _) = counted(AtLeast(2, parts))
    assert last == {"limits:o075": True}
    assert list(stand_for.values()) == [
        *[CountedPart("#s_0", 0)] * 61,
        *(CountedPart("#s_0", number) for number in range(1, 7)),
    ]
    engine, oracle = engines_of([AtLeast(2, parts)])
    for chosen, fires in ((("o001", "o002"), False), (("o001", "o072"), True), (("o074", "o072"), True)):
        intake = Intake({MANY: chosen})
        assert ("R0" in engine.fire(intake)) is ("R0" in oracle.fire(intake)) is fires


def test_a_part_that_holds_for_nobody_is_never_counted_and_one_that_holds_for_everyone_always() -> None:
    parts = (Always(), Not(Always()), *ticks(6))
    (looked_at, _), (stand_for, _) = counted(AtLeast(2, parts))
    assert looked_at == [{}, *({f"limits:o{number:03}": True} for number in range(6))]
    assert list(stand_for.values()) == [CountedPart("#s_0", number) for number in (0, 2, 3, 4, 5, 6, 7)]


def test_a_count_with_a_part_that_is_too_wide_is_refused_whole() -> None:
    """Never counted without that part."""
    too_wide = All((AnyOf(ticks(31)), AnyOf(ticks(31, 31))))
    for parts in ((*ticks(6, 70), too_wide), (too_wide, *ticks(6, 70))):
        assert refusal(AtLeast(3, parts)) == (Fault("RULE-1", 7, REFUSED),)


def test_a_stage_without_branches_has_no_fact_to_tell() -> None:
    assert compiled() == ((),)


def test_what_a_shard_reads_stands_in_one_order_whatever_the_process(recommender: Recommender) -> None:
    content = recommender.content
    outcomes = [branch for branch in content.rule_set.branches if branch.then.disposition]
    shards = [shard for wave in compile_stage("s", outcomes, Properties(content.questionnaire)) for shard in wave]
    assert max(len(shard.names) for shard in shards) > 20
    assert [shard.group for shard in shards if list(shard.names) != sorted(shard.names)] == []
