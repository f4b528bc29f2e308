"""The commands for keys of programs that ask the API: add, list, revoke."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from recommender.cli.review import answering, review_database
from recommender.errors import RecommenderError
from recommender.review import api_keys
from recommender.review.api_keys import Scope
from recommender.review.key_file import grants_file, keep_grants
from recommender.review.keys import audit_key
from recommender.review.tables import now
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.cli.review import Commands
    from recommender.review.database import Session

_OK = 0
_OFF = "Keys are not looked at: set API_KEYS to optional or required, and start again."


def add_key_commands(commands: Commands) -> None:
    """Add the commands for keys to those of `recommender`."""
    keys = commands.add_parser("keys", help="the keys of programs that ask the API")
    actions = keys.add_subparsers(title="actions", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a key, and print it this once")
    add.add_argument("name", help="whose it is")
    add.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in Scope],
        help="a kind of call that it is for; again for another, without any for all",
    )
    add.add_argument("--a-minute", type=int, metavar="N", help="its own limit, in place of RECOMMENDATIONS_A_MINUTE")
    add.set_defaults(run=answering(_add))
    listing = actions.add_parser("list", help="list every key by its public part; none can be read again")
    listing.set_defaults(run=answering(_list))
    revoke = actions.add_parser("revoke", help="end a key; every process follows within a minute")
    revoke.add_argument("id", help="the public part, as the list has it")
    revoke.set_defaults(run=answering(_revoke))


def _add(given: argparse.Namespace, settings: Settings) -> int:
    scopes = [Scope(one) for one in given.scope] if given.scope else list(Scope)
    with review_database(settings) as session:
        key = api_keys.add_key(session, given.name, scopes, given.a_minute)
        _keep(session, settings)
    print(key)
    print("It is shown this once. Send it as: Authorization: Bearer <key>", file=sys.stderr)
    if settings.api_keys == "off":
        print(_OFF, file=sys.stderr)
    return _OK


def _list(given: argparse.Namespace, settings: Settings) -> int:
    with review_database(settings) as session:
        for key in api_keys.every_key(session):
            state = "live" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"
            limit = "-" if key.a_minute is None else str(key.a_minute)
            print("\t".join((key.id, key.name, ",".join(key.scopes), limit, f"{key.created_at:%Y-%m-%d}", state)))
    return _OK


def _revoke(given: argparse.Namespace, settings: Settings) -> int:
    with review_database(settings) as session:
        api_keys.revoke_key(session, given.id)
    # It is revoked whether or not the file can be written here.
    with review_database(settings) as session:
        try:
            _keep(session, settings)
        except RecommenderError as error:
            print(f"{error} What starts without the database does not know of it.", file=sys.stderr)
    print(f"Revoked {given.id}. Every process follows within a minute.")
    return _OK


def _keep(session: Session, settings: Settings) -> None:
    """Have a start know of it at once, even one without the database.

    Raises:
        RecommenderError: the file beside the database cannot be written.
    """
    try:
        keep_grants(settings, audit_key(settings), api_keys.grants(session), now())
    except OSError as error:
        raise RecommenderError(f"{grants_file(settings)}: cannot be written ({error.strerror}).") from error
