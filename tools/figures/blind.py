"""Lay out the finished drawings for a blind test: python -m tools.figures.blind FOLDER KEY.json [EXERCISE/FORM ...]

Each form is one picture, its frames side by side and numbered, named by a number in a random order. The key is kept apart.
FOLDER/README asks the readers what docs/figures.md says; recognition.yaml has what their sentences must hold.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from PIL import Image

from recommender.figures.manifest import MANIFEST, PICTURES, read_manifest
from tools.figures.preview import numbered_row

HEIGHT, WIDEST = 340, 1600
PROMPT = """For each picture NNN.png in this folder, write one sentence that says what the person does: how they are placed,
what they hold or lean on, and which part of the body moves which way from drawing 1 to the last. The drawings in one picture
are one after the other in time; arrows show the way; a dashed outline is where the body was before; a patch of light is a
muscle that works; a small frame shows a part enlarged. Look at each one afresh, and nowhere else for what it is. If you cannot
tell, say so. Answer as JSON: {"001": "one sentence", ...}, every picture once.
"""


def main() -> int:
    folder, key = Path(sys.argv[1]), Path(sys.argv[2])
    drawings = read_manifest(PICTURES / MANIFEST)
    forms = [form for form in sorted(drawings) if form in sys.argv[3:] or len(sys.argv) == 3]
    random.Random(folder.name).shuffle(forms)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README").write_text(PROMPT, encoding="utf-8")
    named = {f"{number:03d}": form for number, form in enumerate(forms, start=1)}
    key.write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")
    for number, form in named.items():
        svgs = [(PICTURES / name).read_text(encoding="utf-8") for name in drawings[form].frames]
        row = numbered_row(svgs, HEIGHT)
        if row.width > WIDEST:
            row = row.resize((WIDEST, round(row.height * WIDEST / row.width)), Image.Resampling.LANCZOS)
        row.save(folder / f"{number}.png")
    print(f"{len(forms)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
