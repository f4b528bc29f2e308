"""Imports only go down, and each third party is known to one place."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import recommender

PACKAGE = Path(recommender.__file__).resolve().parent
TOOLS = PACKAGE.parent / "tools"
# One records replies to requests that name moves, the other writes a page of the brief, which cites rules.
NAME_SOME_ON_PURPOSE = {"record_replies.py", "brief_questions.py"}
A_RULE_ID = re.compile(r"[A-Z]+-[A-Z]?\d{2}")

# Highest first. A module may import from its own layer's package and from layers below.
LAYERS = (
    ("__main__", "wsgi"),
    ("cli",),
    ("web",),
    ("rule_mutants", "proof", "batch", "conformance", "proposals"),
    ("lab", "review"),
    ("rulebook",),
    ("presentation",),
    ("service",),
    ("check_in",),
    ("analysis",),
    ("assembly",),
    ("questionnaire",),
    ("engine", "figures"),
    ("loaders",),
    ("models",),
    ("settings",),
    ("errors",),
)
# The rooms of the site, and which others each may import from. Plan stands on result, and that on the questionnaire.
WEB = "web"
ROOMS_OF_WEB: dict[str, set[str]] = {
    "telemetry": set(),
    "core": {"telemetry"},
    "questionnaire": {"core"},
    "result": {"core", "questionnaire"},
    "plan": {"core", "questionnaire", "result"},
    "hurts": {"core", "questionnaire", "result", "plan"},
    "paper": {"core"},
    "link": {"core", "questionnaire", "result", "plan", "hurts", "paper"},
    "offline": {"core", "questionnaire", "result", "plan", "hurts", "link"},
    "api": {"core", "questionnaire", "plan"},
    "embed": {"core", "api"},
    "keys": {"core", "review"},
    "rulebook": {"core"},
    "review": {"core", "paper"},
    "work": {"core", "review"},
    "proposals": {"core", "review"},
    "lab": {"core", "questionnaire"},
    "site": {"core", "questionnaire"},
}
# Modules beside the rooms: what opens the service, and what puts everything together.
MODULES_OF_WEB: dict[str, set[str]] = {
    "startup": {"core"},
    "app": {*ROOMS_OF_WEB, "startup"},
    "request_buffer": set(),
    "gunicorn_worker": {"core", "request_buffer", "telemetry"},
    "reloading": {"core", "startup", "telemetry"},
    "gunicorn_conf": {"gunicorn_worker", "reloading", "telemetry"},
}
MOST_MODULES_IN_A_ROOM = 15
LONGEST_CHAIN = 12
ONLY_IMPORTER = {
    "durable_rules_engine": {"engine/durable_rules.py"},
    "yaml": {"loaders/yaml_source.py"},
    "flask": {"web/"},
    "gunicorn": {"web/gunicorn_worker.py"},
    "cryptography": {"web/"},
    "sqlalchemy": {"review/", "web/review/database.py"},
    "alembic": {"review/"},
    "argon2": {"review/accounts.py"},
    "zxcvbn": {"review/accounts.py"},
    "pyotp": {"review/second_factor.py"},
    "structlog": {"web/telemetry/"},
    "prometheus_client": {"web/telemetry/metrics.py"},
    "whitenoise": {"web/core/static_files.py"},
    "segno": {"web/link/qr.py"},
    "pysat": {"proof/solver.py"},
    "dd": {"proof/counting.py"},
    "msgspec": {"web/api/json_replies.py", "batch/answering.py"},
    "tqdm": {"batch/progress.py"},
    "pyarrow": {"batch/parquet.py"},
    "distributed": {"batch/cluster.py"},
    "apispec": {"presentation/openapi/document.py"},
}
NEVER = {"durable"}


def strings_of(path: Path) -> set[str]:
    """Return the strings of a module but for its docstrings, which may explain with an example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)
    return {node.value for node in constants if isinstance(node.value, str)}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {str(node.module)} | {
                f"{node.module}.{alias.name}"
                for alias in node.names
                if node.module == "recommender" and alias.name != "__version__"
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
            if name.startswith("recommender.") and not name.startswith("recommender.__"):
                other = name.split(".")[1]
                if other != own and layer_of(other) <= layer_of(own):
                    upward.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert upward == []


def test_each_room_of_the_site_imports_only_from_those_below() -> None:
    may_import = ROOMS_OF_WEB | MODULES_OF_WEB
    found = {room: {other for other in others_of(room) if other != room} for room in may_import}
    assert {room: extra for room, others in found.items() if (extra := others - may_import[room])} == {}
    rooms = {path.relative_to(PACKAGE / WEB).parts[0].removesuffix(".py") for path in (PACKAGE / WEB).rglob("*.py")}
    assert rooms - {"__init__"} == set(may_import)


def others_of(room: str) -> set[str]:
    """Return the rooms and modules of the site that one of them imports."""
    paths = [*(PACKAGE / WEB / room).rglob("*.py"), *(PACKAGE / WEB).glob(f"{room}.py")]
    parts = [name.split(".") for path in paths for name in imported(path)]
    return {part[2] for part in parts if part[:2] == [PACKAGE.name, WEB] and len(part) > 2}


def test_no_two_folders_import_from_each_other() -> None:
    """Not in a ring either, and imports for the type checker count too."""
    below: dict[str, set[str]] = {}
    for path in modules():
        own = path.parent.relative_to(PACKAGE).as_posix()
        for name in imported(path):
            other = home_of(name)
            if other not in (None, own):
                below.setdefault(own, set()).add(str(other))
    TopologicalSorter(below).prepare()  # raises a CycleError that names the ring


def home_of(name: str) -> str | None:
    """Return the folder of a module or package of ours, below the package; None for others, and for the package itself."""
    parts = name.split(".")
    if parts[0] != PACKAGE.name:
        return None
    place = PACKAGE.joinpath(*parts[1:])
    while not place.is_dir():
        place = place.parent
    return None if place == PACKAGE else place.relative_to(PACKAGE).as_posix()


def test_no_room_of_the_site_is_crowded() -> None:
    counts = {room: len(list((PACKAGE / WEB / room).glob("*.py"))) for room in ROOMS_OF_WEB}
    assert {room: count for room, count in counts.items() if count > MOST_MODULES_IN_A_ROOM} == {}


def test_no_chain_of_imports_is_long() -> None:
    """Of imports that are run; those that only the type checker follows do not make the start any longer."""
    names = {".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in modules()}
    chains: dict[str, tuple[str, ...]] = {}

    def chain_of(name: str) -> tuple[str, ...]:
        if name not in chains:
            below = [chain_of(other) for other in run_imports(names[name]) & set(names) - {name}]
            chains[name] = (name, *max(below, key=len, default=()))
        return chains[name]

    longest = max((chain_of(name) for name in names), key=len)
    assert len(longest) <= LONGEST_CHAIN, longest


def run_imports(path: Path) -> set[str]:
    """Return the modules, and the names in them, that a module imports when it is itself imported."""
    found = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {str(node.module) for node in found} | {f"{node.module}.{one.name}" for node in found for one in node.names}


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
    from recommender.service.recommend import Recommender

    assert isinstance(recommender, Recommender)
    content = recommender.content
    ids = {rule.id for rule in content.rule_set.rules} | {exercise.id for exercise in content.catalogue.exercises}
    tools = [path for path in TOOLS.rglob("*.py") if path.name not in NAME_SOME_ON_PURPOSE]
    assert len(tools) > 20
    strays = [f"{path.name}: {text}" for path in [*modules(), *tools] for text in strings_of(path) & ids]
    # The figures of a tool carry names of their own: an id within one would be printed long after the rule has changed.
    strays += [
        f"{path.name}: {text}" for path in tools for text in strings_of(path) if ids & set(A_RULE_ID.findall(text))
    ]
    assert strays == []
