"""The WSGI entry point of the installed package: `gunicorn -c python:recommender.web.gunicorn_conf recommender.wsgi:app`."""

from recommender.web.app import create_served_app

app = create_served_app()
