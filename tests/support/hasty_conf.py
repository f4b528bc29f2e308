"""The configuration of the service, with a worker that is told to stop before it has begun."""

import os
import signal
from typing import Any

from recommender.web.gunicorn_conf import *  # noqa: F403

workers = 1


def post_worker_init(worker: Any) -> None:
    """Tell it so. gunicorn calls this just before the worker begins."""
    os.kill(os.getpid(), signal.SIGTERM)
