"""The WSGI entry point of a checkout: `gunicorn wsgi:app`. That of the installed package is `recommender.wsgi:app`."""

from recommender.web.app import create_served_app

app = create_served_app()
