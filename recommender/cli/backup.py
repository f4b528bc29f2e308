"""The commands for backups of the review room: backup, restore."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cli.review import answering
from recommender.review.audit import AuditReport
from recommender.review.backup import make_backup, restore_backup
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.cli.review import Commands

_OK, _REFUSED = 0, 1


def add_backup_commands(commands: Commands) -> None:
    """Add the commands for backups to those of `recommender`."""
    backup = commands.add_parser(
        "backup", help="write the record, its key and the certificate to one file, while serving"
    )
    backup.add_argument(
        "file", type=Path, help="a file that is not there yet; it holds the key, so keep it apart and safe"
    )
    backup.set_defaults(run=answering(_backup))
    restore = commands.add_parser("restore", help="put back what a backup holds, after checking it")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--replace", action="store_true", help="overwrite the database, key and certificate that are there"
    )
    restore.add_argument("--older", action="store_true", help="also where the record went on after the backup was made")
    restore.set_defaults(run=answering(_restore))


def _backup(given: argparse.Namespace, settings: Settings) -> int:
    report = make_backup(settings, given.file)
    _tell(report)
    if report.faults:
        print(f"{given.file} is written, but the record is not as it was written:", file=sys.stderr)
        print("\n".join(report.faults), file=sys.stderr)
        return _REFUSED
    print(f"Wrote {given.file}.")
    return _OK


def _restore(given: argparse.Namespace, settings: Settings) -> int:
    report = restore_backup(settings, given.file, replace=given.replace, older=given.older)
    _tell(report)
    print(f"Restored {given.file}. Restart the processes that serve.")
    return _OK


def _tell(report: AuditReport) -> None:
    print(f"count {report.count}\nhead {report.head}")
    if not report.count:
        print("The record is empty. That proves nothing.")
