"""A table in a rule file is another way to write its cases: it means the same, to the last digest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recommender.loaders.content import load_content
from recommender.models.content import Content
from recommender.models.rules import Branch
from recommender.rulebook.digest import digests
from tests.support.content_copy import copied, write_down

HEAD = "id: GEN-90\ntitle: a test\n"
TAIL = "say: a test\nwhy: a test\nsources: [clinical_consensus]\nstrength: [practice]\nauthor: a test\nsince: 0.1.0\n"
PAIRS = {
    "one question, one action": (
        """
table:
  columns: [{when: {place: is}}, {then: positions}]
  rows:
    - [bed,        [supine, prone]]
    - [chair_only, [chair]]
""",
        """
cases:
  - when: {place: {is: bed}}
    then: {positions: [supine, prone]}
  - when: {place: {is: chair_only}}
    then: {positions: [chair]}
""",
    ),
    "questions of which any holds": (
        """
table:
  match: any
  columns: [{when: {equipment: includes}}, {when: {place: in}}, {then: equipment_available.equipment}, why]
  rows:
    - [mat,      [floor_mat, bed], [mat], It is there.]
    - [worktop,  ~,                [worktop]]
    - [~,        [bed],            [cushion], ~]
""",
        """
cases:
  - when: {any: [{equipment: {includes: mat}}, {place: {in: [floor_mat, bed]}}]}
    then: {equipment_available: {equipment: [mat]}}
    why: It is there.
  - when: {equipment: {includes: worktop}}
    then: {equipment_available: {equipment: [worktop]}}
  - when: {place: {in: [bed]}}
    then: {equipment_available: {equipment: [cushion]}}
""",
    ),
    "questions that must all hold, numbers and findings, parts of one action": (
        """
when: {limits: {includes: balance}}
table:
  columns:
    - when: finding
    - when: {pain_score: at_least}
    - when: {stage: in}
    - then: equipment_available.equipment
    - then: equipment_available.except
    - then: session_size.moves_at_most
    - say
  rows:
    - [age65, 4, [settle], [chair], {tags: [standing]}, 3, We keep it small.]
    - [age60, 3, ~,        [chair], ~,                  5]
""",
        """
when: {limits: {includes: balance}}
cases:
  - when: {all: [{finding: age65}, {pain_score: {at_least: 4}}, {stage: {in: [settle]}}]}
    then:
      equipment_available: {equipment: [chair], except: {tags: [standing]}}
      session_size: {moves_at_most: 3}
    say: We keep it small.
  - when: {all: [{finding: age60}, {pain_score: {at_least: 3}}]}
    then:
      equipment_available: {equipment: [chair]}
      session_size: {moves_at_most: 5}
""",
    ),
    "a table between other cases": (
        """
first_match_only: true
cases:
  - when: {place: {is: floor_mat}}
    then: {positions: [supine]}
  - table:
      columns: [{when: {place: is}}, {then: positions}]
      rows: [[bed, [prone]], [chair_only, [chair]]]
  - when: always
    then: {positions: [standing]}
""",
        """
first_match_only: true
cases:
  - when: {place: {is: floor_mat}}
    then: {positions: [supine]}
  - when: {place: {is: bed}}
    then: {positions: [prone]}
  - when: {place: {is: chair_only}}
    then: {positions: [chair]}
  - when: always
    then: {positions: [standing]}
""",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied(tmp_path)
    write_down(tmp_path, "GEN-90")
    return tmp_path


def loaded(folder: Path, body: str) -> Content:
    (folder / "rules" / "general" / "GEN-90-a-test.yaml").write_text(HEAD + body + TAIL, encoding="utf-8")
    return load_content(folder / "rules", folder / "catalogue")


def branches(content: Content) -> tuple[Branch, ...]:
    return content.rule_set.by_id["GEN-90"].branches


@pytest.mark.parametrize("name", PAIRS)
def test_a_table_means_what_its_cases_mean(folder: Path, name: str) -> None:
    table, cases = (loaded(folder, body) for body in PAIRS[name])
    assert [replace(branch, line=0) for branch in branches(table)] == [
        replace(branch, line=0) for branch in branches(cases)
    ]
    assert digests(table) == digests(cases)
    assert table.hash == cases.hash


def test_a_case_of_a_table_stands_at_the_line_of_its_row(folder: Path) -> None:
    body = PAIRS["a table between other cases"][0]
    lines = (HEAD + body).splitlines()
    row = next(number for number, line in enumerate(lines, start=1) if "[bed, [prone]]" in line)
    assert [branch.line for branch in branches(loaded(folder, body))] == [row - 4, row, row, row + 1]
