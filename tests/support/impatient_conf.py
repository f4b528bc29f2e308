"""The configuration of the service with much shorter deadlines."""

from recommender.web import gunicorn_worker
from recommender.web.gunicorn_conf import *  # noqa: F403

workers = 1
gunicorn_worker.FIRST_BYTE_SECONDS = gunicorn_worker.HEAD_SECONDS = gunicorn_worker.BODY_SECONDS = 0.3
gunicorn_worker.REQUEST_SECONDS = 1.0
gunicorn_worker.LINGER_SECONDS = 0.3
