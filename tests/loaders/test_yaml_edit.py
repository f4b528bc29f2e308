"""The editor of YAML: one value at a time, every other byte as it stands, and whatever text is given stays that text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.loaders.yaml_edit import GONE, CannotWrite, edited
from recommender.loaders.yaml_source import read_text

FILE = """\
# The head of the file.
id: X
say: Plain words    # why so
why: >-
  Words over
  two lines.

# Before the condition.
when: {limits: {includes: wrist}}
then:
  exclude:
    tags: [a,
      b]   # two lines
  swap:
    - one   # the first
    - two

last: 3
"""

TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff"), min_size=1, max_size=60
)


@given(
    text=TEXTS
    | st.sampled_from(["yes", "null", "1_0", "0x1", "2026-12-01", "- a", "a: b", "a #b", "'", '"', "\\", "| x"])
)
@pytest.mark.parametrize("location", [("say",), ("why",), ("then", "exclude", "tags", 0), ("then", "swap", 1)])
def test_any_text_stays_that_very_text(location: tuple[str | int, ...], text: str) -> None:
    after = edited(FILE, {location: text})
    found = read_text(after, "").data
    for step in location:
        found = found[step]
    assert found == text
    for comment in ("# The head of the file.", "# why so", "# Before the condition.", "# two lines", "# the first"):
        assert comment in after


@pytest.mark.parametrize(
    "location, value, wanted",
    [
        (("say",), "Other words", FILE.replace("Plain words", "Other words")),
        (("say",), GONE, FILE.replace("say: Plain words    # why so\n", "")),
        (("last",), 4, FILE.replace("last: 3", "last: 4")),
        (("last",), "4", FILE.replace("last: 3", "last: '4'")),
        (("then", "exclude", "tags"), ["a", "b", "c"], FILE.replace("b]", "b, c]")),
        (("then", "exclude", "tags"), ["b"], FILE.replace("[a,\n      b]", "[b]")),
        (("then", "exclude", "tags"), ["a"], FILE.replace("[a,\n      b]", "[a]")),
        (("then", "swap"), ["zero", "one", "two"], FILE.replace("    - one", "    - zero\n    - one")),
        (("then", "swap"), ["one", "two", "three"], FILE.replace("    - two\n", "    - two\n    - three\n")),
        (("then", "swap"), ["two"], FILE.replace("    - one   # the first\n", "")),
        (("then", "exclude", "longer"), 5, FILE.replace("# two lines\n", "# two lines\n    longer: 5\n")),
        (("when", "limits"), {"includes_any": ["wrist", "kneel"]}, FILE.replace("includes: wrist", "includes_any: [wrist, kneel]")),
    ],
)  # fmt: skip
def test_only_the_value_changes(location: tuple[str | int, ...], value: object, wanted: str) -> None:
    assert edited(FILE, {location: value}) == wanted


@pytest.mark.parametrize(
    "location, value",
    [(("nowhere", "below"), "x"), (("then", "exclude", "tags", 7), "x"), (("when", "limits", "includes"), GONE)],
)
def test_what_cannot_be_written_is_refused(location: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(CannotWrite, match="in words instead"):
        edited(FILE, {location: value})


def test_a_file_with_other_line_ends_is_not_edited() -> None:
    with pytest.raises(CannotWrite, match="line ends"):
        edited(FILE.replace("\n", "\r\n"), {("say",): "x"})
