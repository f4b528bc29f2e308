"""Load everything the product says, check its cross-references, and give it one hash."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow.experimental.context import Context

from recommender.errors import ContentError, Fault
from recommender.loaders.catalogue import SIDE_FILES, build_catalogue, load_exercises, load_side_file
from recommender.loaders.questionnaire import load_questionnaire
from recommender.loaders.rules import load_rule_set_file, load_rules
from recommender.loaders.vocabulary import AskedQuestion, Vocabulary
from recommender.loaders.yaml_source import Document, read_document, read_folder
from recommender.models.content import Content
from recommender.models.levels import Stage
from recommender.models.rules import RuleSet

_LISTS = {
    "kind": "kinds",
    "position": "positions",
    "place": "places",
    "equipment": "equipment",
    "region": "regions",
    "slot": "slots",
}


@dataclass(frozen=True, slots=True)
class _Files:
    """Every content file, read but not yet checked."""

    rule_set: Document
    pages: list[Document]
    rules: list[Document]
    exercises: list[Document]
    side: dict[str, Document]

    def __iter__(self) -> Iterator[Document]:
        yield from (self.rule_set, *self.pages, *self.rules, *self.exercises, *self.side.values())

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
        questionnaire = load_questionnaire(files.usable(files.pages))
        exercises = load_exercises(files.usable(files.exercises))
        rules = load_rules(files.usable(files.rules))
    version, supplied = (header["version"], header["supplied_facts"]) if header else ("unknown", ())
    rule_set = RuleSet(version, rules, supplied)
    faults = [fault for document in files for fault in document.faults]
    if faults:
        raise ContentError(faults, partial=(questionnaire, rule_set))
    data = {_name_in_hash(document): document.data for document in files}
    return Content(questionnaire, rule_set, build_catalogue(exercises, side), content_hash(data))


def _read_files(rules_dir: Path, catalogue_dir: Path) -> _Files:
    rule_set = _single(rules_dir, "rule-set")
    in_rules = [document for document in read_folder(rules_dir, rules_dir) if document.path != rule_set.path]
    return _Files(
        rule_set=rule_set,
        pages=[document for document in in_rules if "/questionnaire/" in document.path],
        rules=[document for document in in_rules if "/questionnaire/" not in document.path],
        exercises=list(read_folder(catalogue_dir / "exercises", catalogue_dir)),
        side={name: _single(catalogue_dir, name) for name in SIDE_FILES},
    )


def _single(folder: Path, name: str) -> Document:
    path = folder / f"{name}.yaml"
    shown = f"{folder.name}/{name}.yaml"
    if path.exists():
        return read_document(path, shown)
    told = "is missing. Restore it, or point RULES_DIR and CATALOGUE_DIR at a complete folder."
    return Document(shown, faults=[Fault(shown, 1, told)])


def _name_in_hash(document: Document) -> str:
    """Return the path inside its folder: where the folders lie, and what they are called, is no part of the content."""
    return document.path.split("/", 1)[1]


def content_hash(data: Any) -> str:
    """Return the SHA-256, in hex, of canonical JSON: keys sorted, text in NFC, no white space."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


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
    return Vocabulary(words, questions, flags, {**values, "stage": tuple(Stage)}, supplied)


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
