"""The settings held against the content they name: is there such a country, is there such a translation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from recommender.errors import SettingsError
from recommender.loaders.languages import SOURCE, is_language
from recommender.loaders.yaml_source import read_document
from recommender.settings import Settings, read_settings


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings, from the environment of this process if no other is given.

    Raises:
        SettingsError: values that cannot be used, with one line for each.
    """
    settings = read_settings(environment)
    faults = [*_faults_of_region(settings), *_faults_of_languages(settings)]
    if faults:
        raise SettingsError(faults)
    return settings


@cache
def settings_at_start() -> Settings:
    """Return the settings of this process, as they were when it began: a folder that is gone since must not end it.

    Raises:
        SettingsError: values that cannot be used, with one line for each.
    """
    return load_settings()


def _faults_of_region(settings: Settings) -> Iterator[str]:
    regions = _regions(settings.catalogue_dir / "regions.yaml")
    if settings.region is not None and regions and settings.region not in regions:
        yield f"REGION must be one of {', '.join(regions)}, not '{settings.region}'."


def _regions(path: Path) -> list[str]:
    """Return the ids of the countries; none where the file cannot be used, which is a fault of the content."""
    data: Any = read_document(path, path.name).data if path.is_file() else None
    if not isinstance(data, dict):
        return []
    entries = (*(data.get("regions") or ()), data.get("elsewhere"))
    return [str(entry.get("id")) for entry in entries if isinstance(entry, dict)]


def _faults_of_languages(settings: Settings) -> Iterator[str]:
    for code in settings.languages:
        if not is_language(code):
            yield f"LANGUAGES names '{code}', which is no language. Use codes such as en or pt-BR."
        elif code != SOURCE and not (settings.translations_dir / code).is_dir():
            there = ", ".join(sorted(path.name for path in settings.translations_dir.iterdir() if path.is_dir()))
            yield f"LANGUAGES names '{code}', which has no folder among the translations. There is: {SOURCE}, {there}."
