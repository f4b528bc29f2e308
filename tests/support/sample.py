"""Two speeds of tests: what `make test` runs, and the rest that `make test-deep` and `make test-long` run.

A test belongs to one speed. Whatever is not marked runs in `make test`; what is marked ``deep`` or ``long`` runs only
there, so together they run everything, and nothing twice. A test of many cases is spread over the speeds by the
functions here: a share that a hash of each case chooses is fast, and stays so whatever else comes or goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

import pytest

from tests.support.tried_in_ci import TRIED_IN_CI

Case = TypeVar("Case")

# Of the deep tests below these folders so many of a hundred are run by `make test-deep`, and all others before a release.
LONG_PLACES = {
    "tests/batch/": 20,
    "tests/browser/": 25,
    "tests/cli/": 30,
    "tests/conformance/": 30,
    "tests/content/test_sweeps.py": 50,
    "tests/faults_under_load/": 25,
    "tests/figures/": 20,
    "tests/lab/": 20,
    "tests/loaders/": 30,
    "tests/mutation/": 30,
    "tests/proof/": 40,
    "tests/proposals/test_edits_of_every_rule.py": 30,
    "tests/review/": 20,
    "tests/web/core/": 35,
    "tests/web/lab/": 20,
    "tests/web/questionnaire/": 35,
    "tests/web/result/": 40,
    "tests/web/review/": 20,
    "tests/web/rulebook/": 35,
    "tests/web/site/": 35,
    "tests/web/telemetry/": 35,
    "tests/web/test_hostile_requests.py": 30,
    "tests/web/test_reloading.py": 40,
}

# Most tests below these folders and in these files make a site or a database of their own. So many of a hundred are fast.
DEAR_PLACES = {
    "tests/cli/": 14,
    "tests/lab/test_counterfactuals.py": 30,
    "tests/loaders/": 10,
    "tests/review/": 10,
    "tests/web/api/test_next_at_checks.py": 20,
    "tests/web/api/test_other_sites.py": 30,
    "tests/web/api/": 28,
    "tests/web/core/": 14,
    "tests/web/lab/": 20,
    "tests/web/link/": 18,
    "tests/web/offline/": 25,
    "tests/web/plan/": 14,
    "tests/web/proposals/": 20,
    "tests/web/questionnaire/test_two_tabs.py": 20,
    "tests/web/questionnaire/": 18,
    "tests/web/result/test_edits.py": 12,
    "tests/web/result/test_worked_examples.py": 100,
    "tests/web/result/": 18,
    "tests/web/review/": 7,
    "tests/web/rulebook/": 16,
    "tests/web/site/": 18,
    "tests/web/telemetry/": 20,
    "tests/web/work/": 30,
    "tests/web/test_reloading.py": 20,
    "tests/web/test_served.py": 20,
}


def spread(
    cases: Iterable[Case],
    percent: int,
    *,
    name: Callable[[Case], str] = str,
    kind: Callable[[Case], Hashable] = lambda case: None,
    others: pytest.MarkDecorator = pytest.mark.deep,
    up_to: int = 100,
) -> list[Any]:
    """Return every case as a parameter of a test: about so many of a hundred fast, the ``others`` deep or long.

    Of a hundred cases those ``up_to`` a place are fast or ``others``, and the rest long. ``name`` is the case's id, which
    the hash is taken of. At least one case of each ``kind`` is fast.
    """
    every = list(cases)
    fast = {name(case) for case in every if place_in_hundred(name(case)) < percent}
    for wanted in dict.fromkeys(map(kind, every)):
        names = [name(case) for case in every if kind(case) == wanted]
        if not fast.intersection(names):
            fast.add(min(names, key=_digest))

    def marks(case: Case) -> Any:
        if name(case) in fast:
            return ()
        return others if place_in_hundred(name(case)) < up_to else pytest.mark.long

    return [pytest.param(case, id=name(case), marks=marks(case)) for case in every]


def seeds(first: int, *, fast: int, deep: int, long: int = 0) -> list[Any]:
    """Return seeds of random cases as parameters: so many for each speed, no two the same, counting from ``first``."""
    speeds = [()] * fast + [(pytest.mark.deep,)] * deep + [(pytest.mark.long,)] * long
    return [pytest.param(first + number, marks=marks) for number, marks in enumerate(speeds)]


def small_and_whole(small: Case, *whole: Case, long: Case | None = None) -> list[Any]:
    """Return sizes of one costly thing as parameters of a fixture: ``small`` is fast, the parts of the whole are deep.

    ``long`` is the size for before a release, where there is one.
    """
    sizes = [
        (small, ()),
        *((one, pytest.mark.deep) for one in whole),
        *([] if long is None else [(long, pytest.mark.long)]),
    ]
    return [pytest.param(one, id=f"{one}", marks=marks) for one, marks in sizes]


def deepen(items: Iterable[pytest.Item]) -> None:
    """Mark the tests of dear places deep, but for their share, which a hash of each name chooses; one of each file stays.

    Of what is deep in some places a share stays deep, chosen likewise, and the rest is long; what CI must try stays.
    """
    items, kept = list(items), tuple(TRIED_IN_CI.values())
    by_file: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not any(item.get_closest_marker(speed) for speed in ("deep", "long")):
            by_file.setdefault(item.nodeid.partition("::")[0], []).append(item)
    for file, unmarked in by_file.items():
        percent = next((share for place, share in DEAR_PLACES.items() if file.startswith(place)), 100)
        first = min(unmarked, key=lambda item: _digest(item.nodeid))
        for item in unmarked:
            if item is not first and place_in_hundred(item.nodeid) >= percent:
                item.add_marker(pytest.mark.deep)
    for item in items:
        percent = next((share for place, share in LONG_PLACES.items() if item.nodeid.startswith(place)), 100)
        if item.nodeid.startswith(kept) or not item.get_closest_marker("deep"):
            continue
        if place_in_hundred(f"long {item.nodeid}") >= percent:
            item.add_marker(pytest.mark.long)


def place_in_hundred(name: str) -> int:
    """Return a number from 0 to 99 that depends on the name alone."""
    return int(_digest(name), 16) % 100


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
