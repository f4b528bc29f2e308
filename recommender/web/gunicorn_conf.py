"""How gunicorn serves the site: `recommender serve` and `gunicorn wsgi:app` both use this.

Every worker is a copy of one loaded, self-tested process, so they share the key of the answers cookie.
"""

from __future__ import annotations

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("THREADS", "4"))
worker_class = "gthread"
preload_app = True
timeout = 30
graceful_timeout = 20
keepalive = 5
control_socket_disable = True  # nothing here is steered from outside
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# The path without its query, no address of the person, no referrer.
accesslog = "-"
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
