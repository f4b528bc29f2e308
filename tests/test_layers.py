"""Imports only go down, and each third party is known to one place."""

from __future__ import annotations

import ast
from pathlib import Path

import recommender

PACKAGE = Path(recommender.__file__).resolve().parent

# Highest first. A module may import from its own layer's package and from layers below.
LAYERS = (
    ("cli",),
    ("cli_review",),
    ("web",),
    ("proof",),
    ("lab", "review"),
    ("rulebook",),
    ("edition",),
    ("check_in_presenter",),
    ("presenter",),
    ("service", "catalogue_filter", "coverage"),
    ("check_in",),
    ("answer_sheet", "sampling"),
    ("engine", "assembly"),
    ("loaders",),
    ("models",),
    ("settings",),
    ("errors",),
)
ONLY_IMPORTER = {
    "durable_rules_engine": {"engine/session.py"},
    "yaml": {"loaders/yaml_source.py"},
    "flask": {"web/"},
    "cryptography": {"web/"},
    "sqlalchemy": {"review/", "web/database.py"},
    "alembic": {"review/"},
    "argon2": {"review/accounts.py"},
}
NEVER = {"durable"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {str(node.module)} | {
                f"{node.module}.{alias.name}" for alias in node.names if node.module == "recommender"
            }
    return names


def layer_of(part: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


def test_imports_only_go_down() -> None:
    upward = []
    for path in modules():
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for name in imported(path):
            if name.startswith("recommender."):
                other = name.split(".")[1]
                if other != own and layer_of(other) <= layer_of(own):
                    upward.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert upward == []


def test_each_third_party_is_known_to_one_place() -> None:
    strays = []
    for path in modules():
        shown = path.relative_to(PACKAGE).as_posix()
        for name in imported(path):
            root = name.split(".")[0]
            if root in NEVER or not any(shown.startswith(home) for home in ONLY_IMPORTER.get(root, {""})):
                strays.append(f"{shown} imports {name}")
    assert strays == []


def test_no_rule_or_exercise_id_stands_in_python(recommender: object) -> None:
    from recommender.service import Recommender

    assert isinstance(recommender, Recommender)
    content = recommender.content
    ids = {rule.id for rule in content.rule_set.rules} | {exercise.id for exercise in content.catalogue.exercises}
    strays = []
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        strays += [f"{path.name}: {text}" for text in texts & ids]
    assert strays == []
