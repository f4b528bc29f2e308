"""The configuration of the service with shorter deadlines for what hangs, so that a test need not wait for minutes."""

from recommender.engine import turns
from recommender.web.gunicorn_conf import *  # noqa: F403

turns.LONGEST_SECONDS = 3.0
timeout = 10
