"""What clinicians do with their own account: another password, and a second factor."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, redirect, render_template, request, session, url_for

from recommender.review import second_factor
from recommender.review.accounts import change_password, require_password
from recommender.review.audit import append_account
from recommender.review.errors import ReviewRefused, WrongPassword
from recommender.review.sign_in_tries import OWN_PASSWORD, counter
from recommender.web.review.approval import key
from recommender.web.review.database import review_session
from recommender.web.review.sign_in import seal
from recommender.web.review.tries import Try
from recommender.web.review.views import blueprint
from recommender.web.review.visit import begin_visit, visitor

_NEW_SECRET = "new_secret"
_DONE = {
    "password": "Your password is changed. Sessions elsewhere have ended.",
    "off": "The second factor is off.",
    "notices": "It is kept how you are told.",
}


@blueprint.get("/review/account")
def account() -> str:
    """The own account."""
    return _page()


@blueprint.post("/review/account/password")
def send_password() -> Response:
    """Set another password."""

    def change() -> None:
        if request.form.get("new", "") != request.form.get("again", ""):
            raise ReviewRefused("The two new passwords differ.")
        change_password(review_session(), visitor(), request.form.get("current", ""), request.form.get("new", ""))

    return _do("change_password", change) or _back("password")


@blueprint.post("/review/account/second-factor/begin")
def begin_second_factor() -> Response:
    """Make a secret for the app. It counts only once a code has shown that the app has it."""
    session[_NEW_SECRET] = second_factor.new_secret()
    return make_response(redirect(url_for("review.account"), 303))


@blueprint.post("/review/account/second-factor/on")
def turn_on_second_factor() -> Response:
    """Turn it on with the first code, and show the recovery codes once."""
    codes: list[str] = []

    def turn_on() -> None:
        _require_password()
        secret = session.get(_NEW_SECRET, "")
        step = second_factor.step_of(secret, request.form.get("code", "")) if secret else None
        if step is None:
            raise ReviewRefused("That is not the code that the app shows now.")
        codes.extend(second_factor.turn_on(review_session(), visitor(), seal(key(), secret), step))

    return _do("turn_on_second_factor", turn_on) or _codes_page(codes)


@blueprint.post("/review/account/second-factor/codes")
def renew_recovery_codes() -> Response:
    """Make new recovery codes in the place of the old ones, and show them once."""
    codes: list[str] = []

    def renew() -> None:
        _require_password()
        if visitor().totp_secret is None:
            raise ReviewRefused("There is no second factor.")
        codes.extend(second_factor.renew_recovery_codes(review_session(), visitor()))

    return _do("renew_recovery_codes", renew) or _codes_page(codes)


@blueprint.post("/review/account/second-factor/off")
def turn_off_second_factor() -> Response:
    """Turn it off."""

    def turn_off() -> None:
        _require_password()
        second_factor.turn_off(review_session(), visitor())

    return _do("turn_off_second_factor", turn_off) or _back("off")


def _do(action: str, act: Callable[[], None]) -> Response | None:
    """Do it, write it to the audit log and begin the session anew. Return the page that says why, if it was refused.

    The sessions of this account elsewhere end, so that whoever copied a cookie is out.
    """
    database, me = review_session(), visitor()
    tried = Try((), (counter(OWN_PASSWORD, "own password", str(me.id)),))
    if (too_soon := tried.begin()) is not None:
        return too_soon
    version = me.session_version
    try:
        act()
        me.session_version = version + 1
        append_account(database, key(), action, me, is_own=True)
        database.commit()
    except ReviewRefused as error:
        database.rollback()
        if not isinstance(error, WrongPassword):
            tried.forgive()
        return make_response(_page(str(error)), 422)
    tried.forgive()
    begin_visit(me)
    return None


def _require_password() -> None:
    require_password(review_session(), visitor(), request.form.get("current", ""))


def _page(error: str | None = None) -> str:
    me, secret = visitor(), session.get(_NEW_SECRET)
    return render_template(
        "review/account.html",
        me=me,
        secret=secret,
        app_address=second_factor.address_for_app(secret, me.email, "Review room") if secret else None,
        codes_left=len(me.recovery_codes or ()),
        error=error,
        notice=_DONE.get(request.args.get("done", "")),
    )


def _codes_page(codes: list[str]) -> Response:
    return make_response(render_template("review/recovery_codes.html", me=visitor(), codes=codes))


def _back(done: str) -> Response:
    return make_response(redirect(url_for("review.account", done=done), 303))
