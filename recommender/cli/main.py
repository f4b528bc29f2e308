"""The command line: serve, check, recommend. The commands of the review room are in cli/review, those of translators and of proofs in modules of their own."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, TextIO, cast

from recommender import __version__
from recommender.analysis.brief import load_brief
from recommender.analysis.brief_coverage import CoverageState, coverage, report
from recommender.analysis.lint import lint
from recommender.cli.approved import refuse_unapproved
from recommender.cli.backup import add_backup_commands
from recommender.cli.batch import add_batch_command
from recommender.cli.conformance import add_conformance_command
from recommender.cli.diff import add_diff_command
from recommender.cli.keys import add_key_commands
from recommender.cli.prove import add_prove_command
from recommender.cli.review import add_review_commands, migrate_at_start, record_notes
from recommender.cli.sample import add_sample_command
from recommender.cli.translations import add_translations_command
from recommender.errors import (
    COULD_NOT_RUN,
    ContentError,
    ErrorText,
    Fault,
    InputFault,
    IntakeError,
    ProblemCode,
    RecommenderError,
    tell,
)
from recommender.figures.gallery import Gallery, drawings_of, undrawn
from recommender.loaders.checked_settings import load_settings
from recommender.loaders.content import load_content
from recommender.loaders.forbidden import shipped_forbidden_moves, unknown_words
from recommender.loaders.languages import load_languages
from recommender.loaders.safety_case import control_faults, shipped_safety_case, tests_in
from recommender.loaders.vignettes import load_vignettes
from recommender.models.content import Content
from recommender.presentation.recommendation import present
from recommender.questionnaire.answer_sheet import read_json
from recommender.service.recommend import load_recommender
from recommender.settings import SETTING_ROWS, Settings
from recommender.settings.folders import brief_folder, content_folder

_OK, _REFUSED = 0, 1
# What a shell says of a command that ended because nobody read on.
_NOT_READ_ON = 128 + 13


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused (bad answers or content), 2 could not run.

    Where whoever reads goes away, as in ``recommender check | head -1``, it ends quietly with 141, as other commands do.
    """
    told, warned = _Read(sys.stdout), _Read(sys.stderr)
    try:
        with redirect_stdout(cast(TextIO, told)), redirect_stderr(cast(TextIO, warned)):
            try:
                return _run(arguments)
            finally:
                sys.stdout.flush()
    except NobodyReads:
        # What is still to be written goes nowhere, or Python would complain at its end.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return _NOT_READ_ON


class NobodyReads(BaseException):
    """Whoever read what a command says has gone away. No error of a file, and nothing that a command could do anything about."""


class _Read:
    """A stream that somebody reads, or nobody any more: no command may take that for a file of its own that cannot be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError as error:
            raise NobodyReads from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError as error:
            raise NobodyReads from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _run(arguments: Sequence[str] | None) -> int:
    given = parser().parse_args(arguments)
    try:
        status: int = given.run(given, load_settings())
    except ContentError as error:
        print(f"{error}\n{_count(error.faults)}", file=sys.stderr)
        return _REFUSED
    except IntakeError as error:
        print(json.dumps({"errors": error.messages}, indent=2, ensure_ascii=False), file=sys.stderr)
        return _REFUSED
    except RecommenderError as error:
        tell(error)
        return COULD_NOT_RUN
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command, with what each setting means at the end of its help."""
    rows = "\n".join(f"  {row.name:18} {row.help} Default: {row.default_shown}." for row in SETTING_ROWS)
    made = argparse.ArgumentParser(
        prog="recommender",
        description="A safe, tailored back routine, or advice on where to get help.",
        epilog=f"settings (environment variables):\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = made.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the site and the API with gunicorn")
    serve.set_defaults(run=_serve)
    check = commands.add_parser("check", help="check every setting, rule and catalogue file, and print every fault")
    check.add_argument(
        "--coverage", action="store_true", help="also print what has become of each id of the evidence brief"
    )
    check.set_defaults(run=_check)
    recommend = commands.add_parser(
        "recommend", help="print the recommendation for a file of answers, as the API gives it"
    )
    recommend.add_argument("answers", type=Path, help='JSON file: {"answers": {...}}; - reads standard input')
    recommend.set_defaults(run=_recommend)
    add_batch_command(commands)
    add_conformance_command(commands)
    add_prove_command(commands)
    add_diff_command(commands)
    add_sample_command(commands)
    add_translations_command(commands)
    add_review_commands(commands)
    add_backup_commands(commands)
    add_key_commands(commands)
    return made


def _serve(given: argparse.Namespace, settings: Settings) -> int:
    """Hand over to gunicorn, with the same configuration that `gunicorn wsgi:app` is documented with."""
    migrate_at_start(settings)
    # gunicorn reads this one by itself, before our configuration, and takes "" for a number.
    environment = {**os.environ, "WEB_CONCURRENCY": str(settings.web_concurrency)}
    config = Path(__file__).resolve().parents[1] / "web" / "gunicorn_conf.py"
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), "recommender.web.app:create_served_app()"]
    os.execve(sys.executable, command, environment)


def _check(given: argparse.Namespace, settings: Settings) -> int:
    faults: list[Fault] = []
    try:
        content = load_content(settings.rules_dir, settings.catalogue_dir)
        faults += unknown_words(shipped_forbidden_moves(), content)
        questionnaire, rule_set = content.questionnaire, content.rule_set
        faults += lint(questionnaire, rule_set, content.catalogue)
    except ContentError as error:
        faults += error.faults
        if error.partial is not None:
            questionnaire, rule_set = error.partial
            faults += lint(questionnaire, rule_set, None)
    try:
        languages = load_languages(settings.translations_dir, settings.languages)
    except ContentError as error:
        faults += error.faults
    if faults:
        raise ContentError(faults)
    recommender = load_recommender(settings)
    if recommender.faults:
        print("\n".join(recommender.faults), file=sys.stderr)
        return _REFUSED
    if not (_all_are_drawn(content, settings) and _controls_are_there(content, settings)):
        return _REFUSED
    print(
        f"{len(rule_set.rules)} rules, {len(rule_set.branches)} cases, {len(questionnaire.intake_questions)} questions, "
        f"{len(content.catalogue.exercises)} exercises: no faults; engine and evaluator agree. "
        f"Languages: {', '.join(languages)}. "
        f"Version {rule_set.version}, hash {content.hash[:12]}."
    )
    for note in record_notes(settings):
        print(f"note: {note}")
    return _coverage(content, settings) if given.coverage else _OK


def _all_are_drawn(content: Content, settings: Settings) -> bool:
    """Say which forms no drawing shows as their pose data says; in a clinic's own catalogue that is a warning only."""
    forms = ((form.exercise, form.id) for form in content.catalogue.forms.values())
    missing = undrawn(drawings_of(content.figures), forms)
    own = settings.catalogue_dir.resolve() != content_folder("catalogue").resolve()
    for form in missing:
        told = (
            "warning: {} has no drawing; people see its steps alone." if own else "{} has no drawing. Run make figures."
        )
        print(told.format(form), file=sys.stderr)
    return own or not missing


def _controls_are_there(content: Content, settings: Settings) -> bool:
    """Say which controls of the hazard log are gone; beside a clinic's own rules, which may have others, as a warning only."""
    own = settings.rules_dir.resolve() != content_folder("rules").resolve()
    faults = list(control_faults(shipped_safety_case(), content, tests_in(settings.vignettes_dir.parent)))
    for fault in faults:
        print(f"{'warning: ' if own else ''}{fault}", file=sys.stderr)
    return own or not faults


def _coverage(content: Content, settings: Settings) -> int:
    lines = coverage(load_brief(brief_folder()), content, load_vignettes(settings.vignettes_dir))
    print(report(lines))
    return _REFUSED if any(line.state is CoverageState.MISSING for line in lines) else _OK


def _recommend(given: argparse.Namespace, settings: Settings) -> int:
    try:
        text = sys.stdin.read() if str(given.answers) == "-" else given.answers.read_text(encoding="utf-8")
        sheet = read_json(text)
    except (OSError, ValueError, RecursionError) as error:
        told = ErrorText(ProblemCode.NOT_JSON, f"The file cannot be read as JSON: {error}.")
        raise IntakeError([InputFault((), "answers", told)]) from error
    recommender = load_recommender(settings)
    refuse_unapproved(recommender.content, settings)
    intake = recommender.sheet.read(sheet.get("answers") if isinstance(sheet, dict) else None)
    figures = recommender.content.figures
    gallery = Gallery(figures, drawings_of(figures))
    shown = present(recommender.recommend(intake), recommender.content, settings.region, gallery=gallery)
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return _OK


def _count(faults: Sequence[Fault]) -> str:
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"


if __name__ == "__main__":
    sys.exit(main())
