"""Try every fault at full size, and say what came of it; with --table, write it into docs/reliability.md.

Takes some ten minutes, and nothing else should run beside it.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tests.faults_under_load.faults import FAULTS, Fault
from tests.faults_under_load.load import CLIENTS
from tests.faults_under_load.services import SMALL, WHOLE, Size
from tests.faults_under_load.trial import Result, made, tried
from tests.support.served import ROOT

DOCUMENT = ROOT / "docs" / "reliability.md"
_TABLE = re.compile(r"(?<=<!-- faults: begin -->\n).*?(?=<!-- faults: end -->)", re.DOTALL)
_HEAD = "| what goes wrong | how | requests | wrong answers | failed, and why | well again after |\n|---|---|---|---|---|---|\n"
_WELL = (" 200", " 422", " 429")


def results(size: Size, faults: Iterable[Fault]) -> Iterable[Result]:
    """Try the faults one after the other, those that befall one service together."""
    recommender = load_recommender(read_settings({}))
    for kind, befalling in groupby(faults, lambda fault: fault.service):
        with (
            tempfile.TemporaryDirectory() as folder,
            made(kind, recommender, Path(folder), size) as service,
        ):
            for fault in befalling:
                yield tried(fault, service)


def row(result: Result) -> str:
    failed = "; ".join(f"{count} {why}" for why, count in sorted(result.failed.items())) or "none"
    beside = told(result.beside)
    return (
        f"| {result.fault.name} | {result.fault.how} | {result.requests} | {result.wrong} | {failed}{beside} "
        f"| {result.recovery:.1f} s |"
    )


def told(beside: Mapping[str, int]) -> str:
    """Return what those met who signed in or tried a case meanwhile, if it was not what they wanted."""
    poor = [f"{count} {page}" for page, count in sorted(beside.items()) if not page.endswith(_WELL)]
    return f"; beside them, of {sum(beside.values())}: {', '.join(poor)}" if poor else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help=f"write the table into {DOCUMENT.relative_to(ROOT)}")
    parser.add_argument("--small", action="store_true", help="try them as `make test-deep` does")
    parser.add_argument("--only", default="", help="a regular expression: try the faults with such a name")
    parser.add_argument("--seconds", type=float, default=WHOLE.seconds, help="how long each fault lasts")
    given = parser.parse_args()
    size = SMALL if given.small else replace(WHOLE, seconds=given.seconds)
    faults = [fault for fault in FAULTS if re.search(given.only, fault.name)]
    before, *_ = os.getloadavg()
    rows, wrong = [], 0
    for result in results(size, faults):
        rows.append(row(result))
        wrong += result.wrong
        print(rows[-1], flush=True)
    if given.table:
        measured = (
            f"{datetime.now(UTC):%-d %B %Y}, {os.cpu_count()} cores for the service and those who ask: "
            f"{CLIENTS} clients, {size.per_second:.0f} sheets a second at most, each fault for {given.seconds:.0f} seconds. Before it began "
            f"{before:.0f} processes wanted a core.\n\n"
        )
        text = DOCUMENT.read_text(encoding="utf-8")
        table = measured + _HEAD + "\n".join(rows) + "\n"
        DOCUMENT.write_text(_TABLE.sub(lambda _: table, text), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
