"""How a reply becomes JSON: by compiled code, for a routine with all its reasons has some 60 kB of it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.json.provider import DefaultJSONProvider
from msgspec.json import Encoder

encoded = Encoder(enc_hook=DefaultJSONProvider.default).encode
"""Return plain data as JSON, in UTF-8."""


class JsonReplies(DefaultJSONProvider):
    """Writes what ``jsonify`` is given, each member where it was put. Templates write JSON as Flask does."""

    sort_keys = False

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return the data as a reply."""
        return Response(encoded(self._prepare_response_obj(args, kwargs)), mimetype=self.mimetype)
