"""How far the sources of a rule were read, and what that leaves of its strength. Plain words, in the language of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recommender.models.catalogue import Catalogue, Reading, Source
from recommender.models.rules import Rule

# Grounds that claim no literature: usual practice, and our own choice.
_OF_OUR_OWN = frozenset({"practice", "design"})
# Sources that are none of it: the first articles, written for everyone, and usual practice.
_NO_LITERATURE = frozenset({"seed", "practice"})
_ORDER = tuple(Reading)
NOTHING_OPENED, SOME_UNREAD = "nothing_opened", "some_unread"
_SHORT: Mapping[Reading, str] = MappingProxyType(
    {
        Reading.ABSTRACT: "abstract read",
        Reading.SECOND_HAND: "at second hand",
        Reading.NOT_OPENED: "not opened",
    }
)
_WORDS: Mapping[Reading, str] = MappingProxyType(
    {
        Reading.IN_FULL: "A program read it in full",
        Reading.IN_PART: "A program read it in part",
        Reading.ABSTRACT: "A program read its abstract, or no more than its entry",
        Reading.SECOND_HAND: "Not opened: a program read what another page quotes of it",
        Reading.NOT_OPENED: "Not opened: it is cited from general knowledge",
    }
)


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of a rule, in words that tell how far the best of what bears it was read. ``is_unread``: none was opened."""

    words: str
    is_unread: bool


def reading_words(source: Source) -> str:
    """Return how far a source was read and when that was written down, in a sentence without its full stop."""
    when = f", {source.read_on}" if source.read_on else ""
    part = f" (section {source.section})" if source.section else ""
    return f"{_WORDS[source.read]}{when}{part}"


def sources_of(rule: Rule, catalogue: Catalogue) -> tuple[Source, ...]:
    """Return the sources that a rule names, in their order."""
    return tuple(catalogue.sources[source] for source in rule.sources)


def rests_on_nothing_opened(rule: Rule, catalogue: Catalogue) -> bool:
    """Return whether nobody has opened any source of a rule. A quotation on another page is not the source."""
    return not any(source.read.is_opened for source in sources_of(rule, catalogue))


def how_unread(rule: Rule, catalogue: Catalogue) -> frozenset[str]:
    """Return what a rule is listed under: ``NOTHING_OPENED``, ``SOME_UNREAD``, both or neither."""
    read = [source.read.is_opened for source in sources_of(rule, catalogue)]
    nothing = {NOTHING_OPENED} if not any(read) else set()
    return frozenset(nothing | ({SOME_UNREAD} if not all(read) else set()))


def grounds(rule: Rule, catalogue: Catalogue) -> tuple[Ground, ...]:
    """Return the grounds of a rule, each no stronger than what bears it was read.

    What bears a ground are the sources of its own kind, such as guidelines, or else all that are literature.
    """
    known = sources_of(rule, catalogue)
    return tuple(_ground(label, known) for label in rule.strength)


def _ground(label: str, sources: Iterable[Source]) -> Ground:
    words = label.replace("_", " ")
    if label in _OF_OUR_OWN:
        return Ground(words, is_unread=False)
    literature = [source for source in sources if source.kind not in _NO_LITERATURE]
    of_its_kind = [source for source in literature if source.kind.startswith(label.partition("_")[0])]
    best = min((source.read for source in of_its_kind or literature), key=_ORDER.index, default=Reading.NOT_OPENED)
    return Ground(f"{words}, {_SHORT[best]}" if best in _SHORT else words, is_unread=not best.is_opened)
