"""What the parts of a check are called in JSON."""

from __future__ import annotations

ANSWERS, ROUTINE, HISTORY, STARTED, TODAY, DATE = "answers", "routine", "history", "started", "today", "date"
FOLLOW_UP, BEFORE_SESSION = "follow_up", "before_session"
QUESTIONS = "questions_version"
