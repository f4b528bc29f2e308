"""The data dictionary of a run: what every column means, of the sheets, the outcomes and the bad rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recommender import __version__
from recommender.batch.cells import input_columns
from recommender.batch.columns import columns_of
from recommender.batch.rows import Options
from recommender.errors import ProblemCode, RecommenderError
from recommender.models.content import Content
from recommender.models.levels import Level, ReviewKind, Stage
from recommender.models.questionnaire import Question

_VALUES: dict[str, type[Level] | type[ReviewKind] | type[Stage]] = {"level": Level, "kind": ReviewKind, "stage": Stage}
_OF_BAD_ROWS = {
    "line": "Where the sheet begins, as in the column of that name.",
    "id": "The id of the sheet; empty where it could not be read.",
    "question": "The question or column that it is about; empty where it is about the whole sheet.",
    "code": "What is wrong, as in `problems` of the API.",
    "message": "What is wrong, and what to do.",
}


def write_dictionary(path: Path, content: Content, options: Options) -> None:
    """Write the dictionary as JSON.

    Raises:
        RecommenderError: the file cannot be written.
    """
    text = json.dumps(dictionary(content, options), indent=1, ensure_ascii=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecommenderError(f"{path} cannot be written: {error.strerror}.") from error


def dictionary(content: Content, options: Options) -> dict[str, Any]:
    """Return what every column means, as plain data."""
    return {
        "software": __version__,
        "rule_set": {"version": content.rule_set.version, "hash": content.hash},
        "today": options.today,
        "region": options.region,
        "list_separator": options.list_separator,
        "outcomes": [
            {
                "column": column.name,
                "type": column.type,
                "meaning": column.meaning,
                **({"values": list(_VALUES[column.name])} if column.name in _VALUES else {}),
            }
            for column in columns_of(options.columns)
        ],
        "bad_rows": [{"column": name, "meaning": meaning} for name, meaning in _OF_BAD_ROWS.items()],
        "codes": {code.value: code.meaning for code in ProblemCode},
        "sheets": [
            {"column": name, **_question(question)} for name, question in input_columns(content.questionnaire).items()
        ],
        "exercises": {exercise.id: exercise.name for exercise in content.catalogue.exercises},
        "rules": {rule.id: rule.title for rule in content.rule_set.rules},
    }


def _question(question: Question) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": question.kind.value, "text": question.text, "required": question.required}
    if question.options:
        return {**told, "options": {option.id: option.text for option in question.options}}
    return {**told, "minimum": question.minimum, "maximum": question.maximum}
