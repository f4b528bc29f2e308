"""Single sign-on for clinicians with OpenID Connect, where the settings name a provider. Needs the extra [oidc].

The provider says who somebody is; whether they may enter is for `recommender clinician add` to say.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
)

from recommender.errors import RecommenderError
from recommender.review.accounts import clinician_by_oidc
from recommender.review.errors import ReviewRefused
from recommender.review.keys import audit_key
from recommender.settings import Settings
from recommender.web.core.state import current_state, log, log_place, site_address
from recommender.web.review.database import review_session
from recommender.web.review.sign_in import blueprint
from recommender.web.review.visit import begin_visit, safe_next

_EXTENSION = "oidc"
_NEXT = "next_page"
_SECONDS = 10


def install_oidc(app: Flask, settings: Settings) -> None:
    """Register the provider. Nothing is asked of it before somebody signs in, so it may be away at the start.

    Raises:
        RecommenderError: the extra is not installed.
    """
    if settings.oidc_issuer is None:
        return
    try:
        from authlib.integrations.flask_client import OAuth
    except ImportError as error:
        raise RecommenderError("OIDC_ISSUER needs the extra [oidc]. Install it, or unset OIDC_ISSUER.") from error
    app.extensions[_EXTENSION] = OAuth(app).register(
        "clinicians",
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": _SECONDS},
    )


@blueprint.get("/sign-in/oidc")
def go_to_provider() -> Response:
    """Off to the provider."""
    provider = _provider()
    try:
        session[_NEXT] = safe_next(request.args.get("next"))
        return make_response(provider.authorize_redirect(_way_back()))
    except Exception as error:  # whatever the provider or the network did
        log_place(error)
        return _refused("away", 503)


@blueprint.get("/sign-in/oidc/callback")
def come_back() -> Response:
    """Back from the provider: sign in whoever has an account."""
    provider = _provider()
    try:
        claims = _claims(provider)
    except Exception as error:  # forged, replayed, refused, or a provider that is away: none of them signs anybody in
        log_place(error)
        return _refused("failed", 403)
    email = claims.get("email") if claims.get("email_verified") is True else None
    database = review_session()
    key = audit_key(current_state().settings)
    try:
        clinician = clinician_by_oidc(database, key, f"{claims['iss']} {claims['sub']}", str(email or ""))
    except ReviewRefused as error:
        log_place(error)
        return _refused("failed", 403)
    database.commit()
    if clinician is None:
        log.warning("single sign-on of somebody without an account")
        return _refused("unknown", 403)
    next_page = session.get(_NEXT)
    begin_visit(clinician)
    return make_response(redirect(safe_next(next_page), 303))


def _way_back() -> str:
    """Return where the provider sends people: as the settings say, for a request names whatever host it likes."""
    address = site_address("sign_in.come_back")
    assert address is not None, "read_settings asks for SITE_URL"
    return address


def _provider() -> Any:
    if _EXTENSION not in current_app.extensions:
        abort(404)
    return current_app.extensions[_EXTENSION]


def _claims(provider: Any) -> dict[str, Any]:
    """Return what the signed token says: of the provider that the settings name, for us, for this session.

    Raises:
        Exception: of many kinds; any of them means that the token cannot be trusted.
    """
    claims: dict[str, Any] = provider.authorize_access_token()["userinfo"]
    issuer = str(current_state().settings.oidc_issuer)
    if str(claims["iss"]).rstrip("/") != issuer.rstrip("/"):
        raise RecommenderError("the token is of another issuer")
    return claims


def _refused(why: str, status: int) -> Response:
    return make_response(render_template("review/oidc_refused.html", why=why), status)
