"""Languages other than the source: one folder each, with translations in PO files.

``interface.po`` holds the words of the program, ``content.po`` those of rules, questionnaire and catalogue. A message
without a translation, or with one marked fuzzy because its source changed, is shown in the source language. Whether
health professionals have checked a translation stands in the record of the review alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations

from recommender.errors import ContentError, Fault, RecommenderError

SOURCE = "en"
INTERFACE, CONTENT = "interface.po", "content.po"
_ABOUT = "language.yaml"  # once said that a translation was checked; anybody could write that
_OUTDATED = "is not read any more: health professionals approve a translation in the review room, and nowhere else. Delete the file."
_PLACEHOLDER = re.compile(r"\{\w+\}")

Translate = Callable[[str], str]


@dataclass(frozen=True)
class Language:
    """A language the site speaks.

    ``sha256`` is that of its files, in hex, and ``digest`` the start of it; both "" for the source. ``texts`` are the
    translations in use, by the file that they stand in and then by their source, for whoever signs them: the same words
    may be translated in one way on a page and in another in a rule.
    """

    locale: Locale
    interface: NullTranslations
    content: Translate
    sha256: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_source(self) -> bool:
        """Whether it is the language that everything was written in, so that nothing was translated."""
        return not self.sha256

    @property
    def digest(self) -> str:
        """The short name of exactly these translations."""
        return self.sha256[:12]

    @property
    def code(self) -> str:
        """The tag of BCP 47, such as 'es' or 'pt-BR'."""
        return str(self.locale).replace("_", "-")

    @property
    def name(self) -> str:
        """The language's own name for itself, such as 'Español', or 'Português (Brasil)' where the tag says as much."""
        name: str = self.locale.get_display_name(self.locale) or self.code
        return name[:1].upper() + name[1:]

    @property
    def direction(self) -> str:
        """'ltr' or 'rtl'."""
        return str(self.locale.text_direction)


SOURCE_LANGUAGE = Language(Locale(SOURCE), NullTranslations(), str)


def load_languages(folder: Path, codes: Iterable[str]) -> Mapping[str, Language]:
    """Return the languages by code, in the order given; the source language needs no files.

    Raises:
        RecommenderError: a code that is no language.
        ContentError: every fault of the translation files.
    """
    faults: list[Fault] = []
    languages = [_load(folder, code, faults) for code in codes]
    if faults:
        raise ContentError(faults)
    return MappingProxyType({language.code: language for language in languages})


def is_language(code: str) -> bool:
    """Return whether a code, such as 'es' or 'pt-BR', is that of a language."""
    try:
        Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _load(folder: Path, code: str, faults: list[Fault]) -> Language:
    if not is_language(code):
        raise RecommenderError(f"LANGUAGES names '{code}', which is no language. Change the setting.")
    locale = Locale.parse(code.replace("-", "_"))
    if code == SOURCE:
        return SOURCE_LANGUAGE
    if (folder / code / _ABOUT).exists():
        faults.append(Fault(f"{folder.name}/{code}/{_ABOUT}", 1, _OUTDATED))
    interface = read_catalog(folder / code / INTERFACE, folder, faults)
    content = read_catalog(folder / code / CONTENT, folder, faults)
    return Language(
        locale,
        _translations(interface),
        _translations(content).gettext,
        _digest(folder / code),
        {name: dict(_texts(catalog)) for name, catalog in ((INTERFACE, interface), (CONTENT, content))},
    )


def _texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield each translation in use after its source, the forms of a plural and each context one by one."""
    for message in translated(catalog):
        forms = _forms(message.string)
        about = f" [{message.context}]" if message.context else ""
        sources = [f"{source}{about}" for source in _forms(message.id)]
        yield from zip(
            [*sources, *(f"{sources[-1]} ({number})" for number in range(2, len(forms)))], forms, strict=False
        )


def texts_in(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return the translations in use in a folder, by file and then by source; nothing where there is no such folder."""
    files = sorted(folder.glob("*/*.po"))
    return {f"{path.parent.name}/{path.name}": dict(_texts(read_catalog(path, folder, []))) for path in files}


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for name in (INTERFACE, CONTENT):
        path = folder / name
        whole.update(path.read_bytes() if path.exists() else b"")
    return whole.hexdigest()


def read_catalog(path: Path, folder: Path, faults: list[Fault]) -> Catalog:
    """Return a PO file; what is wrong with it becomes faults."""
    shown = path.relative_to(folder.parent).as_posix()
    if not path.exists():
        faults.append(Fault(shown, 1, "is missing. Make it with `recommender translations`."))
        return Catalog()
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.name.replace("-", "_"), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        faults.append(Fault(shown, getattr(error, "lineno", None) or 1, f"cannot be read: {error}. Mend the line."))
        return Catalog()
    faults.extend(
        Fault(shown, message.lineno or 1, f"{told} Give the translation the same placeholders as its source.")
        for message in translated(catalog)
        for told in _misplaced(message)
    )
    return catalog


def translated(catalog: Catalog) -> Iterator[Message]:
    """Yield the messages that have a translation in use."""
    for message in catalog:
        if message.id and not message.fuzzy and all(_forms(message.string)):
            yield message


def _misplaced(message: Message) -> Iterator[str]:
    for error in message.check():
        yield f"does not fit its source: {error}."
    wanted = sorted(_PLACEHOLDER.findall(_forms(message.id)[-1]))
    for text in _forms(message.string):
        if sorted(_PLACEHOLDER.findall(text)) != wanted:
            yield f"does not fit its source, which has {', '.join(wanted) or 'no {placeholder}'}."


def _forms(text: object) -> tuple[str, ...]:
    """Return the singular and plural forms of a message, or its one form."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)


def _translations(catalog: Catalog) -> Translations:
    packed = BytesIO()
    write_mo(packed, catalog)
    packed.seek(0)
    return Translations(packed)
