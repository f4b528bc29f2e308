"""The built files: as listed, and with nothing in them that asks another site or looks like somebody else's."""

from __future__ import annotations

import gzip
import hashlib
import json
import re

from recommender.web.core.static_files import FOLDER

# The page of the API is not ours to look at: it may not load anything all the same.
SWAGGER = "swagger-ui-"


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
    styles = "".join(
        path.read_text(encoding="utf-8") for path in FOLDER.glob("*.css") if not path.name.startswith(SWAGGER)
    )
    assert [word for word in foreign if word in styles] == []


def test_what_to_do_first_is_white_on_a_colour_and_black_on_paper_which_has_none() -> None:
    printed = r"@media print\{(?:[^{}]|\{[^{}]*\})*\.app-act>\.app-act__heading,[^{}]*\{color:#000;background:none\}"
    both = [path.read_text(encoding="utf-8") for path in (*FOLDER.glob("app-*.css"), *FOLDER.glob("app.rtl-*.css"))]
    assert [bool(re.search(printed, text)) for text in both] == [True, True]


def test_the_styles_of_the_api_page_load_nothing_but_what_stands_in_them() -> None:
    (style,) = FOLDER.glob(f"{SWAGGER}*.css")
    text = style.read_text(encoding="utf-8")
    assert re.findall(r"url\((?!\s*[\"']?data:)[^)]*\)", text) == [] and "@import" not in text
