"""What a fresh reader gets: what to do, the pages of one wording, and stories that do not say what they are for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from tools.reading_test.pages import Wording
from tools.reading_test.stories import Story

INSTRUCTIONS = Path(__file__).with_name("instructions.md")
_READ_IN = {"en": "", "es": ", in Spanish, your language"}
_FORMS = {
    "folded": "`(? 1)` marks something more that could be opened; you have not opened it.",
    "opened": "`(? 1)` marks something more that can be opened; what is in it stands indented below, and you look at it only if you would.",
}


def code(story: Story) -> str:
    """Return a story's name for readers: it does not tell a sign from a trap, and stays when stories are added."""
    return hashlib.sha256(story.id.encode()).hexdigest()[:6]


def batches(stories: Sequence[Story], size: int) -> list[list[Story]]:
    """Return the stories in batches of at most a size, signs and traps mixed, in the same order each time."""
    mixed = sorted(stories, key=code)
    return [mixed[start : start + size] for start in range(0, len(mixed), size)]


def prompt(wording: Wording, form: str, batch: Sequence[Story], reader: str) -> str:
    """Return the whole text for one reader."""
    head = {name: getattr(wording, name) for name in ("part", "language")}
    one = {"ticks": {"1": ["c"], "2": ["b", "e"]}, "note": ""}
    shape = {"wording": wording.name, **head, "form": form, "reader": reader, "answers": {"000000": one, "ffffff": one}}
    told = INSTRUCTIONS.read_text(encoding="utf-8").format(
        count=len(batch), language=_READ_IN[wording.language], form=_FORMS[form], example=json.dumps(shape)
    )
    pages = wording.folded if form == "folded" else wording.opened
    people = "\n\n".join(f"## Story {code(story)}\n\n{story.text[wording.language].strip()}" for story in batch)
    return f"{told}\n# The pages\n\n{pages}\n\n# The stories\n\n{people}\n"
