"""Signing in to the review room, and out of it."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from recommender.review.accounts import authenticate
from recommender.review.audit import append_account
from recommender.review.keys import audit_key
from recommender.review.second_factor import accept_code, use_recovery_code
from recommender.review.sign_in_tries import SECOND_FACTOR, counter
from recommender.review.tables import Clinician
from recommender.web.core.state import current_state, log
from recommender.web.review.database import answer_while_away, review_session
from recommender.web.review.tries import Try, remember_browser, sign_in_try
from recommender.web.review.visit import (
    await_second_factor,
    awaited,
    begin_visit,
    end_visit,
    protect_forms,
    safe_next,
)

blueprint = Blueprint("sign_in", __name__)
protect_forms(blueprint)
answer_while_away(blueprint)


@blueprint.get("/sign-in")
def show() -> Response:
    """The form."""
    return _form(next_page=request.args.get("next", ""))


@blueprint.post("/sign-in")
def send() -> Response:
    """Sign in, and go on to the page that was wanted, or to the second factor where the account has one."""
    email, next_page = request.form.get("email", "").strip(), request.form.get("next", "")
    tried = sign_in_try(email)
    if (too_soon := tried.begin()) is not None:
        return too_soon
    session = review_session()
    clinician = authenticate(session, email, request.form.get("password", ""))
    session.commit()
    if clinician is None:
        log.warning("sign-in refused")
        return _form(next_page, email, is_wrong=True, status=422)
    tried.forgive()
    if clinician.totp_secret is not None:
        await_second_factor(clinician, next_page)
        return make_response(redirect(url_for("sign_in.ask_code"), 303))
    return _enter(clinician, next_page)


@blueprint.get("/sign-in/code")
def ask_code() -> Response:
    """The form for the code of the second factor, after the password."""
    return _code_form() if awaited() else make_response(redirect(url_for("sign_in.show"), 303))


@blueprint.post("/sign-in/code")
def send_code() -> Response:
    """Take the code of the app, or a recovery code."""
    waiting = awaited()
    if waiting is None:
        return make_response(redirect(url_for("sign_in.show"), 303))
    clinician, next_page = waiting
    tried = Try((counter(SECOND_FACTOR, "second factor", str(clinician.id)),))
    if (too_soon := tried.begin()) is not None:
        return too_soon
    if not _is_right(clinician, request.form.get("code", "")):
        log.warning("second factor refused")
        return _code_form(is_wrong=True, status=422)
    tried.forgive()
    return _enter(clinician, next_page)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Sign out everywhere."""
    end_visit()
    return make_response(redirect(url_for("sign_in.show"), 303))


def _enter(clinician: Clinician, next_page: str) -> Response:
    begin_visit(clinician)
    response = make_response(redirect(safe_next(next_page), 303))
    remember_browser(response, clinician.email)
    return response


def _is_right(clinician: Clinician, code: str) -> bool:
    """Return whether it is a code of now, or a recovery code, which is struck out and written to the audit log."""
    session, key = review_session(), audit_key(current_state().settings)
    secret = unseal(key, clinician.totp_secret or "")
    is_right = secret is not None and accept_code(session, clinician, secret, code)
    if not is_right and use_recovery_code(session, clinician, code):
        append_account(session, key, "use_recovery_code", clinician, is_own=True)
        is_right = True
    session.commit()
    return is_right


def _form(next_page: str, email: str = "", *, is_wrong: bool = False, status: int = 200) -> Response:
    page = render_template(
        "review/sign_in.html",
        next_page=next_page,
        email=email,
        is_wrong=is_wrong,
        has_oidc=current_state().settings.oidc_issuer is not None,
    )
    return make_response(page, status)


def _code_form(*, is_wrong: bool = False, status: int = 200) -> Response:
    return make_response(render_template("review/sign_in_code.html", is_wrong=is_wrong), status)


def seal(key: bytes, secret: str) -> str:
    """Return the secret, sealed with a key derived from that of the record."""
    return _sealer(key).encrypt(secret.encode()).decode()


def unseal(key: bytes, sealed: str) -> str | None:
    """Return the secret, or None if it was not sealed with this key."""
    try:
        return _sealer(key).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def _sealer(key: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factor, version 1").derive(key)
    return Fernet(base64.urlsafe_b64encode(derived))
