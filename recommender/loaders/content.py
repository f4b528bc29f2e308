"""Load everything the product says, check its cross-references, and give it one hash."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from itertools import chain
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


def load_content(rules_dir: Path, catalogue_dir: Path) -> Content:
    """Return the whole content of two folders.

    Raises:
        ContentError: with every fault of every file; its ``partial`` is (questionnaire, rules) as far as they loaded.
    """
    rule_set_document = (
        read_document(rules_dir / "rule-set.yaml", f"{rules_dir.name}/rule-set.yaml")
        if (rules_dir / "rule-set.yaml").exists()
        else _missing(f"{rules_dir.name}/rule-set.yaml")
    )
    pages = list(read_folder(rules_dir / "questionnaire", rules_dir))
    rule_documents = [
        document
        for document in read_folder(rules_dir, rules_dir)
        if document.path != rule_set_document.path and "/questionnaire/" not in document.path
    ]
    exercises = list(read_folder(catalogue_dir / "exercises", catalogue_dir))
    side = {name: _side_document(catalogue_dir, name) for name in SIDE_FILES}
    documents = [rule_set_document, *pages, *rule_documents, *exercises, *side.values()]

    usable = [document for document in documents if not document.faults]
    vocabulary = _vocabulary(pages, rule_documents, exercises, side, rule_set_document)
    with Context(vocabulary):
        header = load_rule_set_file(rule_set_document) if rule_set_document in usable else None
        loaded_side = {
            name: load_side_file(name, document) if document in usable else None for name, document in side.items()
        }
        questionnaire = load_questionnaire([document for document in pages if document in usable])
        loaded_exercises = load_exercises([document for document in exercises if document in usable])
        rules = load_rules([document for document in rule_documents if document in usable])

    rule_set = RuleSet(
        version=header["version"] if header else "unknown",
        rules=rules,
        supplied=header["supplied_facts"] if header else (),
    )
    faults: list[Fault] = list(chain.from_iterable(document.faults for document in documents))
    if faults:
        raise ContentError(faults, partial=(questionnaire, rule_set))
    catalogue = build_catalogue(loaded_exercises, loaded_side)
    return Content(
        questionnaire, rule_set, catalogue, content_hash({document.path: document.data for document in documents})
    )


def content_hash(data: Any) -> str:
    """Return the SHA-256, in hex, of canonical JSON: keys sorted, text in NFC, no white space."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


def _missing(path: str) -> Document:
    return Document(
        path,
        faults=[Fault(path, 1, "is missing. Restore it, or point RULES_DIR and CATALOGUE_DIR at a complete folder.")],
    )


def _side_document(catalogue_dir: Path, name: str) -> Document:
    path = catalogue_dir / f"{name}.yaml"
    shown = f"{catalogue_dir.name}/{name}.yaml"
    return read_document(path, shown) if path.exists() else _missing(shown)


def _vocabulary(
    pages: list[Document],
    rules: list[Document],
    exercises: list[Document],
    side: dict[str, Document],
    rule_set: Document,
) -> Vocabulary:
    """Gather every word that may be referred to, from the raw data, before anything is checked."""
    words = {
        "source": _ids(side["sources"], "sources"),
        "tag": _ids(side["tags"], "tags"),
        "good_for": _ids(side["good_for"], "good_for"),
        "topic": _ids(side["advice"], "topics"),
        "decision": _ids(side["decisions"], "decisions"),
        "exercise": frozenset(_texts(_get(document.data, "id") for document in exercises)),
        "form": frozenset(
            f"{_get(document.data, 'id')}/{_get(form, 'id')}"
            for document in exercises
            for form in _list(document.data, "forms")
        ),
        **{word: _ids(side["vocabulary"], key) for word, key in _LISTS.items()},
    }
    questions = {
        str(_get(question, "id")): AskedQuestion(
            str(_get(question, "kind")), tuple(_texts(_get(option, "id") for option in _list(question, "options")))
        )
        for page in pages
        for question in _list(page.data, "questions")
    }
    words["question"] = frozenset(questions)
    flags, values = _derived(rules)
    supplied = frozenset(_texts(_get(fact, "id") for fact in _list(rule_set.data, "supplied_facts")))
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
