#!/usr/bin/env python3
"""Bring the translations up to date with the words of the program and of the content. For maintainers and translators.

`python tools/translations.py` updates every language in translations/; `python tools/translations.py fr` begins a new
one. A text whose source changed is kept as "fuzzy": it is not used until a translator has looked at it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from recommender import __version__
from recommender.loaders.content import load_content
from recommender.loaders.languages import ABOUT, CONTENT, INTERFACE, translated
from recommender.models.texts import texts
from recommender.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "say": None, "_say": None}
NOT_CHECKED = """# true only when health professionals have checked every text of this language. Until then every page says so.
clinically_checked: false
"""


def main(new: list[str]) -> None:
    """Update every language, and begin the new ones."""
    folder = ROOT / "translations"
    interface, content = interface_source(), content_source()
    codes = sorted({path.name for path in folder.iterdir() if path.is_dir()} | set(new))
    for code in codes:
        (folder / code).mkdir(exist_ok=True)
        if not (folder / code / ABOUT).exists():
            (folder / code / ABOUT).write_text(NOT_CHECKED, encoding="utf-8")
        for name, source in ((INTERFACE, interface), (CONTENT, content)):
            catalog = updated(folder / code / name, code, source)
            done = sum(1 for _ in translated(catalog))
            print(f"{code}/{name}: {done} of {len(catalog)} translated")


def interface_source() -> Catalog:
    """Return every message of the program, from Python and templates."""
    catalog = Catalog(charset="utf-8")
    for file, _, message, comments, context in extract_from_dir(ROOT / "recommender", METHODS, OPTIONS, KEYWORDS):
        catalog.add(message, None, [(file, None)], auto_comments=comments, context=context)
    return catalog


def content_source() -> Catalog:
    """Return every text for the person in the content, with the ids that lead to it as a comment."""
    settings = read_settings({})
    catalog = Catalog(charset="utf-8")
    for text, places in texts(load_content(settings.rules_dir, settings.catalogue_dir)).items():
        catalog.add(text, None, auto_comments=list(shortened(places)))
    # A text of the content is never a format: "50 %" is just that.
    for message in catalog:
        message.flags.discard("python-format")
    return catalog


def shortened(places: list[str]) -> Iterator[str]:
    yield from places[:3]
    if len(places) > 3:
        yield f"and {len(places) - 3} more"


def updated(path: Path, code: str, source: Catalog) -> Catalog:
    """Return the file of a language, brought up to date with its source and written."""
    catalog = Catalog(locale=code, charset="utf-8")
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=code)
    catalog.update(source, update_creation_date=False)
    catalog.project, catalog.version, catalog.fuzzy = "Back Routine Recommender", __version__, False
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.header_comment = f"# Made by tools/translations.py: {path.stem} in {catalog.locale.english_name}."
    with path.open("wb") as file:
        write_po(file, catalog, width=0, ignore_obsolete=True, include_lineno=False)
    return catalog


if __name__ == "__main__":
    main(sys.argv[1:])
