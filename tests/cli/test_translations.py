"""`recommender translations`: for whoever translates, wherever their folders are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from recommender.cli.main import main
from recommender.loaders.languages import CONTENT, INTERFACE
from recommender.settings.folders import content_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Translations, rules and a catalogue of one's own."""
    for name in ("translations", "rules", "catalogue"):
        shutil.copytree(content_folder(name), tmp_path / name)
        monkeypatch.setenv(f"{name.upper()}_DIR", str(tmp_path / name))
    return tmp_path


def test_translations_that_are_up_to_date_stay_as_they_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [folder / "translations" / "es" / name for name in (INTERFACE, CONTENT)]
    before = [file.read_bytes() for file in files]
    assert main(["translations"]) == 0
    assert [file.read_bytes() for file in files] == before
    assert f"es/{CONTENT}: " in capsys.readouterr().out


def test_a_changed_text_of_ones_own_catalogue_is_marked(folder: Path) -> None:
    file = folder / "catalogue" / "exercises" / "cat_cow.yaml"
    text = file.read_text(encoding="utf-8")
    assert "name: Cat-cow" in text
    file.write_text(text.replace("name: Cat-cow", "name: Cat-cow pose", 1), encoding="utf-8")
    assert main(["translations"]) == 0
    with (folder / "translations" / "es" / CONTENT).open("rb") as written:
        message = read_po(written, locale="es")["Cat-cow pose"]
    assert message.fuzzy or not message.string


@pytest.mark.deep
def test_a_language_is_begun_unchecked_and_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translations", "pt-BR"]) == 0
    begun = folder / "translations" / "pt-BR"
    assert sorted(path.name for path in begun.iterdir()) == [CONTENT, INTERFACE], (
        "nothing there says that it was checked"
    )
    assert f"pt-BR/{INTERFACE}: 0 of " in capsys.readouterr().out


@pytest.mark.parametrize("code", ["en", "xx-yy", "../es", "", "klingon"])
def test_what_is_no_language_to_translate_into_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    assert main(["translations", code]) == 2
    assert "is no language to translate into" in capsys.readouterr().err
    assert sorted(path.name for path in (folder / "translations").iterdir()) == ["es"]
