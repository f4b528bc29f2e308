"""Exercises as data, each form with how it looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from recommender.figures.gallery import Gallery
from recommender.models.catalogue import Exercise
from recommender.presentation.form_words import figure_shown


def exercises_shown(exercises: Iterable[Exercise], gallery: Gallery) -> list[dict[str, Any]]:
    """Return what the schema of an exercise dumps, with the drawings of each form."""
    return [exercise_shown(exercise, gallery) for exercise in exercises]


def exercise_shown(exercise: Exercise, gallery: Gallery) -> dict[str, Any]:
    """Return the same for one exercise."""
    forms = [{**_parts(form), "figure": figure_shown(gallery.figure(exercise.id, form.id))} for form in exercise.forms]
    return {**_parts(exercise), "forms": forms}


def _parts(model: Any) -> dict[str, Any]:
    return {field.name: getattr(model, field.name) for field in fields(model)}
