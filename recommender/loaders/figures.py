"""Load and check pose data: every fault of every file at once, with its line and the nearest right word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recommender.errors import ContentError, Fault
from recommender.loaders.fields import ContentSchema, load_into, nested
from recommender.loaders.figure_parts import ARM_PARTS, LEG_PARTS, SUPPORT_PARTS, SURFACES
from recommender.loaders.figure_schemas import (
    MODELS,
    BaseSchema,
    BodySchema,
    CameraSchema,
    ExerciseSchema,
    LandmarkSchema,
    PropShapeSchema,
)
from recommender.loaders.vocabulary import did_you_mean
from recommender.loaders.yaml_source import Document, Location, read_folder
from recommender.models.figures import (
    ExerciseFigures,
    FigureKit,
    Figures,
    FormFigure,
    Frame,
    Limb,
    Place,
)

KIT = "kit"
_KIT_FILES: Mapping[str, type[ContentSchema]] = {
    "bases": BaseSchema,
    "cameras": CameraSchema,
    "landmarks": LandmarkSchema,
    "bodies": BodySchema,
    "props": PropShapeSchema,
}


NO_FIGURES = Figures(FigureKit(*(MappingProxyType({}) for _ in _KIT_FILES)), MappingProxyType({}))
"""A clinic's own catalogue need not be drawn: there the steps stand alone."""


def load_figures(folder: Path) -> Figures:
    """Return all pose data below the folder, whatever exercises there are.

    Raises:
        ContentError: a file cannot be used; every fault of every file is in it.
    """
    documents, figures = read_figures(folder, None)
    if faults := [fault for document in documents for fault in document.faults]:
        raise ContentError(faults)
    return figures


def read_figures(folder: Path, forms: Mapping[str, Collection[str]] | None) -> tuple[list[Document], Figures]:
    """Return every file below the folder with its faults, and what it says; ``forms`` are those of each exercise."""
    if not folder.exists():
        return [], NO_FIGURES
    documents = list(read_folder(folder, folder.parent))
    tables: dict[str, Mapping[str, Any]] = {}
    for name, schema in _KIT_FILES.items():
        shown = f"{folder.parent.name}/{folder.name}/{KIT}/{name}.yaml"
        document = next((document for document in documents if document.path == shown), None)
        if document is None:
            document = Document(shown, faults=[Fault(shown, 1, "is missing. Restore it, or delete the whole folder.")])
            documents.append(document)
        tables[name] = _load_table(document, schema)
    kit = FigureKit(**tables)
    if any(document.faults for document in documents):
        return documents, NO_FIGURES
    exercises: dict[str, ExerciseFigures] = {}
    for document in documents:
        *_, above, name = document.path.split("/")
        if above == KIT:
            _check_kit(document, name.removesuffix(".yaml"), kit)
        elif figures := _load_exercise(document, kit):
            exercises[figures.exercise] = figures
            if forms is not None:
                _check_forms(document, figures, forms)
    return documents, Figures(kit, MappingProxyType(exercises))


def _check_kit(document: Document, name: str, kit: FigureKit) -> None:
    check = _Checker(document, kit)
    check.word((), name, _KIT_FILES, "file of the kit")
    if name == "bases":
        for base in kit.bases.values():
            check.word((base.id, "camera"), base.camera, kit.cameras, "camera")
            check.frame((base.id, "frame"), base.frame)


def _check_forms(document: Document, figures: ExerciseFigures, forms: Mapping[str, Collection[str]]) -> None:
    """Note exercises and forms that are drawn and that the catalogue does not have."""
    if figures.exercise not in forms:
        told = f"exercise '{figures.exercise}' is unknown.{did_you_mean(figures.exercise, forms)}"
        document.faults.append(document.fault(("exercise",), told))
        return
    for form in figures.forms:
        if form not in forms[figures.exercise]:
            told = f"form '{form}' is unknown.{did_you_mean(form, forms[figures.exercise])}"
            document.faults.append(document.fault(("forms", form), told))


def _load_table(document: Document, schema: type[ContentSchema]) -> Mapping[str, Any]:
    if document.faults:
        return {}
    if not isinstance(document.data, dict):
        document.faults.append(document.fault((), "must be entries by name."))
        return {}
    table = ContentSchema.from_dict({key: nested(schema) for key in document.data})()
    loaded = load_into(table, document) or {}
    return MappingProxyType({key: MODELS[schema](id=key, **values) for key, values in loaded.items()})


def _load_exercise(document: Document, kit: FigureKit) -> ExerciseFigures | None:
    if document.faults:
        return None
    loaded = load_into(ExerciseSchema(), document)
    if loaded is None:
        return None
    expected = Path(document.path).stem
    if loaded["exercise"] != expected:
        message = f"'exercise' is '{loaded['exercise']}', but the file is named '{expected}'. Make them the same."
        document.faults.append(document.fault(("exercise",), message))
    forms: dict[str, FormFigure] = {}
    for form, data in loaded["forms"].items():
        if figure := _form(form, data, loaded["forms"], document):
            _Checker(document, kit).form(("forms", form), figure)
            forms[form] = figure
    return ExerciseFigures(loaded["exercise"], MappingProxyType(forms))


def _form(form: str, data: dict[str, Any], siblings: Mapping[str, Any], document: Document) -> FormFigure | None:
    """Return the figure of a form; one that is ``like`` a sibling takes what it does not say from there."""
    like = data.pop("like", None)
    if like is not None and (like not in siblings or like == form):
        message = f"'like' names '{like}', which is no other form here.{did_you_mean(like, siblings)}"
        document.faults.append(document.fault(("forms", form, "like"), message))
        return None
    merged = {**(siblings[like] if like else {}), **data}
    merged.pop("like", None)
    added = merged.pop("add_props", ())
    missing = [key for key in ("alt", "frames") if not merged.get(key)]
    for key in missing:
        document.faults.append(
            document.fault(("forms", form), f"'{key}' is missing. Add it, or name a form to be like.")
        )
    if missing:
        return None
    figure = FormFigure(form=form, **merged)
    if added:
        first = figure.frames[0]
        figure = replace(figure, frames=(replace(first, props=(*(first.props or ()), *added)), *figure.frames[1:]))
    return figure


class _Checker:
    """Looks up every name of a form in the kit, and notes what is unknown at its line."""

    def __init__(self, document: Document, kit: FigureKit) -> None:
        self._document = document
        self._kit = kit

    def form(self, at: Location, figure: FormFigure) -> None:
        if figure.camera:
            self.word((*at, "camera"), figure.camera, self._kit.cameras, "camera")
        if figure.surface:
            self.word((*at, "surface"), figure.surface, SURFACES, "surface")
        if figure.body:
            self.word((*at, "body"), figure.body, self._kit.bodies, "body")
        for key in ("close_up", "inset"):
            for place in getattr(figure, key):
                self.place((*at, key), place)
        for number, frame in enumerate(figure.frames):
            here = (*at, "frames", number)
            self.start(here, frame, number)
            self.frame(here, frame)

    def start(self, at: Location, frame: Frame, number: int) -> None:
        if isinstance(frame.start, int):
            if not 1 <= frame.start <= number:
                self.fault((*at, "start"), f"'start' is {frame.start}; it must be an earlier frame, counted from 1.")
        elif frame.start is not None:
            self.word((*at, "start"), str(frame.start), self._kit.bases, "base")
        elif number == 0:
            self.fault(at, f"'start' is missing. The first frame names a base: {', '.join(self._kit.bases)}.")

    def frame(self, at: Location, frame: Frame) -> None:
        for name, limb in frame.limbs.items():
            self.limb((*at, name), limb, ARM_PARTS if name.endswith("arm") else LEG_PARTS)
        if frame.rests:
            for part in frame.rests.parts:
                self.word((*at, "rests", "parts"), part, SUPPORT_PARTS, "part")
            self.word((*at, "rests", "surface"), frame.rests.on, self._lain_on(), "surface")
        if frame.head_rests:
            self.word((*at, "head_rests"), frame.head_rests, ["nothing", *self._lain_on()], "surface")
        for place in frame.keeps or ():
            self.place((*at, "keeps"), place)
        for number, prop in enumerate(frame.props or ()):
            self.word((*at, "props", number, "prop"), prop.prop, self._kit.props, "prop")
            for place in (*prop.at, *prop.along):
                self.place((*at, "props", number), place)
        for place in frame.glow:
            self.place((*at, "glow"), place)
        for number, arrow in enumerate(frame.arrows):
            self.place((*at, "arrows", number, "of"), arrow.of)

    def limb(self, at: Location, limb: Limb, parts: Iterable[str]) -> None:
        if limb.touch:
            self.word((*at, "touch"), limb.touch.part, parts, "part of this limb")
            self.place((*at, "touch"), limb.touch.target, self._targets())
            if limb.touch.by:
                self.place((*at, "touch"), limb.touch.by)

    def place(self, at: Location, place: Place, extra: Iterable[str] = ()) -> None:
        self.word(at, place.name, [*self._kit.landmarks, *self._points(), *extra], "landmark")

    def word(self, at: Location, word: str, known: Iterable[str], kind: str) -> None:
        names = list(known)
        if word not in names:
            self.fault(at, f"{kind} '{word}' is unknown.{did_you_mean(word, names)} Known: {', '.join(names)}.")

    def fault(self, at: Location, message: str) -> None:
        self._document.faults.append(self._document.fault(at, message))

    def _points(self) -> Iterator[str]:
        for prop in self._kit.props.values():
            yield from (f"{prop.id}_{point}" for point in prop.points)

    def _lain_on(self) -> list[str]:
        """Return what a body or a head can lie on: flat surfaces, and round props such as a cushion."""
        return [*self._targets(), *(prop.id for prop in self._kit.props.values() if prop.round_cm)]

    def _targets(self) -> Iterator[str]:
        yield "floor"
        for prop in self._kit.props.values():
            yield from (f"{prop.id}_{surface}" for surface in prop.surfaces)
