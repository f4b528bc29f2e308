"""What stands on the page of another site: the script of its element, and the one page that it can show in a frame."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, make_response, render_template, request

from recommender.service.recommend import Recommender
from recommender.web.api.json_replies import encoded
from recommender.web.core.language import answer_in
from recommender.web.core.state import AppState, current_state
from recommender.web.core.static_files import asset, read_built
from recommender.web.embed.words import embedded

SCRIPT = "/embed.js"
# Names of what the address of the page may ask for, which are those of the element's attributes.
LANGUAGE, REGION = "language", "region"


@dataclass(frozen=True, slots=True)
class Script:
    """The script of one rule set, with what it carries: the built file, and each language with whether it was checked."""

    carried: tuple[Any, ...]
    body: bytes
    tag: str


# It goes with its rule set, when another is loaded.
_MADE: WeakKeyDictionary[Recommender, Script] = WeakKeyDictionary()
_MAKING = Lock()

blueprint = Blueprint("embed", __name__)


@blueprint.get(SCRIPT)
def script() -> Response:
    """The script of the element. It alone may be run by the page of any site; what it may ask is a setting.

    A browser asks each time whether it is still that of today: its words may change with the rules.
    """
    made = _script(current_state())
    response = make_response(made.body)
    response.mimetype = "text/javascript"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(made.tag, weak=True)
    response.make_conditional(request)
    return response


def _script(state: AppState) -> Script:
    """Return the script for what is served now, made anew only when something that it carries has changed."""
    spoken = tuple((one.code, one.digest, state.is_checked(one)) for one in state.offered.values())
    recommender, carried = state.ready, (asset("embed.js"), spoken)
    with _MAKING:
        made = _MADE.get(recommender)
        if made is None or made.carried != carried:
            words = encoded(embedded(state)).replace(b"</", b"<\\/")
            body = b"(() => {\nconst BACK_ROUTINE = " + words + b";\n" + read_built(asset("embed.js")) + b"})();\n"
            made = _MADE[recommender] = Script(carried, body, hashlib.sha256(body).hexdigest()[:32])
        return made


@blueprint.get("/embed")
def page() -> Response:
    """The element alone on a page, for a frame. It keeps what is answered in its own memory, and sets no cookie."""
    state = current_state()
    known = state.ready.content.catalogue.every_region
    language, region = request.args.get(LANGUAGE), request.args.get(REGION)
    if language is not None and language in state.offered:
        answer_in(language)
    return make_response(render_template("embed/embed.html", country=region if region in known else None))
