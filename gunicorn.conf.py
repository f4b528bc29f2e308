"""`gunicorn wsgi:app` finds this file; the settings live in the package, shared with `recommender serve`."""

from recommender.web.gunicorn_conf import *  # noqa: F403
