"""Reads the themes by which reviewers sort their work. They change nothing that a person is shown."""

from __future__ import annotations

from pathlib import Path

from marshmallow import validate

from recommender.loaders.fields import ContentSchema, Text, TupleOf, Word, load_into, nested
from recommender.loaders.yaml_source import Document, read_document
from recommender.models.themes import Theme

THEMES_FILE = "themes.yaml"


class ThemeSchema(ContentSchema):
    model = Theme

    id = Text(required=True, validate=validate.Regexp("[a-z][a-z_]{0,29}$"))
    title = Text(required=True)
    questions = TupleOf(Word("question"))
    words = TupleOf(Text(validate=validate.Regexp("[a-z0-9][a-z0-9 _-]+$")))


class _ThemesSchema(ContentSchema):
    themes = TupleOf(nested(ThemeSchema), required=True)


def read_themes(catalogue_dir: Path) -> tuple[list[Document], tuple[Theme, ...]]:
    """Return the file, with its faults, and the themes in it; nothing where there is no such file.

    Call it where the vocabulary of the content is known.
    """
    path = catalogue_dir / THEMES_FILE
    if not path.exists():
        return [], ()
    document = read_document(path, f"{catalogue_dir.name}/{THEMES_FILE}")
    read = None if document.faults else load_into(_ThemesSchema(), document)
    themes: tuple[Theme, ...] = read["themes"] if read else ()
    ids = [theme.id for theme in themes]
    for number, theme in enumerate(themes):
        if theme.id in ids[:number]:
            document.faults.append(
                document.fault(("themes", number, "id"), f"'{theme.id}' is there twice. Rename one.")
            )
        if not (theme.questions or theme.words):
            document.faults.append(document.fault(("themes", number), "holds nothing. Name a question or a word."))
    return [document], themes
