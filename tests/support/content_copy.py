"""A clinic's own copy of the rules and the catalogue, to change or break, with its manifests kept true or not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from recommender.settings.folders import content_folder

RULE_SET, CATALOGUE = "rules/rule-set.yaml", "catalogue/catalogue.yaml"
RED_FLAG = "rules/red_flags/RF-E01-bladder-bowel-saddle.yaml"


def copied(root: Path) -> Path:
    """Return the folder, which now holds copies of the shipped rules and catalogue."""
    for name in ("rules", "catalogue"):
        shutil.copytree(content_folder(name), root / name)
    return root


def write_down(root: Path, rule: str) -> None:
    """Add a rule to the manifest."""
    path = root / RULE_SET
    text = path.read_text(encoding="utf-8")
    assert "  rules:\n    [\n" in text
    path.write_text(text.replace("  rules:\n    [\n", f"  rules:\n    [\n      {rule},\n", 1), encoding="utf-8")


def strike_out(root: Path, manifest: str, name: str) -> None:
    """Take a rule, a question or an exercise out of the file of its manifest, as whoever gives it up on purpose would."""
    path = root / manifest
    text, count = re.subn(rf"(?<=[\s\[])(?<!question: ){re.escape(name)}, ?", "", path.read_text(encoding="utf-8"))
    assert count, name
    path.write_text(text, encoding="utf-8")
