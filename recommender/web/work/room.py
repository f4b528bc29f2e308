"""The part of the review room that is about the work of review: who does what, and how they are told."""

from __future__ import annotations

from flask import Blueprint

from recommender.web.review.database import answer_while_away
from recommender.web.review.visit import protect_forms, require_visit

blueprint = Blueprint("work", __name__)
require_visit(blueprint)
protect_forms(blueprint)
answer_while_away(blueprint)
