"""A condition in words, for messages to people who fill in sheets and write rules."""

from __future__ import annotations

from recommender.models.conditions import All, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import QuestionKind, Questionnaire


def in_words(condition: Condition, questionnaire: Questionnaire) -> str:
    """Return the condition as a phrase of question and option ids, such as 'duration is gt_12w'."""
    match condition:
        case Chosen(question, options):
            verb = "includes" if questionnaire.questions[question].kind is QuestionKind.MANY else "is"
            return f"{question} {verb} {_either(options)}"
        case Only(question, option):
            return f"{question} is only {option}"
        case Number(subject, low, high):
            bounds = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
            return f"{subject} is {' and '.join(filter(None, bounds))}"
        case Found(finding):
            return finding.replace("=", " is ")
        case All(parts):
            return " and ".join(in_words(part, questionnaire) for part in parts)
        case AnyOf(parts):
            return " or ".join(in_words(part, questionnaire) for part in parts)
        case Not(part):
            return f"not ({in_words(part, questionnaire)})"
        case AtLeast(n, parts):
            return f"at least {n} of ({'; '.join(in_words(part, questionnaire) for part in parts)})"
        case _:
            return "always"


def _either(options: tuple[str, ...]) -> str:
    return options[0] if len(options) == 1 else f"any of {', '.join(options)}"
