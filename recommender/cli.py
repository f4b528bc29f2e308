"""The command line: serve, check, recommend. The commands of the review room are in cli_review."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from recommender.answer_sheet import read_json
from recommender.cli_review import add_review_commands, migrate_at_start
from recommender.coverage import State, coverage, report
from recommender.engine.lint import lint
from recommender.errors import ContentError, Fault, IntakeError, RecommenderError
from recommender.loaders.brief import load_brief
from recommender.loaders.content import load_content
from recommender.loaders.languages import load_languages
from recommender.loaders.vignettes import load_vignettes
from recommender.models.content import Content
from recommender.presenter import present
from recommender.service import load_recommender
from recommender.settings import SETTING_ROWS, Settings, brief_folder, read_settings

_OK, _REFUSED, _BROKEN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused (bad answers or content), 2 could not run."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        status: int = given.run(given, read_settings())
    except ContentError as error:
        print(f"{error}\n{_count(error.faults)}", file=sys.stderr)
        return _REFUSED
    except IntakeError as error:
        print(json.dumps({"errors": error.messages}, indent=2, ensure_ascii=False), file=sys.stderr)
        return _REFUSED
    except RecommenderError as error:
        print(f"recommender: {error}", file=sys.stderr)
        return _BROKEN
    return status


def _parser() -> argparse.ArgumentParser:
    rows = "\n".join(f"  {row.name:18} {row.help} Default: {row.default}." for row in SETTING_ROWS)
    parser = argparse.ArgumentParser(
        prog="recommender",
        description="A safe, tailored back routine, or advice on where to get help.",
        epilog=f"settings (environment variables):\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the site and the API with gunicorn")
    serve.set_defaults(run=_serve)
    check = commands.add_parser("check", help="check every rule and catalogue file and print every fault")
    check.add_argument(
        "--coverage", action="store_true", help="also print what has become of each id of the evidence brief"
    )
    check.set_defaults(run=_check)
    recommend = commands.add_parser(
        "recommend", help="print the recommendation for a file of answers, as the API gives it"
    )
    recommend.add_argument("answers", type=Path, help='JSON file: {"answers": {...}}; - reads standard input')
    recommend.set_defaults(run=_recommend)
    add_review_commands(commands)
    return parser


def _serve(given: argparse.Namespace, settings: Settings) -> int:
    """Hand over to gunicorn, with the same configuration that `gunicorn wsgi:app` is documented with."""
    migrate_at_start(settings)
    config = Path(__file__).resolve().parent / "web" / "gunicorn_conf.py"
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), "recommender.web.app:create_app()"]
    os.execv(sys.executable, command)


def _check(given: argparse.Namespace, settings: Settings) -> int:
    faults: list[Fault] = []
    try:
        content = load_content(settings.rules_dir, settings.catalogue_dir)
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
    print(
        f"{len(rule_set.rules)} rules, {len(rule_set.branches)} cases, {len(questionnaire.intake_questions)} questions, "
        f"{len(content.catalogue.exercises)} exercises: no faults; engine and evaluator agree. "
        f"Languages: {', '.join(languages)}. "
        f"Version {rule_set.version}, hash {content.hash[:12]}."
    )
    return _coverage(content, settings) if given.coverage else _OK


def _coverage(content: Content, settings: Settings) -> int:
    lines = coverage(load_brief(brief_folder()), content, load_vignettes(settings.vignettes_dir))
    print(report(lines))
    return _REFUSED if any(line.state is State.MISSING for line in lines) else _OK


def _recommend(given: argparse.Namespace, settings: Settings) -> int:
    try:
        text = sys.stdin.read() if str(given.answers) == "-" else given.answers.read_text(encoding="utf-8")
        sheet = read_json(text)
    except (OSError, ValueError, RecursionError) as error:
        raise IntakeError({"answers": [f"The file cannot be read as JSON: {error}."]}) from error
    recommender = load_recommender(settings)
    intake = recommender.sheet.read(sheet.get("answers") if isinstance(sheet, dict) else None)
    shown = present(recommender.recommend(intake), recommender.content, settings.region)
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return _OK


def _count(faults: Sequence[Fault]) -> str:
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"


if __name__ == "__main__":
    sys.exit(main())
