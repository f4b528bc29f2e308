"""Themes: what belongs together for whoever reviews it, such as all of pregnancy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """``questions`` are ids, and ``words`` how words begin, in lower case. What reads the one or holds the other belongs to it."""

    id: str
    title: str
    questions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
