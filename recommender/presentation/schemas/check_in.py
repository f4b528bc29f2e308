"""The reply to a check: what to do next, and the next routine."""

from __future__ import annotations

from recommender.models.check_in import ChangeKind, PlanMode
from recommender.models.follow_up import Action
from recommender.presentation.schemas.recommendation import ReasonSchema, RecommendationSchema
from recommender.presentation.schemas.reply import ReplySchema, part, parts, whole, words


class ChangeSchema(ReplySchema):
    kind = words("What has changed about the move.", ids=ChangeKind)
    exercise = words("Id of the exercise.")
    name = words("Its name.")
    figure = words("The figure of its dose that changed, such as `reps`.", null="where the move itself changed")
    before = whole("The figure as it was.", null="where the move itself changed")
    after = whole("The figure as it is now.", null="where the move itself changed")
    instead_of = words("Id of the exercise whose place it takes.", null="where it takes none")
    text = words("The change in a sentence.")
    why = parts(ReasonSchema, "The rules behind it.")


NextCheckSchema = ReplySchema.from_dict(
    {"from": words("The first day for it, such as 2026-11-21."), "to": words("The last day for it.")},
    name="NextCheckSchema",
)


class CheckInSchema(ReplySchema):
    action = words("What comes of the check.", ids=Action)
    reasons = parts(ReasonSchema, "Why.")
    full = words("That there is nothing left to raise, in words.", null="unless that is so")
    changes = parts(ChangeSchema, "What is different from last time.")
    recommendation = part(RecommendationSchema, "The recommendation as it stands now, with the next routine.")
    next_check = part(NextCheckSchema, "When to check in again.", null="once no check is planned, and after a referral")
    mode = words("What the plan is for: to build up, or after its last planned check to maintain.", ids=PlanMode)
    next_check_text = words("What to know of the next check; where there is none, why.")
