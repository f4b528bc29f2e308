"""recommender translations: bring the translations up to date with the words of the program and of the content."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from recommender import __version__
from recommender.errors import RecommenderError
from recommender.loaders.content import load_content
from recommender.loaders.languages import CONTENT, INTERFACE, SOURCE, is_language, translated
from recommender.models.translatable import texts
from recommender.settings import Settings

_PACKAGE = Path(__file__).resolve().parents[1]
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, "say": None, "_say": None}


def add_translations_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser(
        "translations",
        help="bring the translations up to date after a change of words, or begin a language",
        description="Updates every language in TRANSLATIONS_DIR with the words of this program and of the content in RULES_DIR and "
        "CATALOGUE_DIR. A text whose source changed is kept, marked fuzzy: it is shown in English until a translator has looked at it.",
    )
    command.add_argument("languages", nargs="*", metavar="LANGUAGE", help="a language to begin, such as fr or pt-BR")
    command.set_defaults(run=_update)


def _update(given: argparse.Namespace, settings: Settings) -> int:
    for code in given.languages:
        if code == SOURCE or not is_language(code):
            raise RecommenderError(f"'{code}' is no language to translate into. Use codes such as es or pt-BR.")
    folder = settings.translations_dir
    sources = {INTERFACE: interface_source(), CONTENT: content_source(settings)}
    there = {path.name for path in folder.iterdir() if path.is_dir() and is_language(path.name)}
    done: list[str] = []
    try:
        for code in sorted(there | set(given.languages)):
            done += _update_language(folder / code, sources)
    except OSError as error:
        raise RecommenderError(f"TRANSLATIONS_DIR cannot be written: {error.strerror} ({error.filename}).") from error
    print("\n".join(done))  # at the end: whoever reads the first line alone has every language updated too
    return 0


def _update_language(folder: Path, sources: Mapping[str, Catalog]) -> Iterator[str]:
    """Update the files of a language, and yield how much of each is translated."""
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        catalog = _updated(folder / name, folder.name, source)
        done = sum(1 for _ in translated(catalog))
        yield f"{folder.name}/{name}: {done} of {len(catalog)} translated"


def interface_source() -> Catalog:
    """Return every message of the program, from Python and templates."""
    catalog = Catalog(charset="utf-8")
    for file, _, message, comments, context in extract_from_dir(_PACKAGE, _METHODS, _OPTIONS, _KEYWORDS):
        catalog.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return catalog


def content_source(settings: Settings) -> Catalog:
    """Return every text for the person in the content, with the ids that lead to it as a comment."""
    catalog = Catalog(charset="utf-8")
    for text, places in texts(load_content(settings.rules_dir, settings.catalogue_dir)).items():
        catalog.add(text, None, auto_comments=list(_shortened(places)))
    # A text of the content is never a format: "50 %" is just that.
    for message in catalog:
        message.flags.discard("python-format")
    return catalog


def _shortened(places: list[str]) -> Iterator[str]:
    yield from places[:3]
    if len(places) > 3:
        yield f"and {len(places) - 3} more"


def _updated(path: Path, code: str, source: Catalog) -> Catalog:
    """Return the file of a language, brought up to date with its source and written."""
    catalog = Catalog(locale=code.replace("-", "_"), charset="utf-8")
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=code.replace("-", "_"))
    catalog.update(source, update_creation_date=False)
    catalog.project, catalog.version, catalog.fuzzy = "Back Routine Recommender", __version__, False
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.header_comment = f"# Made by recommender translations: {path.stem} in {catalog.locale.english_name}."
    with path.open("wb") as file:
        write_po(file, catalog, width=0, ignore_obsolete=True, include_lineno=False)
    return catalog
