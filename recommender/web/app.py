"""Put the application together."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from flask import Flask
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader

from recommender import __version__
from recommender.errors import COULD_NOT_RUN, RecommenderError, tell
from recommender.loaders.checked_settings import load_settings
from recommender.presentation.recommendation import regions_shown
from recommender.review.api_keys import Scope
from recommender.review.keys import kept_key
from recommender.review.mail import Mailer
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.api import check_in_views as api_check_ins
from recommender.web.api import content_views as api_content
from recommender.web.api import docs_views as api_docs
from recommender.web.api import next_views as api_next
from recommender.web.api import views as api
from recommender.web.api.json_replies import JsonReplies
from recommender.web.api.limits import PAGES, RECOMMENDATIONS, limit_calls
from recommender.web.core import compression, edge, health, pictures, security, static_files
from recommender.web.core import errors as problems
from recommender.web.core.cookie_store import cookie_names, cookie_path
from recommender.web.core.day import zone_cookie
from recommender.web.core.filters import date_locale, install_filters
from recommender.web.core.language import address_in, current_language, install_languages, is_english_only
from recommender.web.core.limits import install_limits
from recommender.web.core.state import AppState, current_state, keep_state, kept_state
from recommender.web.embed import views as embed
from recommender.web.hurts import plan_views as plan_hurts
from recommender.web.hurts import result_views as hurts
from recommender.web.keys.guard import current_grant, guard_calls
from recommender.web.keys.key_ring import KeyRing
from recommender.web.lab import views as lab
from recommender.web.link import views as links
from recommender.web.link.handout import install_handouts
from recommender.web.link.link_store import SESSION, install_links
from recommender.web.offline import installed
from recommender.web.offline import views as offline
from recommender.web.plan import check_in_views as check_ins
from recommender.web.plan import stop_views as stops
from recommender.web.plan import views as plan
from recommender.web.plan.plan_store import PLAN, STOP, install_plans
from recommender.web.plan.stop_guard import guard_stops
from recommender.web.proposals import edits as proposed_edits
from recommender.web.proposals import room as proposals
from recommender.web.proposals import views as proposal_views
from recommender.web.questionnaire import views as questions
from recommender.web.questionnaire.answer_store import ANSWERS, install_answers
from recommender.web.result import edit_views as changes
from recommender.web.result import views as result
from recommender.web.result.edit_store import install_edits
from recommender.web.review import account_views as account
from recommender.web.review import form_views as review
from recommender.web.review import sign_in, signed_book
from recommender.web.review.approval import ContentApproval, install_approval
from recommender.web.review.database import MAILER, install_database
from recommender.web.review.oidc import install_oidc
from recommender.web.review.views import release_changes
from recommender.web.review.visit import install_visits
from recommender.web.rulebook import views as rulebook
from recommender.web.site import country_views as country
from recommender.web.site import exercise_views as exercises
from recommender.web.site import styleguide
from recommender.web.site import views as pages
from recommender.web.site.country import chosen_country
from recommender.web.startup import about, open_state
from recommender.web.telemetry.logs import event_logger, install_logging, is_installed
from recommender.web.telemetry.metrics import Metrics, ServiceHealth, install_metrics
from recommender.web.telemetry.request_log import install_request_log
from recommender.web.work import feed_views as feed
from recommender.web.work import room as work
from recommender.web.work import views as work_views

KEY_FILE = "secret.key"
_events = event_logger(__name__)
# The calls that a key may be asked for.
SCOPES = {
    api.blueprint.name: Scope.RECOMMENDATIONS,
    api_check_ins.blueprint.name: Scope.CHECK_INS,
    api_next.blueprint.name: Scope.NEXT,
}
BLUEPRINTS = (
    pages.blueprint,
    country.blueprint,
    questions.blueprint,
    result.blueprint,
    changes.blueprint,
    hurts.blueprint,
    plan.blueprint,
    plan_hurts.blueprint,
    stops.blueprint,
    check_ins.blueprint,
    links.blueprint,
    offline.blueprint,
    installed.blueprint,
    exercises.blueprint,
    lab.blueprint,
    api.blueprint,
    api_check_ins.blueprint,
    api_next.blueprint,
    api_docs.blueprint,
    api_content.blueprint,
    embed.blueprint,
    sign_in.blueprint,
    *{views.blueprint for views in (account, review, signed_book)},  # one room, in three modules
    *{views.blueprint for views in (work, work_views)},  # one blueprint, with the pages that are put into it
    feed.blueprint,
    *{views.blueprint for views in (proposals, proposed_edits, proposal_views)},
    release_changes,
    rulebook.blueprint,
    health.blueprint,
    pictures.blueprint,
)


def create_app(settings: Settings | None = None, recommender: Recommender | None = None) -> Flask:
    """Return the application.

    Broken content does not stop it: it then answers 503 everywhere but on /healthz, and /readyz says why. Under
    gunicorn call it before the fork, so that workers share the key of the answers cookie.

    Raises:
        RecommenderError: a setting cannot be used.
    """
    settings = settings or load_settings()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.json = JsonReplies(app)
    edge.install_edge(app, settings.trusted_proxies)
    database = install_database(app, settings)
    approval = ContentApproval(settings, database, lambda: kept_state(app.extensions).languages)
    state = open_state(settings, recommender, approval.is_given)
    kept = replace(state, record_faults=approval.faults, country=chosen_country)
    kept = replace(kept, translation_approval=approval.is_translation_given, settled=approval.settled)
    keep_state(app.extensions, kept)
    install_approval(app.extensions, approval)
    app.extensions[MAILER] = Mailer(settings)
    _install_what_people_keep(app, settings)
    limiter = install_limits(app, settings)
    lab.limit_cases(app, limiter)
    proposals.limit_forms(app, limiter)
    counted = {RECOMMENDATIONS: (api.blueprint, api_check_ins.blueprint), PAGES: (api_next.blueprint,)}
    limit_calls(app, limiter, counted, settings.recommendations_a_minute, current_grant)
    guard_calls(app, KeyRing(settings, database), settings.api_keys, SCOPES)
    install_oidc(app, settings)
    _prepare_templates(app)
    install_languages(app)
    compression.compress(app)
    _install_security(app, settings)
    guard_stops(app)
    problems.handle_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.development:
        app.register_blueprint(styleguide.blueprint)
    _install_telemetry(app, settings)
    _tell_of_the_start(state)
    return app


def _install_what_people_keep(app: Flask, settings: Settings) -> None:
    install_visits(app, settings)
    install_answers(app, settings)
    install_edits(app, settings)
    install_plans(app, settings)
    install_links(app, settings)
    install_handouts(app)


def _install_security(app: Flask, settings: Settings) -> None:
    static_files.install_static_files(app, security.HEADERS)
    own = (name for kind in (ANSWERS, PLAN, STOP, SESSION) for name in cookie_names(settings, kind))
    security.secure(app, own, settings.hsts_days, settings.frame_ancestors)
    security.allow_origins(app, settings.cors_origins)


def _install_telemetry(app: Flask, settings: Settings) -> None:
    """Log each request, and count it where figures are asked for."""
    metrics = None if settings.metrics_port is None else Metrics()
    trusts_ids = settings.trusted_proxies > 0
    install_request_log(app, lambda: kept_state(app.extensions).short_hash, trusts_ids, metrics)
    if metrics is not None and settings.metrics_port is not None:
        app.extensions["metrics"] = metrics
        install_metrics(app, metrics, settings.metrics_port, lambda: _health(kept_state(app.extensions)))


def _health(state: AppState) -> ServiceHealth:
    return ServiceHealth(is_ready=not health.why_not_ready(state), passed_self_test=state.is_sound, **about(state))


def create_served_app() -> Flask:
    """Return the application of this process's environment. What keeps it from starting is told in plain lines.

    Where no secret is set one is made once, in DATA_DIR: every process finds it there, and so does the next start.

    Raises:
        SystemExit: with status 2, after those lines.
    """
    try:
        settings = load_settings()
        if not is_installed():  # gunicorn has its own way to the same lines
            install_logging(settings.log_format, settings.log_level)
        if settings.secret_key is None:
            settings = replace(settings, secret_key=kept_key(settings.data_dir / KEY_FILE, "SECRET_KEY").decode())
        return create_app(settings)
    except RecommenderError as error:
        tell(error)
        sys.exit(COULD_NOT_RUN)


def _tell_of_the_start(state: AppState) -> None:
    told = {"software": __version__, **about(state), "languages": list(state.languages)}
    if state.is_sound:
        _events.info("The service is loaded and tested.", **told)
    else:
        _events.error("The service is loaded, and not ready.", **told, reasons=state.faults)


def _prepare_templates(app: Flask) -> None:
    own = app.jinja_loader
    assert own is not None
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_env.loader = ChoiceLoader([own, components])
    app.jinja_env.undefined = ChainableUndefined  # the components read parameters that are not given
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["figure_of"] = pictures.figure_of
    install_filters(app.jinja_env, lambda: date_locale(current_language().code, current_state().settings.region))

    @app.context_processor
    def about_this_site() -> dict[str, Any]:
        state = current_state()
        language = current_language()
        localised = state.localised_by_code.get(language.code)
        content = localised.content if localised else None
        region = content.catalogue.every_region.get(state.region or "") if content else None
        return {
            "asset": static_files.asset,
            "site_name": state.settings.site_name,
            "content": content,
            "is_approved": state.is_approved,
            "region": region,
            "regions": regions_shown(content.catalogue, state.region) if content else (),
            "language": language,
            "is_checked": state.is_checked(language),
            "languages": {} if is_english_only() else state.offered,
            "is_review_room": is_english_only(),
            "address_in": address_in,
            "zone_cookie": zone_cookie,
            "cookie_path": cookie_path(state.settings),
        }
