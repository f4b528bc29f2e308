"""A journey by the client that openapi-python-client makes: `python walk.py SITE`, with a whole sheet as JSON on standard input.

It prints what the person is told: the level, and the moves of the routine where there is one. A key goes in as `KEY`, where the
service looks at keys; where it looks at none, the client wants some word all the same.
"""

import json
import os
import sys
from typing import Any

from back_routine_client import AuthenticatedClient
from back_routine_client.api.content import get_questionnaire, get_rule
from back_routine_client.api.questions_and_routines import next_page, recommend
from back_routine_client.models import (
    FirstAnswers,
    Next,
    NextRequest,
    OneRule,
    Questionnaire,
    Recommendation,
    RecommendationRequest,
    Routine,
)


def walk(client: AuthenticatedClient, sheet: dict[str, Any]) -> Next:
    """Answer page after page, and return the reply that has nothing more to ask."""
    answers: dict[str, Any] = {}
    while True:
        reply = next_page.sync(client=client, body=NextRequest(answers=FirstAnswers.from_dict(answers)))
        if not isinstance(reply, Next):
            raise SystemExit(f"refused: {reply}")
        if reply.done:
            return reply
        answers |= {question.id: sheet.get(question.id) for question in reply.questions}


def told(client: AuthenticatedClient, sheet: dict[str, Any]) -> dict[str, Any]:
    """Return what the person is told at the end of the questions."""
    end = walk(client, sheet)
    if end.stop is not None:
        rules = [get_rule.sync(rule, client=client) for rule in end.stop.fired]
        assert rules and all(isinstance(one, OneRule) for one in rules)
        return {"level": end.stop.disposition.level.value, "moves": []}
    answers = FirstAnswers.from_dict(end.answers.to_dict())
    reply = recommend.sync(client=client, body=RecommendationRequest(answers=answers, region="GB"))
    if not isinstance(reply, Recommendation):
        raise SystemExit(f"refused: {reply}")
    moves = [item.exercise for item in reply.routine.items] if isinstance(reply.routine, Routine) else []
    return {"level": reply.disposition.level.value, "moves": moves}


if __name__ == "__main__":
    site = AuthenticatedClient(
        base_url=sys.argv[1], token=os.environ.get("KEY", "none"), raise_on_unexpected_status=True
    )
    asked = get_questionnaire.sync(client=site)
    assert isinstance(asked, Questionnaire) and asked.pages
    print(json.dumps(told(site, json.load(sys.stdin))))
