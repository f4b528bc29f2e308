"""recommender conformance: hold a service against the kit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from recommender.conformance.kit import Grade, kit_folder, read_about, read_cases
from recommender.conformance.trying import Service, tried
from recommender.errors import RecommenderError
from recommender.settings import Settings

_SAME, _DIFFERS = 0, 1
_MOST_SHOWN = 20


def add_conformance_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser("conformance", help="hold a service that speaks the API against the conformance kit")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    run = actions.add_parser(
        "run",
        help="send every sheet of the kit to a service, and say what differs",
        description="Sends every sheet of the kit to a service and compares level, kind, allowed exercises and what fired. "
        "The exit status is 1 where anything differs.",
    )
    run.add_argument("address", metavar="URL", help="where the service is, such as http://127.0.0.1:8000")
    run.add_argument(
        "--grade",
        type=Grade,
        choices=list(Grade),
        default=Grade.CONDITIONS,
        help="how thoroughly (default: %(default)s)",
    )
    run.add_argument(
        "--kit", type=Path, default=kit_folder(), metavar="FOLDER", help="another kit than that of this version"
    )
    run.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help="sent with every call, as a key"
    )
    run.add_argument(
        "--most", type=int, default=_MOST_SHOWN, help="how many differing sheets to show (default: %(default)s)"
    )
    run.set_defaults(run=_run)


def _run(given: argparse.Namespace, settings: Settings) -> int:
    about = read_about(given.kit)
    service = Service(given.address, _headers(given.header))
    print(f"Kit of rule set {about.version}, {about.rule_set[:12]}.")
    serves = service.rule_set()
    if serves != about.rule_set:
        print(f"note: the service says that it serves {(serves or 'no hash')[:12]}; a difference may come from that.")
    count, differing = 0, 0
    for found in tried(read_cases(given.kit, given.grade), service.ask):
        count += 1
        if found.differences:
            differing += 1
            if differing <= given.most:
                print(f"{found.case.id} ({', '.join(found.case.shows[:3])})")
                print("".join(f"    {line}\n" for line in found.differences), end="")
    print(f"{count - differing} of {count} sheets of grade {given.grade} come to what they must; {differing} differ.")
    return _DIFFERS if differing else _SAME


def _headers(given: list[str]) -> dict[str, str]:
    pairs = [line.partition(":") for line in given]
    if wrong := next((name for name, colon, _ in pairs if not colon), None):
        raise RecommenderError(f"--header '{wrong}' has no colon. Give it as 'Name: value'.")
    return {name.strip(): value.strip() for name, _, value in pairs}
