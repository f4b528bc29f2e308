"""Print sixty made-up people and the routine that each gets: ``python -m tools.reader > sixty.txt``.

The reader judges each against docs/refusals.md and need not know the rules.
"""

from __future__ import annotations

from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tools.reader.texts import cases, told


def main() -> None:
    """Print every case, numbered."""
    recommender = load_recommender(read_settings())
    for number, case in enumerate(cases(), start=1):
        print(f"{number}. {told(recommender, case)}\n")


if __name__ == "__main__":
    main()
