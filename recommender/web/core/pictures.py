"""Drawings of the exercises: served under names that change with what is in them, so that browsers may keep them."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for

from recommender.figures.gallery import Figure
from recommender.figures.manifest import MANIFEST, PICTURES, read_manifest
from recommender.presentation.form_words import FIGURES_PATH
from recommender.web.core.language import localised_content
from recommender.web.core.state import current_state

blueprint = Blueprint("pictures", __name__)

_FOR_EVER = "public, max-age=31536000, immutable"
_KEPT = 600


@blueprint.get(f"{FIGURES_PATH}<name>")
def picture(name: str) -> Response:
    """One drawing, packed where the browser accepts it."""
    if name not in _names():
        abort(404)
    response = make_response(_packed(name))
    response.mimetype = "image/svg+xml"
    response.cache_control.clear()
    response.headers["Cache-Control"] = _FOR_EVER
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        response.content_encoding = "gzip"
    else:
        response.set_data(gzip.decompress(response.get_data()))
    return response


def read_picture(address: str) -> bytes:
    """Return the drawing at an address that ``figure_of`` gave, as SVG.

    Raises:
        KeyError: it gave no such address.
    """
    name = address.rpartition("/")[2]
    if name not in _names():
        raise KeyError(name)
    return gzip.decompress(_packed(name))


def figure_of(exercise: str, form: str) -> dict[str, Any] | None:
    """Return what a page shows of a form, its addresses as of this site; None where nothing is known of how it looks."""
    if not current_state().localised_by_code:
        return None
    found: Figure | None = localised_content().gallery.figure(exercise, form)
    if found is None:
        return None
    return {
        "alt": found.alt,
        "frames": [url_for("pictures.picture", name=name) for name in found.frames],
        "motion": url_for("pictures.picture", name=found.motion) if found.motion else None,
        "width": found.width,
        "height": found.height,
        "mirrored": found.mirrored,
        "first_side": found.sides[0].side if found.sides else None,
    }


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    manifest: Path = PICTURES / MANIFEST
    drawings = read_manifest(manifest) if manifest.exists() else {}
    return frozenset(name for drawing in drawings.values() for name in drawing.files)


@lru_cache(maxsize=_KEPT)
def _packed(name: str) -> bytes:
    return gzip.compress((PICTURES / name).read_bytes(), compresslevel=9, mtime=0)
