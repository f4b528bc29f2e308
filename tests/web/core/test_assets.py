"""The built files: as listed, and with nothing in them that asks another site or looks like somebody else's."""

from __future__ import annotations

import gzip
import hashlib
import json

from recommender.web.core.static_files import FOLDER


def test_every_built_file_is_listed_with_its_checksum_and_packed_sibling() -> None:
    listed = (FOLDER / "VENDORED.md").read_text(encoding="utf-8")
    served = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8")).values()
    for name in served:
        content = (FOLDER / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        assert f"| {name} | {digest} |" in listed
        assert digest[:12] in name
        assert gzip.decompress((FOLDER / f"{name}.gz").read_bytes()) == content
    expected = {*served, *(f"{name}.gz" for name in served), "manifest.json", "VENDORED.md"}
    assert {path.name for path in FOLDER.iterdir()} == expected


def test_styles_load_nothing_and_borrow_no_identity() -> None:
    foreign = ("url(", "@import", "@font-face", "GDS Transport", "crown")
    styles = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.css"))
    assert [word for word in foreign if word in styles] == []
