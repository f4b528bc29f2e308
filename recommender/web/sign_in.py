"""Signing in to the review room, and out of it."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address

from recommender.review.accounts import authenticate
from recommender.web.database import answer_while_away, review_session
from recommender.web.review_visit import begin_visit, end_visit, protect_forms, safe_next
from recommender.web.site import current_site, log

TRIES_FROM_ONE_ADDRESS = "20 per 10 minutes"
TRIES_FOR_ONE_ACCOUNT_FROM_ONE_ADDRESS = "10 per 10 minutes"
# Much higher, so that nobody can easily keep somebody else out by failing on purpose.
TRIES_FOR_ONE_ACCOUNT = "100 per 10 minutes"
_WAIT_SECONDS = 600

blueprint = Blueprint("sign_in", __name__)
protect_forms(blueprint)
answer_while_away(blueprint)


@blueprint.get("/sign-in")
def show() -> Response:
    """The form."""
    return _form(next_page=request.args.get("next", ""))


@blueprint.post("/sign-in")
def send() -> Response:
    """Sign in, and go on to the page that was wanted."""
    email, next_page = request.form.get("email", "").strip(), request.form.get("next", "")
    session = review_session()
    clinician = authenticate(session, email, request.form.get("password", ""))
    session.commit()
    if clinician is None:
        log.warning("sign-in refused")
        return _form(next_page, email, is_wrong=True, status=422)
    begin_visit(clinician)
    return make_response(redirect(safe_next(next_page), 303))


@blueprint.post("/sign-out")
def leave() -> Response:
    """Sign out everywhere."""
    end_visit()
    return make_response(redirect(url_for("sign_in.show"), 303))


@blueprint.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> Response:
    """Say that it was too often, whether or not the account exists."""
    response = make_response(render_template("review/sign_in_too_often.html"), 429)
    response.headers["Retry-After"] = str(_WAIT_SECONDS)
    return response


def _form(next_page: str, email: str = "", *, is_wrong: bool = False, status: int = 200) -> Response:
    page = render_template(
        "review/sign_in.html",
        next_page=next_page,
        email=email,
        is_wrong=is_wrong,
        has_oidc=current_site().settings.oidc_issuer is not None,
    )
    return make_response(page, status)


def _account() -> str:
    """Return the account that is tried, as a digest: the counting store needs no addresses of people."""
    return hashlib.sha256(request.form.get("email", "").strip().casefold().encode()).hexdigest()


def _account_from_address() -> str:
    return f"{_account()} {get_remote_address()}"


def has_failed(response: Response) -> bool:
    return response.status_code == 422


# Only tries that failed are counted.
LIMITS = (
    (TRIES_FROM_ONE_ADDRESS, get_remote_address),
    (TRIES_FOR_ONE_ACCOUNT_FROM_ONE_ADDRESS, _account_from_address),
    (TRIES_FOR_ONE_ACCOUNT, _account),
)
