"""Who is signed in to the review room, and for how long: sessions, their ends, and the protection of every form.

A page that says how long it was open carries the time that it was made, signed, so that it is true.
"""

from __future__ import annotations

import secrets
import time

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadSignature, URLSafeSerializer

from recommender.review.accounts import clinician_by_id
from recommender.review.tables import Clinician, Role
from recommender.settings import Settings
from recommender.web.core.cookie_store import cookie_name, cookie_path
from recommender.web.review.database import review_session

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 60 * 60
SECOND_FACTOR_SECONDS = 5 * 60
_AWAITED = "awaited"
_BEGUN, _SEEN = "begun_at", "seen_at"
_ROOMS = ("/review", "/rules")

# The field of a form that says when its page was made, and the longest that is told.
_OPENED, _LONGEST_OPEN = "opened", 24 * 60 * 60

_csrf = CSRFProtect()


class Visitor:
    """A clinician as Flask-Login knows one. The id names the session's version, so that raising it ends the session."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, clinician: Clinician) -> None:
        self.clinician = clinician

    def get_id(self) -> str:
        """Return what the session keeps: the account and the version of its sessions."""
        return f"{self.clinician.id}:{self.clinician.session_version}"


class _Sessions(SecureCookieSessionInterface):
    """Sessions in a cookie that has its name and its path as all others have."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(self._settings, "review")

    def get_cookie_path(self, app: Flask) -> str:
        return cookie_path(self._settings)


def install_visits(app: Flask, settings: Settings) -> None:
    """Set up signed session cookies. They are sent to the review room's visitors only; other pages never read them."""
    app.secret_key = _session_key(settings.secret_key)
    app.config.update(
        SECRET_KEY_FALLBACKS=[_session_key(secret) for secret in settings.secret_key_fallbacks or ()],
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # the questionnaire has its own protection, and no session
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
    )
    app.session_interface = _Sessions(settings)
    _csrf.init_app(app)
    manager = LoginManager()
    manager.session_protection = None
    # Not init_app: it would read the session after every response, also of files and probes, which then vary by cookie.
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.user_loader(_load)


def require_visit(blueprint: Blueprint) -> None:
    """Let only people who are signed in into the pages of a blueprint."""
    blueprint.before_request(_refuse_strangers)


def protect_forms(blueprint: Blueprint) -> None:
    """Refuse every form of a blueprint that was not made for this session."""
    blueprint.before_request(_csrf.protect)
    blueprint.register_error_handler(CSRFError, _too_old)


def begin_visit(clinician: Clinician) -> None:
    """Start a new session for the clinician. Nothing of the one before is kept, so none can be planted."""
    session.clear()
    login_user(Visitor(clinician))
    session[_BEGUN] = session[_SEEN] = int(time.time())


def await_second_factor(clinician: Clinician, next_page: str) -> None:
    """Remember in a new session that the password was right. It opens no page but that of the code."""
    session.clear()
    session[_AWAITED] = [clinician.id, clinician.session_version, next_page, int(time.time())]


def awaited() -> tuple[Clinician, str] | None:
    """Return whose second factor is waited for, and the page that was wanted; None if nobody's, or too late."""
    clinician_id, version, next_page, begun = session.get(_AWAITED) or (0, 0, "", 0)
    if not clinician_id or time.time() - begun >= SECOND_FACTOR_SECONDS:
        return None
    clinician = clinician_by_id(review_session(), clinician_id, version)
    return None if clinician is None else (clinician, next_page)


def end_visit() -> None:
    """End the session, and every other one of this clinician, so that a copied cookie is worth nothing either."""
    try:
        if current_user.is_authenticated:
            current_user.clinician.session_version += 1
            review_session().commit()
            logout_user()
    finally:
        session.clear()


def visitor() -> Clinician:
    """Return who is signed in. Only where ``require_visit`` holds."""
    clinician: Clinician = current_user.clinician
    return clinician


def may_review(clinician: Clinician) -> bool:
    """Return whether the role allows verdicts."""
    return clinician.role is not Role.READER


def may_release(clinician: Clinician) -> bool:
    """Return whether the role allows the approval of a release."""
    return clinician.role is Role.LEAD


def safe_next(address: str | None) -> str:
    """Return the page of ours that somebody wanted before signing in, or the review room's first page."""
    wanted = address or ""
    rooms = tuple(f"{request.root_path}{room}" for room in _ROOMS)
    is_ours = wanted.partition("?")[0].startswith(rooms) and not set(wanted) & set("\\\r\n\t")
    return wanted if is_ours else url_for("review.overview")


def opened_now() -> str:
    """Return this moment, signed, for a field of the page that is made now."""
    signed: str | bytes = _page_signer().dumps(int(time.time()))
    return str(signed)


def seconds_open() -> int | None:
    """Return how many seconds ago the page of this form was made; None where the form does not truly say so."""
    try:
        opened = _page_signer().loads(request.form.get(_OPENED, ""))
    except BadSignature:
        return None
    return min(_LONGEST_OPEN, max(0, int(time.time()) - int(opened)))


def _load(visitor_id: str) -> Visitor | None:
    now = int(time.time())
    if now - session.get(_BEGUN, 0) >= LONGEST_SECONDS or now - session.get(_SEEN, 0) >= IDLE_SECONDS:
        session.clear()
        return None
    clinician_id, _, version = visitor_id.partition(":")
    clinician = clinician_by_id(review_session(), int(clinician_id), int(version))
    if clinician is None:
        session.clear()
        return None
    session[_SEEN] = now
    return Visitor(clinician)


def _refuse_strangers() -> Response | None:
    if current_user.is_authenticated:
        return None
    if request.method == "POST":
        return _not_taken(403, "signed_out")
    return make_response(redirect(url_for("sign_in.show", next=request.root_path + request.full_path.rstrip("?")), 303))


def _too_old(error: CSRFError) -> Response:
    return _not_taken(400, "too_old")


def _not_taken(status: int, why: str) -> Response:
    """Return a page that says why a form was not taken, with the words that were typed in it."""
    page = render_template("review/not_taken.html", why=why, typed=request.form.get("text", ""))
    return make_response(page, status)


def _session_key(secret: str | None) -> bytes:
    """Return the key that signs sessions: from the setting, or made anew, so that a restart ends every session."""
    material = secret.encode() if secret else secrets.token_bytes(32)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"review session, version 1").derive(material)


def _page_signer() -> URLSafeSerializer:
    keys = [*current_app.config.get("SECRET_KEY_FALLBACKS", ()), current_app.secret_key]
    return URLSafeSerializer(keys, salt="review page opened")
