"""How gunicorn serves the site: `recommender serve` and `gunicorn wsgi:app` both use this.

Every worker is a copy of one loaded, self-tested process, so they share the key of the answers cookie.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

from recommender.errors import COULD_NOT_RUN, SettingsError, tell
from recommender.loaders.checked_settings import settings_at_start
from recommender.web.gunicorn_worker import BufferingWorker, ServiceLog
from recommender.web.telemetry.shared_folder import open_shared_folder, remove_shared_folder

try:
    _settings = settings_at_start()
except SettingsError as error:
    tell(error)
    sys.exit(COULD_NOT_RUN)


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_NOT_SECURE = (
    "The site can be reached from other machines and SECURE_COOKIES is 0. Put HTTPS in front and set it to 1, or answers "
    "travel in the open."
)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


bind = [_address(_settings.host, _settings.port)]
if _settings.metrics_port is not None:
    bind.append(_address(_settings.metrics_host, _settings.metrics_port))
    open_shared_folder()
workers = _settings.web_concurrency
threads = _settings.threads
worker_class = BufferingWorker
logger_class = ServiceLog
preload_app = True
timeout = 30
graceful_timeout = 20
keepalive = 5
control_socket_disable = True  # nothing here is steered from outside
forwarded_allow_ips = ""  # TRUSTED_PROXIES says whom to believe, in the application
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
loglevel = _settings.log_level


def on_starting(arbiter: Any) -> None:
    """Warn where answers could travel in the open."""
    bound = {address[0] for address in arbiter.cfg.address if isinstance(address, tuple)}
    if bound - _LOOPBACK - {_settings.metrics_host} and not _settings.secure_cookies:
        arbiter.log.warning(_NOT_SECURE)


def when_ready(arbiter: Any) -> None:
    """Leave what is loaded out of collections, before there are workers.

    It is never garbage, and to walk all of it takes a tenth of a second, in the middle of somebody's answer. Untouched,
    it also stays shared between the workers.
    """
    gc.collect()
    gc.freeze()


def on_exit(arbiter: Any) -> None:
    """The figures end with the service."""
    remove_shared_folder()


def on_reload(arbiter: Any) -> None:
    """On SIGHUP the master takes the new rule set, if it is sound; the workers that it then starts are copies of it."""
    from recommender.web.reloading import reload_content  # here: this file is read before there is an application

    reload_content(arbiter.app.wsgi())
    gc.unfreeze()  # what was served before may go
    when_ready(arbiter)
