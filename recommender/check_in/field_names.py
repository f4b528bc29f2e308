"""What the parts of a check are called in JSON."""

from __future__ import annotations

ANSWERS, ROUTINE, HISTORY, STARTED, TODAY, DATE = "answers", "routine", "history", "started", "today", "date"
FOLLOW_UP, BEFORE_SESSION, DURING_SESSION = "follow_up", "before_session", "during_session"
HURT = "hurt"
QUESTIONS = "questions_version"
