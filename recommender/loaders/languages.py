"""Languages other than the source: one folder each, with translations in PO files and a note of who checked them.

``interface.po`` holds the words of the program, ``content.po`` those of rules, questionnaire and catalogue. A message
without a translation, or with one marked fuzzy because its source changed, is shown in the source language.
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
from recommender.loaders.fields import ContentSchema, YesNo, load_into
from recommender.loaders.yaml_source import read_document

SOURCE = "en"
INTERFACE, CONTENT, ABOUT = "interface.po", "content.po", "language.yaml"
_PLACEHOLDER = re.compile(r"\{\w+\}")

Translate = Callable[[str], str]


@dataclass(frozen=True)
class Language:
    """A language the site speaks. ``checked`` says whether health professionals have checked the translation.

    ``sha256`` is that of its files, in hex, and ``digest`` the start of it; both "" for the source. ``texts`` are the
    translations in use, by their source, for whoever signs them.
    """

    locale: Locale
    checked: bool
    interface: NullTranslations
    content: Translate
    sha256: str = ""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

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


SOURCE_LANGUAGE = Language(Locale(SOURCE), True, NullTranslations(), str)


class _AboutSchema(ContentSchema):
    clinically_checked = YesNo(required=True)


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
    checked = _is_checked(folder / code / ABOUT, f"{folder.name}/{code}/{ABOUT}", faults)
    interface = read_catalog(folder / code / INTERFACE, folder, faults)
    content = read_catalog(folder / code / CONTENT, folder, faults)
    return Language(
        locale,
        checked,
        _translations(interface),
        _translations(content).gettext,
        _digest(folder / code),
        {source: text for catalog in (interface, content) for source, text in _texts(catalog)},
    )


def _texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield each translation in use after its source, the forms of a plural one by one."""
    for message in translated(catalog):
        forms = _forms(message.string)
        sources = _forms(message.id)
        yield from zip(
            [*sources, *(f"{sources[-1]} ({number})" for number in range(2, len(forms)))], forms, strict=False
        )


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for name in (INTERFACE, CONTENT, ABOUT):
        path = folder / name
        whole.update(path.read_bytes() if path.exists() else b"")
    return whole.hexdigest()


def _is_checked(path: Path, shown: str, faults: list[Fault]) -> bool:
    if not path.exists():
        faults.append(Fault(shown, 1, "is missing. Write it, with clinically_checked: true or false."))
        return False
    document = read_document(path, shown)
    loaded = load_into(_AboutSchema(), document)
    faults.extend(document.faults)
    return bool(loaded and loaded["clinically_checked"])


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
