"""The page on which somebody says which country they are in."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from recommender.web.core.language import localised_content
from recommender.web.site.country import chosen_country, keep_country, offered_country

# The fields of the form: the country, "" for none, and the page of ours to go back to.
COUNTRY, BACK = "country", "back"

blueprint = Blueprint("country", __name__)


@blueprint.get("/country")
def show() -> Response:
    """Every country whose numbers are known, the one that the browser hints at first, and another."""
    catalogue = localised_content().content.catalogue
    offered = offered_country(catalogue)
    countries = sorted(catalogue.every_region.values(), key=lambda region: region != offered)
    body = render_template(
        "site/country.html",
        countries=countries,
        offered=offered,
        chosen=chosen_country(),
        back=_page_of_ours(request.args.get(BACK)),
    )
    return make_response(body)


@blueprint.post("/country")
def choose() -> Response:
    """Keep the country, or forget it, and go back to the page that somebody came from."""
    country = request.form.get(COUNTRY, "")
    if country and country not in localised_content().content.catalogue.every_region:
        abort(400)
    response = make_response(redirect(_page_of_ours(request.form.get(BACK)), 303))
    keep_country(response, country or None)
    return response


def _page_of_ours(address: str | None) -> str:
    """Return the address of a page of this site, the first one where it is none: nobody is led elsewhere from here."""
    wanted = address or ""
    root = f"{request.root_path}/"
    is_ours = wanted.startswith(root) and not wanted.startswith("//") and not set(wanted) & set("\\\r\n\t")
    return wanted if is_ours else url_for("pages.start")
