"""The WSGI entry point: `gunicorn wsgi:app`."""

from recommender.web.app import create_app

app = create_app()
