"""A small questionnaire, and conditions and intakes of it: for tests of what the engine and the evaluator make of them."""

from __future__ import annotations

from hypothesis import strategies as st

from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import (
    Answer,
    Intake,
    Occasion,
    Option,
    Page,
    Question,
    QuestionKind,
    Questionnaire,
    Task,
)

ONE, MANY, SCORE, TASK, FACT = "age", "limits", "pain", "task", "weeks"
ONE_OPTIONS, MANY_OPTIONS = ("young", "middle", "old"), ("kneel", "stand", "lie", "sit")
FINDINGS = ("early", "sore")


def _question(name: str, kind: QuestionKind, options: tuple[str, ...] = ()) -> Question:
    return Question(name, name, kind, name, "why", True, options=tuple(Option(one, one) for one in options))


QUESTIONNAIRE = Questionnaire(
    (
        Page(
            "A",
            "a",
            "A",
            Occasion.INTAKE,
            (
                _question(ONE, QuestionKind.ONE, ONE_OPTIONS),
                _question(MANY, QuestionKind.MANY, MANY_OPTIONS),
                _question(SCORE, QuestionKind.NUMBER),
                _question(TASK, QuestionKind.TASK),
            ),
        ),
    )
)


def _some(options: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(options), min_size=1, unique=True).map(tuple)


_BOUNDS = st.one_of(st.none(), st.integers(-1, 5))
ATOMS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Chosen, st.just(ONE), _some(ONE_OPTIONS)),
    st.builds(Chosen, st.just(MANY), _some(MANY_OPTIONS)),
    st.builds(Only, st.just(MANY), st.sampled_from(MANY_OPTIONS)),
    st.builds(Only, st.just(ONE), st.sampled_from(ONE_OPTIONS)),
    st.builds(Number, st.sampled_from((SCORE, FACT)), _BOUNDS, _BOUNDS),
    st.builds(Found, st.sampled_from(FINDINGS)),
)


def _grown(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Return conditions made of smaller ones. Of so few parts at most, those that are counted and those written out."""
    several = st.lists(parts, min_size=1, max_size=6).map(tuple)
    return st.one_of(
        st.builds(All, several),
        st.builds(AnyOf, several),
        several.flatmap(lambda own: st.integers(1, len(own)).map(lambda least: AtLeast(least, own))),
        st.builds(Not, parts),
    )


CONDITIONS = st.recursive(st.one_of(ATOMS, st.just(Always())), _grown, max_leaves=12)

_ANSWERS: dict[str, st.SearchStrategy[Answer]] = {
    ONE: st.sampled_from(ONE_OPTIONS),
    MANY: _some(MANY_OPTIONS),
    SCORE: st.integers(-1, 6),
    TASK: st.builds(Task, st.just("walk"), st.integers(0, 10)),
}
INTAKES = st.builds(
    Intake,
    st.fixed_dictionaries({}, optional=_ANSWERS),
    st.fixed_dictionaries({}, optional={FACT: st.integers(-1, 6)}),
)
