"""Which modules are mutated, and which tests are asked about each: the quickest first."""

from __future__ import annotations

from tools.code_mutants.runner import Target

_LAST_CHECK = tuple(f"tests/assembly/test_{name}.py" for name in ("final_check", "final_check_missing", "other_days"))
TARGETS = (
    *(
        Target(f"recommender/assembly/final_check/{name}.py", _LAST_CHECK)
        for name in ("grounds", "case", "table", "routine_checks", "item_checks", "dose_checks", "order_checks")
    ),
    Target("recommender/models/forbidden.py", ("tests/assembly/test_forbidden_table.py",)),
    Target("recommender/engine/evaluate.py", ("tests/engine/test_evaluate.py",)),
    Target("recommender/engine/compile.py", ("tests/engine/test_compile.py",), is_used_at_start=True),
    Target("recommender/engine/properties.py", ("tests/engine/test_properties.py",), is_used_at_start=True),
    Target("recommender/engine/decide.py", ("tests/engine/test_decide.py",)),
    Target(
        "recommender/questionnaire/answer_sheet.py",
        ("tests/questionnaire/test_answer_sheet.py", "tests/questionnaire/test_read_json.py"),
    ),
    Target(
        "recommender/review/approval_status.py",
        ("tests/review/test_approval_status.py", "tests/review/test_authors_in_status.py"),
    ),
)
