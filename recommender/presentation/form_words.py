"""The words of a form as one person reads them, each form put together once for a language, its pictures and a region."""

from __future__ import annotations

from typing import NamedTuple

from recommender.figures.gallery import Figure, Gallery
from recommender.models.catalogue import Exercise, Form
from recommender.presentation.replies import FigureShown
from recommender.presentation.wording import Wording

FIGURES_PATH = "/figures/"
"""Where the site serves drawings, below its own address."""


class FormWords(NamedTuple):
    """What is shown of a form whoever does it, its exercise's words among it. Whoever shows it leaves the lists as they are."""

    name: str
    form_name: str
    steps: list[str]
    cautions: list[str]
    figure: FigureShown | None
    purpose: str
    breathing: str
    feel_it: str
    not_here: str
    common_mistakes: list[str]


class FormsWorded:
    """The words of every form, for one language and region."""

    def __init__(self, say: Wording, gallery: Gallery) -> None:
        self.say = say
        self._gallery = gallery
        self._known: dict[str, FormWords] = {}

    def __call__(self, exercise: Exercise, form: Form) -> FormWords:
        """Return the words of a form of the catalogue."""
        known = self._known.get(form.key)
        if known is None:
            known = self._known[form.key] = self._worded(exercise, form)
        return known

    def _worded(self, exercise: Exercise, form: Form) -> FormWords:
        say = self.say
        return FormWords(
            name=say(exercise.name),
            form_name=say(form.name),
            steps=[say(text) for text in form.steps],
            cautions=list(dict.fromkeys(map(say, form.cautions))),
            figure=figure_shown(self._gallery.figure(exercise.id, form.id)),
            purpose=say(exercise.purpose),
            breathing=say(exercise.breathing),
            feel_it=say(exercise.feel_it),
            not_here=say(exercise.not_here),
            common_mistakes=[say(text) for text in exercise.common_mistakes],
        )


def figure_shown(figure: Figure | None) -> FigureShown | None:
    """Return the drawing of a form as data for JSON; without frames where it is not drawn."""
    if figure is None:
        return None
    return {
        "alt": figure.alt,
        "frames": [f"{FIGURES_PATH}{name}" for name in figure.frames],
        "motion": f"{FIGURES_PATH}{figure.motion}" if figure.motion else None,
        "width": figure.width,
        "height": figure.height,
        "sides": [{"side": each.side, "mirrored": each.mirrored} for each in figure.sides],
    }
