"""recommender diff --record: what a change does to people, kept for the review room."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender import __version__
from recommender.cli.review import migrate_at_start
from recommender.errors import RecommenderError
from recommender.lab.impact import CROWD, VIGNETTE, Comparing, Impact
from recommender.loaders.vignettes import load_baseline, load_vignettes
from recommender.models.content import Content
from recommender.review.impact_record import impact_folder, impact_name, write_impact
from recommender.review.keys import audit_key
from recommender.rulebook.digest import digests
from recommender.rulebook.sentences import Sentences
from recommender.rulebook.targets import RELEASE, TargetKind
from recommender.rulebook.told_again import ToldAgain
from recommender.settings import Settings
from recommender.web.review.word_diff import TextDiff, changes

# More than a clinician reads; how many there are beside these is told.
_MOST_KEPT = 300


def impact_of(old: Content, new: Content, settings: Settings, crowd: int, seed: int) -> Impact:
    """Return what becomes of every vignette, and of so many people drawn by a seed, on every core that there is."""
    folder = settings.vignettes_dir
    comparing = Comparing(old, new, load_baseline(folder), load_baseline(folder, "follow_up"))
    return comparing.impact(load_vignettes(folder), crowd, seed, processes=len(os.sched_getaffinity(0)))


def record_of(
    old: Content, new: Content, impact: Impact, exact: Mapping[str, Any], seed: int, seconds: float
) -> dict[str, Any]:
    """Return what is kept: who is affected, the sentences and texts that differ, and the exact difference of all sheets."""
    told = impact.as_data()
    return {
        "old": {"hash": old.hash, "version": old.rule_set.version},
        "new": {"hash": new.hash, "version": new.rule_set.version},
        "software": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds),
        "seed": seed,
        **told,
        "affected": told["affected"][:_MOST_KEPT],
        "kinds": len(told["affected"]),
        "sentences": list(_sentences(old, new)),
        "texts": list(_texts(old, new)),
        "exact": dict(exact),
    }


def keep(told: Mapping[str, Any], settings: Settings, wanted: Path | None) -> Path:
    """Write the record, signed, under the name of both rule sets, and return the file.

    ``wanted`` is a folder, or a file of that name; the room looks in its own folder, which is meant where none is given.

    Raises:
        RecommenderError: it is to be called otherwise, cannot be written, or there is no key.
    """
    name = impact_name(told["old"]["hash"], told["new"]["hash"])
    path = impact_folder(settings) / name if wanted is None else wanted / name if wanted.is_dir() else wanted
    if path.name != name:
        raise RecommenderError(f"{path.name}: the record is named by both rule sets. Call it {name}, or name a folder.")
    migrate_at_start(settings)  # the key is made with the first record
    try:
        write_impact(path, audit_key(settings), told)
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


def summary(impact: Impact, seconds: float) -> Iterator[str]:
    """Yield lines that say how many are affected, and who comes first."""
    yield (
        f"{impact.met[VIGNETTE]} vignettes and a crowd of {impact.met[CROWD]} under both rule sets, {seconds:.0f} s: "
        f"{sum(one.count for one in impact.affected)} people get something else."
    )
    for one in impact.affected[:12]:
        levels = [str(side.level or "no answer") for side in (one.before, one.after)]
        yield f"  {one.effect.replace('_', ' ')}: {' to '.join(levels)}, {one.count} like {one.name}"
    yield from (f"  cannot be asked any more: {line}" for line in impact.lost)


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun


def _sentences(old: Content, new: Content) -> Iterator[dict[str, str]]:
    before, after = (
        {name: sentence.text for name, sentence in Sentences(content).by_branch.items()} for content in (old, new)
    )
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield {"case": name, "before": before.get(name, ""), "now": after.get(name, "")}


def _texts(old: Content, new: Content) -> Iterator[dict[str, Any]]:
    """Yield every text of what is signed that differs, once for all places where it differs in the same way."""
    before, after = (
        {target: digest for target, digest in digests(content).items() if target != RELEASE} for content in (old, new)
    )
    places: dict[TextDiff, list[str]] = {}
    tell, tell_before = ToldAgain(new), ToldAgain(old)
    for target in dict.fromkeys([*after, *before]):
        was, now = (dict(side[target].parts) if target in side else {} for side in (before, after))
        if was != now:
            kind = "" if target.kind is TargetKind.RULE else f"{target.kind} ".replace("_", " ")
            for one in changes(was, now, tell, tell_before):
                known = TextDiff("", one.before, one.now)
                places.setdefault(known, []).append(f"{kind}{target.id}: {one.where}")
    for text, where in places.items():
        pieces = {"before": text.before, "now": text.now}
        told = {side: [[piece.text, piece.is_changed] for piece in given] for side, given in pieces.items()}
        yield {"where": where[0], "more": where[1:], **told}
