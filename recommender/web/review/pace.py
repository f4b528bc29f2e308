"""How long a page was open before it was sent. The page carries the time that it was made, signed, so that it is true."""

from __future__ import annotations

import time

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

FIELD = "opened"
_LONGEST_SECONDS = 24 * 60 * 60


def opened_now() -> str:
    """Return this moment, signed, for a field of the page that is made now."""
    signed: str | bytes = _signer().dumps(int(time.time()))
    return str(signed)


def seconds_open() -> int | None:
    """Return how many seconds ago the page of this form was made; None where the form does not truly say so."""
    try:
        opened = _signer().loads(request.form.get(FIELD, ""))
    except BadSignature:
        return None
    return min(_LONGEST_SECONDS, max(0, int(time.time()) - int(opened)))


def _signer() -> URLSafeSerializer:
    keys = [*current_app.config.get("SECRET_KEY_FALLBACKS", ()), current_app.secret_key]
    return URLSafeSerializer(keys, salt="review page opened")
