"""What editors and systems leave in an operator's folders is passed over; what may be a rule with a wrong name is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.errors import ContentError
from recommender.loaders.content import load_content
from recommender.loaders.figures import load_figures
from tests.support.content_copy import copied

LEFTOVERS = (
    "rules/.git/objects/ab/cdef",
    "rules/.git/hooks/update.yaml",
    "rules/.DS_Store",
    "rules/red_flags/.DS_Store",
    "rules/red_flags/RF-E01-bladder-bowel-saddle.yaml~",
    "rules/red_flags/.RF-E01-bladder-bowel-saddle.yaml.swp",
    "rules/red_flags/#RF-E01-bladder-bowel-saddle.yaml#",
    "rules/red_flags/._RF-E01-bladder-bowel-saddle.yaml",
    "rules/red_flags/RF-E01-bladder-bowel-saddle.yaml.orig",
    "rules/questionnaire/Thumbs.db",
    "rules/questionnaire/B-emergency.yaml.bak",
    "rules/__MACOSX/rules/._rule-set.yaml",
    "catalogue/.gitignore",
    "catalogue/desktop.ini",
    "catalogue/tags.yaml~",
    "catalogue/exercises/.cobra.yaml.swo",
    "catalogue/exercises/._cobra.yaml",
    "catalogue/figures/._cobra.yaml",
)
NOT_READ = {
    "rules/red_flags/RF-E90-new-sign.yml": "its name does not end in .yaml",
    "rules/red_flags/RF-E90-new-sign.YAML": "its name does not end in .yaml",
    "rules/red_flags/RF-E90-new-sign": "its name does not end in .yaml",
    "rules/redflags/RF-E90-new-sign.yml": "its name does not end in .yaml",
    "catalogue/exercises/new_move.yml": "its name does not end in .yaml",
    "catalogue/exercise/new_move.yaml": "nothing of this name is looked for here",
    "catalogue/tag.yaml": "nothing of this name is looked for here",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


def put(root: Path, name: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x00\x05\x16\x07 nothing that is YAML: [")


def test_leftovers_change_nothing(copy: Path) -> None:
    before = load_content(copy / "rules", copy / "catalogue").hash
    figures = load_figures(copy / "catalogue" / "figures").exercises.keys()
    for name in LEFTOVERS:
        put(copy, name)
    (copy / "rules" / "red_flags" / ".#RF-E01-bladder-bowel-saddle.yaml").symlink_to("somebody@somewhere.1234")
    assert load_content(copy / "rules", copy / "catalogue").hash == before
    assert load_figures(copy / "catalogue" / "figures").exercises.keys() == figures


def test_what_may_be_a_rule_with_a_wrong_name_is_said(copy: Path) -> None:
    """A rule that is silently not read is the danger: so it is a fault, not a warning."""
    for name in NOT_READ:
        put(copy, name)
    with pytest.raises(ContentError) as refused:
        load_content(copy / "rules", copy / "catalogue")
    told = {fault.path: fault.message for fault in refused.value.faults}
    for name, reason in NOT_READ.items():
        shown = "catalogue/exercise" if name.startswith("catalogue/exercise/") else name
        assert told[shown] == f"is not read: {reason}. Rename or move it."


def test_a_rule_in_an_unknown_folder_is_said(copy: Path) -> None:
    rules = copy / "rules"
    (rules / "redflags").mkdir()
    (rules / "red_flags" / "RF-U05-weight-loss.yaml").rename(rules / "redflags" / "RF-U05-weight-loss.yaml")
    with pytest.raises(ContentError, match=r"'RF-U05' is in folder 'redflags'\. Move it to 'red_flags'"):
        load_content(rules, copy / "catalogue")


def test_a_file_that_cannot_be_opened_is_a_fault_and_no_crash(copy: Path) -> None:
    (copy / "rules" / "red_flags" / "RF-U05-weight-loss.yaml").unlink()
    (copy / "rules" / "red_flags" / "RF-U05-weight-loss.yaml").symlink_to("nowhere.yaml")
    (copy / "catalogue" / "exercises" / "new_move.yaml").mkdir()
    with pytest.raises(ContentError) as refused:
        load_content(copy / "rules", copy / "catalogue")
    told = [str(fault) for fault in refused.value.faults]
    assert (
        "rules/red_flags/RF-U05-weight-loss.yaml:1: cannot be read: No such file or directory. Mend or delete it."
        in told
    )
    assert "catalogue/exercises/new_move.yaml:1: cannot be read: Is a directory. Mend or delete it." in told
