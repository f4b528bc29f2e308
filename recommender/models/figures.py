"""Pose data as written by authors: what touches what, and how far joints bend. Centimetres appear only as offsets.

Offsets are centimetres on the reference body and grow or shrink with the body that is drawn. Angles are degrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Direction = tuple[tuple[str, float], ...]
"""Words with weights, such as (("front", 2.0), ("up", 1.0)); for an offset the weights are centimetres."""

LIMBS = ("left_arm", "right_arm", "left_leg", "right_leg")


@dataclass(frozen=True, slots=True)
class Place:
    """A named point of the body or of a prop; ``side`` is left, right, same, other or none."""

    name: str
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A part of a limb touches a point, or the point of a surface that is nearest to a landmark."""

    part: str
    target: Place
    by: Place | None = None


@dataclass(frozen=True, slots=True)
class Limb:
    """How an arm or a leg lies: by what it touches, or by where its upper part points and how far it bends.

    None means: as in the pose that this one starts from.
    """

    touch: Contact | None = None
    stays: bool | None = None
    shift: Direction | None = None
    points: Direction | None = None
    bend: float | None = None
    middle: Direction | None = None
    """Where the elbow or the kneecap looks."""
    lower: Direction | None = None
    """Where forearm or shin points when the elbow or knee is what touches."""
    end: Direction | None = None
    """Where the fingers or toes point; none: in line with the forearm, or the resting foot."""
    face: Direction | None = None
    """Where the palm or the sole looks."""
    flex: float | None = None
    """Ankle or wrist, from the resting angle; up is positive."""
    curl: float | None = None
    follows: str | None = None
    """Directions are those of the pose's base, or turn with the trunk (chest for arms, pelvis for legs)."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Angles of a part of the spine: bend (forward is positive), turn (left), side (left)."""

    bend: float = 0.0
    turn: float = 0.0
    side: float = 0.0


@dataclass(frozen=True, slots=True)
class Support:
    """The pelvis is lowered until one of the parts touches the surface."""

    parts: tuple[str, ...]
    on: str = "floor"


@dataclass(frozen=True, slots=True)
class Prop:
    """Something in the picture. Fixed props stand at an offset; others fit landmarks."""

    prop: str
    shift: Direction | None = None
    turn: float = 0.0
    at: tuple[Place, ...] = ()
    along: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A hint at motion. It is placed by the builder so that it never lies on the body.

    ``path`` follows a landmark from the frame before; ``towards`` points one way beside a landmark; ``turn`` goes
    round above a landmark; ``ring`` goes round it; ``roll`` is most of a circle beside it, as a wheel seen from the side.
    """

    kind: str
    of: Place
    towards: Direction | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a movement; None means: as in the pose it starts from."""

    start: str | int | None = None
    tilt: float | None = None
    turn: float | None = None
    side: float | None = None
    tuck: float | None = None
    shift: Direction | None = None
    low_back: Joint | None = None
    upper_back: Joint | None = None
    neck: Joint | None = None
    chin: float | None = None
    """How far the head slides back over the neck, in degrees shared by both ends of the neck."""
    head_rests: str | None = None
    shoulders_lift: float | None = None
    shoulders_back: float | None = None
    breath: float | None = None
    limbs: Mapping[str, Limb] = field(default_factory=lambda: MappingProxyType({}))
    rests: Support | None = None
    stand: float | None = None
    keeps: tuple[Place, ...] | None = None
    props: tuple[Prop, ...] | None = None
    arrows: tuple[Arrow, ...] = ()
    glow: tuple[Place, ...] = ()
    """Landmarks where a muscle works that cannot be seen to move."""
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """A pose to start from: which way head and front look in the picture, and a whole frame."""

    id: str
    head: str
    front: str
    surface: str
    camera: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Camera:
    """From where the scene is seen: degrees round from the front, degrees above."""

    id: str
    azimuth: float
    elevation: float


@dataclass(frozen=True, slots=True)
class Landmark:
    """A point of the skin: on which segment, how far along it (0 near, 1 far), and on which side of it."""

    id: str
    segment: str
    along: float
    side: str
    around: float = 0.0


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody who is drawn: shapes of the mesh with their weights, size, and looks."""

    id: str
    shapes: Mapping[str, float]
    leg_cm: float
    cloth_cm: tuple[float, float]
    sex: str
    hair: str
    colours: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Block:
    """A straight piece of a prop, in centimetres from where it stands: right to left, down to up, back to front."""

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PropShape:
    """What a prop looks like, and the points and flat surfaces of it that a body can touch."""

    id: str
    colours: tuple[str, str, str]
    blocks: tuple[Block, ...] = ()
    round_cm: tuple[float, float, float] | None = None
    tube_cm: float | None = None
    points: Mapping[str, tuple[float, float, float]] = field(default_factory=lambda: MappingProxyType({}))
    surfaces: Mapping[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, slots=True)
class FormFigure:
    """The pictures of one form."""

    form: str
    alt: str
    frames: tuple[Frame, ...]
    camera: str | None = None
    surface: str | None = None
    close_up: tuple[Place, ...] = ()
    inset: tuple[Place, ...] = ()
    """Around these the picture is shown enlarged as well, in a corner."""
    ghost: bool = False
    cycle: bool = False
    """The last frame moves on to the first, as in a circle; else the motion goes there and back."""
    body: str | None = None
    working_side: str | None = None
    """The side that does the work as drawn, left or right: the other side is the same mirrored. None: both are shown."""


@dataclass(frozen=True, slots=True)
class ExerciseFigures:
    """The pictures of every form of an exercise."""

    exercise: str
    forms: Mapping[str, FormFigure]


@dataclass(frozen=True, slots=True)
class FigureKit:
    """Everything that poses are made of: bases, cameras, landmarks, bodies, props."""

    bases: Mapping[str, Base]
    cameras: Mapping[str, Camera]
    landmarks: Mapping[str, Landmark]
    bodies: Mapping[str, Body]
    props: Mapping[str, PropShape]


@dataclass(frozen=True, slots=True)
class Figures:
    """All pose data, by exercise id."""

    kit: FigureKit
    exercises: Mapping[str, ExerciseFigures]
