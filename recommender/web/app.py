"""Put the application together."""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader

from recommender.presenter import regions_shown
from recommender.service import Recommender
from recommender.settings import Settings, read_settings
from recommender.web import (
    api,
    api_check_ins,
    api_content,
    changes,
    check_ins,
    compression,
    exercises,
    health,
    lab,
    pages,
    plan,
    problems,
    questions,
    result,
    review_forms,
    rulebook,
    security,
    sign_in,
    static_files,
    styleguide,
)
from recommender.web.approval import Approval, install_approval
from recommender.web.database import install_database
from recommender.web.language import address_in, current_language, install_languages, is_english_only
from recommender.web.limits import install_limits
from recommender.web.oidc import install_oidc
from recommender.web.plan_cookie import install_plans
from recommender.web.review_visit import install_visits
from recommender.web.site import current_site, keep_site, open_site
from recommender.web.words import install_words

BLUEPRINTS = (
    pages.blueprint,
    questions.blueprint,
    result.blueprint,
    changes.blueprint,
    plan.blueprint,
    check_ins.blueprint,
    exercises.blueprint,
    lab.blueprint,
    api.blueprint,
    api_check_ins.blueprint,
    api_content.blueprint,
    sign_in.blueprint,
    review_forms.blueprint,
    rulebook.blueprint,
    health.blueprint,
    static_files.blueprint,
)


def create_app(settings: Settings | None = None, recommender: Recommender | None = None) -> Flask:
    """Return the application.

    Broken content does not stop it: it then answers 503 everywhere but on /healthz, and /readyz says why. Under
    gunicorn call it before the fork, so that workers share the key of the answers cookie.

    Raises:
        RecommenderError: a setting cannot be used.
    """
    settings = settings or read_settings()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    approval = Approval(settings)
    keep_site(app.extensions, open_site(settings, recommender, approval.is_given))
    install_approval(app.extensions, approval)
    install_database(app, settings)
    install_visits(app, settings)
    install_plans(app, settings)
    install_limits(app, settings)
    install_oidc(app, settings)
    _prepare_templates(app)
    install_languages(app)
    compression.compress(app)
    security.secure(app)
    problems.handle_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.development:
        app.register_blueprint(styleguide.blueprint)
    return app


def _prepare_templates(app: Flask) -> None:
    own = app.jinja_loader
    assert own is not None
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_env.loader = ChoiceLoader([own, components])
    app.jinja_env.undefined = ChainableUndefined  # the components read parameters that are not given
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    install_words(app.jinja_env)

    @app.context_processor
    def about_this_site() -> dict[str, Any]:
        site = current_site()
        language = current_language()
        edition = site.editions.get(language.code)
        content = edition.content if edition else None
        region = content.catalogue.regions.get(site.settings.region or "") if content else None
        return {
            "asset": static_files.asset,
            "content": content,
            "is_approved": site.is_approved,
            "region": region,
            "regions": regions_shown(content.catalogue, site.settings.region) if content else (),
            "language": language,
            "languages": {} if is_english_only() else site.languages,
            "is_review_room": is_english_only(),
            "address_in": address_in,
        }
