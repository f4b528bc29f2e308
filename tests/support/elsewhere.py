"""A site of somebody else, with the embedded questionnaire on its pages and a policy of its own that is as strict as can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, request

# Nothing may run or be asked but from our site; no style but a file of its own; and no text may become HTML.
POLICY = (
    "default-src 'none'; script-src {site}; connect-src {site}; img-src {site}; frame-src {site}; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A clinic</title>{style}<script src="{site}/embed.js" defer></script>
<main><h1>A clinic</h1><back-routine {attributes}></back-routine></main></html>"""
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A clinic</title>
<main><h1>A clinic</h1><iframe id="site" title="Your back" src="{site}/embed?{attributes}" width="360" height="700"></iframe></main></html>"""
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "integrate" / "embed.html"
STYLE = "back-routine { --back-routine-accent: rgb(80, 0, 120); --back-routine-background: rgb(250, 250, 240); }"


@dataclass
class Elsewhere:
    """The other site. ``allowed`` is our address that its pages are made for; set before they are asked for."""

    site: str = ""
    app: Flask = field(default_factory=lambda: Flask("elsewhere"))

    def __post_init__(self) -> None:
        self.app.add_url_rule("/embedded", "embedded", lambda: self._page(PAGE))
        self.app.add_url_rule("/framed", "framed", lambda: self._page(FRAME))
        self.app.add_url_rule("/example", "example", self._example)
        self.app.add_url_rule("/own.css", "style", lambda: Response(STYLE, mimetype="text/css"))
        self.app.add_url_rule("/favicon.ico", "icon", lambda: Response(status=204))

    def _example(self) -> Response:
        """Return the page that stands in the documents, with our address in the place of the one in it."""
        page = EXAMPLE.read_text(encoding="utf-8").replace("https://back.example.org", self.site)
        return Response(page, mimetype="text/html")

    def _page(self, template: str) -> Response:
        """Return a page with the attributes that stand in its own address."""
        joined = "&" if template is FRAME else " "
        given = {name: value for name, value in request.args.items() if name not in ("styled", "site")}
        site = request.args.get("site", self.site)
        attributes = joined.join(f"{name}={value}" for name, value in given.items())
        style = '<link rel="stylesheet" href="/own.css">' if "styled" in request.args else ""
        page = template.format(site=site, attributes=attributes, style=style)
        return Response(page, headers={"Content-Security-Policy": POLICY.format(site=site)}, mimetype="text/html")
