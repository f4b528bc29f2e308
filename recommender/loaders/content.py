"""Load everything the product says, check its cross-references, and give it one hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow.experimental.context import Context

from recommender.errors import ContentError, Fault
from recommender.loaders.catalogue import SIDE_FILES, build_catalogue, load_exercises, load_side_file
from recommender.loaders.figures import read_figures
from recommender.loaders.manifest import Entry, hold_against
from recommender.loaders.proof_record import read_kept_proof
from recommender.loaders.questionnaire import load_questionnaire
from recommender.loaders.rules import load_rule_set_file, load_rules
from recommender.loaders.tables import write_out_tables
from recommender.loaders.themes import THEMES_FILE, read_themes
from recommender.loaders.vocabulary import AskedQuestion, Range, Vocabulary
from recommender.loaders.yaml_source import Document, Location, read_document, read_folder, read_strays
from recommender.models.content import Content
from recommender.models.content_hash import content_hash
from recommender.models.levels import Stage
from recommender.models.proof_record import PROOF_FILE
from recommender.models.rules import RuleSet

_LISTS = {
    "kind": "kinds",
    "position": "positions",
    "place": "places",
    "equipment": "equipment",
    "region": "regions",
    "slot": "slots",
}
# What else lies in the folder of the catalogue.
_BESIDE_RULES = ("README.md", PROOF_FILE)
_BESIDE = ("README.md", "exercises", "figures", THEMES_FILE)


@dataclass(frozen=True, slots=True)
class _Files:
    """Every content file, read but not yet checked."""

    rule_set: Document
    pages: list[Document]
    rules: list[Document]
    exercises: list[Document]
    side: dict[str, Document]
    strays: list[Document]

    def __iter__(self) -> Iterator[Document]:
        yield from (self.rule_set, *self.pages, *self.rules, *self.exercises, *self.side.values(), *self.strays)

    def usable(self, documents: list[Document]) -> list[Document]:
        return [document for document in documents if not document.faults]


def load_content(rules_dir: Path, catalogue_dir: Path) -> Content:
    """Return the whole content of two folders.

    Raises:
        ContentError: with every fault of every file; its ``partial`` is (questionnaire, rules) as far as they loaded.
    """
    files = _read_files(rules_dir, catalogue_dir)
    with Context(_vocabulary(files)):
        header = None if files.rule_set.faults else load_rule_set_file(files.rule_set)
        side = {
            name: None if document.faults else load_side_file(name, document) for name, document in files.side.items()
        }
        questionnaire = load_questionnaire(files.usable(files.pages), header["questions_version"] if header else 1)
        exercises = load_exercises(files.usable(files.exercises))
        version, supplied = (header["version"], header["supplied_facts"]) if header else ("unknown", ())
        rules = load_rules(files.usable(files.rules), supplied if header else None)
        sorting, themes = read_themes(catalogue_dir)
    _hold_against_manifests(files)
    schedule, unread = (header["check_in_schedule"], header.get("unread_answers")) if header else (None, None)
    rule_set = RuleSet(version, rules, supplied, schedule, unread)
    poses, figures = read_figures(catalogue_dir / "figures", _forms(files.exercises))
    faults = [fault for document in (*files, *poses, *sorting) for fault in document.faults]
    if faults:
        raise ContentError(faults, partial=(questionnaire, rule_set))
    data = {_name_in_hash(document): document.data for document in (*files, *poses)}
    proof = read_kept_proof(rules_dir)
    return Content(
        questionnaire, rule_set, build_catalogue(exercises, side), figures, content_hash(data), proof, themes
    )


def load_vocabulary(rules_dir: Path, catalogue_dir: Path) -> Vocabulary:
    """Return every word that conditions and actions of a content may refer to; faults of its files are not looked for."""
    return _vocabulary(_read_files(rules_dir, catalogue_dir))


def _read_files(rules_dir: Path, catalogue_dir: Path) -> _Files:
    rule_set = _single(rules_dir, "rule-set")
    in_rules = [
        document for document in read_folder(rules_dir, rules_dir, _BESIDE_RULES) if document.path != rule_set.path
    ]
    rules = [document for document in in_rules if "/questionnaire/" not in document.path]
    for document in rules:
        write_out_tables(document)
    return _Files(
        rule_set=rule_set,
        pages=[document for document in in_rules if "/questionnaire/" in document.path],
        rules=rules,
        exercises=list(read_folder(catalogue_dir / "exercises", catalogue_dir)),
        side={name: _single(catalogue_dir, name) for name in SIDE_FILES},
        strays=list(read_strays(catalogue_dir, {*_BESIDE, *(f"{name}.yaml" for name in SIDE_FILES)})),
    )


def _single(folder: Path, name: str) -> Document:
    path = folder / f"{name}.yaml"
    shown = f"{folder.name}/{name}.yaml"
    if path.exists():
        return read_document(path, shown)
    told = "is missing. Restore it, or point RULES_DIR and CATALOGUE_DIR at a complete folder."
    return Document(shown, faults=[Fault(shown, 1, told, f"the file {name}.yaml is missing.")])


def _hold_against_manifests(files: _Files) -> None:
    """Add a fault for everything that is lost, and for everything that nobody wrote down."""
    rule_set, catalogue, levels = files.rule_set, files.side["catalogue"], files.side["dispositions"]
    for listing, place, kind, documents, key in (
        (rule_set, ("manifest", "questions"), "question", files.pages, "questions"),
        (rule_set, ("manifest", "rules"), "rule", files.rules, None),
        (catalogue, ("exercises",), "exercise", files.exercises, None),
        (catalogue, ("dispositions",), "disposition", [levels], "dispositions"),
    ):
        are_read = all(document.data is not None for document in documents)
        hold_against(listing, place, kind, _entries(documents, key), is_all=are_read)


def _entries(documents: Iterable[Document], key: str | None = None) -> Iterator[Entry]:
    """Yield what the documents hold: each its own entry, or those that it lists under the key."""
    for document in documents:
        if key is None:
            held: list[tuple[Any, Location]] = [(document.data, ())]
        else:
            held = [(entry, (key, number)) for number, entry in enumerate(_list(document.data, key))]
        for data, place in held:
            found = _get(data, "id")
            if isinstance(found, str):
                yield Entry(found, document, (*place, "id"))


def _name_in_hash(document: Document) -> str:
    """Return the path inside its folder: where the folders lie, and what they are called, is no part of the content."""
    return document.path.split("/", 1)[1]


def _vocabulary(files: _Files) -> Vocabulary:
    """Gather every word that may be referred to, from the raw data, before anything is checked."""
    words = {
        "source": _ids(files.side["sources"], "sources"),
        "tag": _ids(files.side["tags"], "tags"),
        "good_for": _ids(files.side["good_for"], "good_for"),
        "topic": _ids(files.side["advice"], "topics"),
        "decision": _ids(files.side["decisions"], "decisions"),
        "exercise": frozenset(_texts(_get(document.data, "id") for document in files.exercises)),
        "form": frozenset(
            f"{_get(document.data, 'id')}/{_get(form, 'id')}"
            for document in files.exercises
            for form in _list(document.data, "forms")
        ),
        **{word: _ids(files.side["vocabulary"], key) for word, key in _LISTS.items()},
    }
    questions = {
        str(_get(question, "id")): AskedQuestion(
            str(_get(question, "kind")), tuple(_texts(_get(option, "id") for option in _list(question, "options")))
        )
        for page in files.pages
        for question in _list(page.data, "questions")
    }
    words["question"] = frozenset(questions)
    words["page"] = frozenset(_texts(_get(page.data, "id") for page in files.pages))
    words["rule"] = frozenset(_texts(_get(rule.data, "id") for rule in files.rules))
    flags, values = _derived(files.rules)
    supplied = frozenset(_texts(_get(fact, "id") for fact in _list(files.rule_set.data, "supplied_facts")))
    counts = _counts(files.rules)
    ranks = {str(_get(rank, "id")): _whole(rank, "points", 0) for rank in _list(files.rule_set.data, "ranks")}
    words["rank"] = frozenset(ranks)
    ranges = {**_ranges(files), **{name: (0, len(parts)) for name, parts in counts.items()}}
    return Vocabulary(words, questions, flags, {**values, "stage": tuple(Stage)}, supplied, ranges, counts, ranks)


def _forms(exercises: list[Document]) -> dict[str, frozenset[str]]:
    """Return the forms of every exercise that can be read."""
    return {
        str(_get(document.data, "id")): frozenset(_texts(_get(form, "id") for form in _list(document.data, "forms")))
        for document in exercises
    }


def _counts(rules: list[Document]) -> dict[str, list[Any]]:
    """Return the conditions that rules count by name."""
    found = [_get(document.data, "counts") for document in rules]
    return {
        str(name): parts
        for counts in found
        if isinstance(counts, dict)
        for name, parts in counts.items()
        if isinstance(parts, list) and parts
    }


def _ranges(files: _Files) -> dict[str, Range]:
    """Return how far the numbers that are asked for, or worked out, can go. Only a difference may be below 0."""
    asked = {
        str(_get(question, "id")): (_whole(question, "minimum", 0), _whole(question, "maximum", 10))
        for page in files.pages
        for question in _list(page.data, "questions")
    }
    worked_out: dict[str, Range] = {
        str(_get(fact, "id")): (None if _get(fact, "difference") else 0, None)
        for fact in _list(files.rule_set.data, "supplied_facts")
    }
    return {**asked, **worked_out}


def _whole(data: Any, key: str, default: int) -> int:
    value = _get(data, key)
    return value if isinstance(value, int) else default


def _derived(rules: list[Document]) -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """Return the findings that rules derive: those that hold or not, and those with a value."""
    flags: set[str] = set()
    values: dict[str, tuple[str, ...]] = {}
    for document in rules:
        for case in [document.data, *_list(document.data, "cases")]:
            derive = _get(_get(case, "then"), "derive")
            if isinstance(derive, dict):
                for name, value in derive.items():
                    values[name] = (*values.get(name, ()), str(value))
            else:
                flags.update(_texts(derive if isinstance(derive, list) else [derive]))
    return frozenset(flags), values


def _get(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _list(data: Any, key: str) -> list[Any]:
    value = _get(data, key)
    return value if isinstance(value, list) else []


def _ids(document: Document, key: str) -> frozenset[str]:
    return frozenset(_texts(_get(item, "id") for item in _list(document.data, key)))


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str)]
