"""The words of the embedded questionnaire in every language offered: its script must be able to speak when we cannot.

Most are those of the pages of the site, so that they are translated once.
"""

from __future__ import annotations

from typing import Any

from recommender.loaders.languages import SOURCE, SOURCE_LANGUAGE, Language
from recommender.models.catalogue import Region
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.presentation.recommendation import contacts
from recommender.web.core.state import AppState

# How far the forms of a count are listed; beyond, the last two figures decide, as they do in every language of gettext.
_COUNTED = 200


def N_(text: str) -> str:
    """Return a text that is translated only when it is told."""
    return text


def ngettext(one: str, more: str) -> tuple[str, str]:
    """Return both forms of a text, which is translated only when it is told."""
    return one, more


_WORDS = {
    "title": N_("A routine for a sore or stiff back"),
    "lead": N_(
        "Answer some questions about your back and your day. You get a gentle routine that fits you, or clear advice on where to get help."
    ),
    "private": N_("There is no account, and we store nothing about you."),
    "adults": N_(
        "This is for adults. It suggests movements and says when to see a professional. It does not diagnose, and it does not "
        "replace care from a doctor or physiotherapist."
    ),
    "first": N_(
        "First we ask about signs that need help soon. Some of the questions are personal. We ask them of everyone, and each says why."
    ),
    "unchecked": N_(
        "Health professionals have not yet checked this translation. If a sentence is not clear, ask a health professional before you act on it."
    ),
    "very_ill": N_("Very ill or frightened? Call your emergency number."),
    "start": N_("Start now"),
    "continue": N_("Continue"),
    "back": N_("Back"),
    "wait": N_("One moment, please."),
    "again": N_("Try again"),
    "anew": N_("Start again"),
    "page": N_("Page %(number)s of about %(total)s"),
    "optional": N_("(optional)"),
    "error": N_("Error"),
    "put_right": N_("There is something to put right"),
    "why": N_("Why we ask"),
    "task": N_("One thing you want to do better"),
    "call": N_("Call %(number)s"),
    "text": N_("Text %(number)s"),
    "to_do": N_("What to do"),
    "telephone": N_("Telephone numbers"),
    "tell_them": N_("What to tell them"),
    "not_to_do": N_("What not to do"),
    "while_waiting": N_("While you wait"),
    "until_seen": N_("Until you are seen"),
    "worse": N_("If it gets worse"),
    "if_found_out": N_("If you find out, answer it again. This page may then change. Until then, follow it."),
    "see_someone": N_("When to see someone"),
    "by": N_("By %(day)s:"),
    "sooner": N_("When to see someone sooner"),
    "your_moves": N_("Your moves, in order"),
    "other_days": N_("On the other days do these moves."),
    "strength_days": N_("strength days"),
    "breathing": N_("Breathing:"),
    "feel": N_("Feel it here:"),
    "not_here": N_("Not here:"),
    "watch_out": N_("Watch out"),
    "easier": N_("An easier move instead: %(name)s"),
    "why_here": N_("Why this is in your routine"),
    "low": N_("Feeling low, or not coping?"),
    "advice": N_("More advice"),
    "mistake": N_("Answered something by mistake?"),
    "not_sure": N_("If you are not sure, follow the advice on this page."),
    "rules": N_("Made with rule set %(version)s,"),
    "hold": N_("Hold for %(time)s,"),
    "go_on": N_("Keep going for %(time)s"),
    "each_side": N_("on each side"),
    "holding": N_("holding each for %(time)s"),
    "once": N_("once"),
    "twice": N_("twice"),
    "times": N_("%(count)s times"),
    "sets": N_("Do this %(times)s"),
    "rest": N_("with a rest of %(time)s between"),
}
_COUNTS = {
    "about_minutes": ngettext("About %(num)s minute", "About %(num)s minutes"),
    "moves": ngettext("%(num)s move", "%(num)s moves"),
    "minutes": ngettext("%(num)s minute", "%(num)s minutes"),
    "seconds": ngettext("%(num)s second", "%(num)s seconds"),
    "repeats": ngettext("%(num)s slow repeat", "%(num)s slow repeats"),
    "unsure": ngettext("You were not sure of one answer", "You were not sure of some answers"),
}


def embedded(state: AppState) -> dict[str, Any]:
    """Return all that the script knows beside the replies to its calls.

    Raises:
        DecisionError: the service is not ready.
    """
    dispositions = state.ready.content.catalogue.dispositions
    return {
        "levels": {level.value: dispositions[level].tone for level in Level},
        "with_routine": [level.value for level in Level if level.shows_routine],
        "languages": {
            code: _spoken(language, state.localised_by_code[code].content, state.is_checked(language))
            for code, language in (state.offered or {SOURCE: SOURCE_LANGUAGE}).items()
        },
    }


def _emergency(region: Region) -> dict[str, Any]:
    """Return whom to call in a country where no reply came that says so."""
    shown = contacts(region)
    return {"name": shown["name"], "emergency": shown["emergency"]}


def _spoken(language: Language, content: Content, is_checked: bool) -> dict[str, Any]:
    said, words = language.interface, content.catalogue.words
    forms = [said.plural(number) for number in range(_COUNTED)]
    firsts = [
        forms.index(form) for form in range(max(forms) + 1)
    ]  # the first number of each form stands for all of them
    return {
        "dir": language.direction,
        "checked": is_checked,
        "plural": "".join(map(str, forms)),
        "words": {
            **{name: said.gettext(text) for name, text in _WORDS.items()},
            **{name: [said.ngettext(*texts, first) for first in firsts] for name, texts in _COUNTS.items()},
        },
        "topics": {topic.id: topic.title for topic in content.catalogue.topics.values()},
        "unavailable": {
            "title": words.unavailable_title,
            "message": words.unavailable_message,
            "act": words.unavailable_act,
        },
        "emergency": {region.id: _emergency(region) for region in content.catalogue.regions.values()},
    }
