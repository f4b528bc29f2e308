"""What depends on each value of the rule and catalogue files, worked out from the raw files and not by the code under test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recommender.rulebook.targets import Target, TargetKind

HISTORY = {"author", "since", "changed", "notes"}
BACKGROUND = {"figure_hint", "seeds", "seed_notes", "decisions"}
# What a rule that reads a question is bound to, beside the answers that it names.
READ = {
    *("id", "kind", "text", "minimum", "maximum", "low_label", "high_label"),
    *("shown_if", "asked_if", "after_result"),
}
FACTS = {"supplied_facts", "check_in_schedule", "unread_answers", "questions_version"}

Step = str | int
Place = tuple[Step, ...]


@dataclass(frozen=True)
class Leaf:
    """One scalar of one file: the file below the root, the way to it, and its value."""

    path: str
    place: Place
    value: Any


def leaves(path: str, value: Any, place: Place = ()) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(path, part, (*place, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(path, part, (*place, number))
    elif value is not None:
        yield Leaf(path, place, value)


def spread(data: Mapping[str, Any]) -> list[tuple[dict[str, Any], Place, int | None]]:
    """Return every case of a rule, with the place of its entry or table in the file and the row of the table."""
    if "table" in data:
        return [(case, ("table",), row) for row, case in enumerate(rows_as_cases(data["table"]))]
    found: list[tuple[dict[str, Any], Place, int | None]] = []
    for number, case in enumerate(data.get("cases", [])):
        if "table" in case:
            rows = enumerate(rows_as_cases(case["table"]))
            found += [(written, ("cases", number, "table"), row) for row, written in rows]
        else:
            found.append((case, ("cases", number), None))
    return found


def rows_as_cases(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in table["rows"]:
        asked, done, words = [], {}, {}
        for column, cell in zip(table["columns"], row, strict=False):
            if cell is None:
                continue
            if isinstance(column, str):
                words[column] = cell
            elif "when" in column:
                ((subject, operator),) = column["when"].items()
                asked.append({subject: {operator: cell}})
            else:
                first, *below = column["then"].split(".")
                for key in reversed(below):
                    cell = {key: cell}
                done[first] = {**done[first], **cell} if first in done else cell
        yield {"when": {table.get("match", "all"): asked}, "then": done, **words}


class Oracle:
    """What depends on what, read from the raw files alone."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self.files = files
        self.rules = {
            data["id"]: data
            for path, data in files.items()
            if path.startswith("rules/") and "/questionnaire/" not in path and not path.endswith("rule-set.yaml")
        }
        self.pages = [data for path, data in files.items() if "/questionnaire/" in path]
        self.questions = {question["id"]: question for page in self.pages for question in page["questions"]}
        self.facts = {fact["id"]: fact for fact in files["rules/rule-set.yaml"]["supplied_facts"]}
        self.exercises = {data["id"]: data for path, data in files.items() if path.startswith("catalogue/exercises/")}
        self.counts = {name: parts for data in self.rules.values() for name, parts in data.get("counts", {}).items()}
        self.cases = {rule: list(self._cases(data)) for rule, data in self.rules.items()}
        self._behind: dict[str, tuple[set[str], set[tuple[str, int]]]] = {}
        self._deriving: dict[str, list[tuple[str, int]]] = {}

    def _cases(self, data: Mapping[str, Any]) -> Iterator[tuple[list[Any], Mapping[str, Any]]]:
        """Yield (conditions, actions): all the conditions that decide on a case, those of earlier cases too."""
        if "then" in data:
            yield [self._asked(data), data["when"]], data["then"]
        before: list[Any] = []
        for case, _, _ in spread(data):
            yield [self._asked({**data, **case}), data.get("when"), *before, case["when"]], case["then"]
            if data.get("first_match_only"):
                before.append(case["when"])

    def _asked(self, case: Mapping[str, Any]) -> Any:
        """Return what ``asked: at_check`` means, written out."""
        counter = next(name for name, fact in self.facts.items() if fact.get("count_checks", {}).get("only_at_checks"))
        return {counter: {"at_least": 1}} if "asked" in case else None

    def subjects(self, conditions: Any) -> set[str]:
        """Return every key and finding in conditions that is not part of the language itself."""
        found: set[str] = set()
        if isinstance(conditions, list):
            for part in conditions:
                found |= self.subjects(part)
        elif isinstance(conditions, dict):
            for key, part in conditions.items():
                if key in ("all", "any", "not"):
                    found |= self.subjects(part)
                elif key == "at_least":
                    found |= self.subjects(part["of"])
                elif key == "finding":
                    found.add(f"finding {part}")
                elif key in self.counts:
                    found |= self.subjects(self.counts[key])
                elif key in self.questions:
                    found.add(key)
                elif key in self.facts:
                    found.add(f"fact {key}")
                else:
                    ((operator, words),) = part.items()
                    found |= {f"finding {key}={word}" for word in ([words] if operator == "is" else words)}
        return found

    def read_by(self, rule: str) -> dict[str, set[str]]:
        """Return the questions that the cases of a rule themselves read or ask, each with the answers that they name."""
        found: dict[str, set[str]] = {}
        for conditions, then in self.cases[rule]:
            self._read_in(conditions, found)
            for question in then.get("ask", []):
                found.setdefault(question, set())
        return found

    def _read_in(self, conditions: Any, found: dict[str, set[str]]) -> None:
        if isinstance(conditions, list):
            for part in conditions:
                self._read_in(part, found)
        elif isinstance(conditions, dict):
            for key, part in conditions.items():
                if key in ("all", "any", "not"):
                    self._read_in(part, found)
                elif key == "at_least":
                    self._read_in(part["of"], found)
                elif key in self.counts:
                    self._read_in(self.counts[key], found)
                elif key in self.facts:
                    self._measured_in(self.facts[key], found)
                elif key in self.questions:
                    ((_, named),) = part.items()
                    options = named if isinstance(named, list) else [named]
                    found.setdefault(key, set()).update(one for one in options if isinstance(one, str))

    def _measured_in(self, fact: Mapping[str, Any], found: dict[str, set[str]]) -> None:
        """Add the answers that a fact counts, or a number that it compares."""
        for how in (part for part in fact.values() if isinstance(part, dict)):
            self._read_in(how.get("where"), found)
            if "worth" in how:
                found.setdefault(how["question"], set()).update(how["worth"])
            elif "where" not in how:
                asked = (word for word in how.values() if isinstance(word, str) and word in self.questions)
                for question in (one for one in asked if "options" not in self.questions[one]):
                    found.setdefault(question, set())

    def deriving(self, finding: str) -> list[tuple[str, int]]:
        """Return (rule, number of the case) of everything behind a finding."""
        if finding in self._deriving:
            return self._deriving[finding]
        found = []
        for rule, cases in self.cases.items():
            for number, (_, then) in enumerate(cases):
                derive = then.get("derive", [])
                names = (
                    [f"{name}={value}" for name, value in derive.items()]
                    if isinstance(derive, dict)
                    else derive
                    if isinstance(derive, list)
                    else [derive]
                )
                staging = "cap_stage" in then or any(name.startswith("base_stage=") for name in names)
                if finding in names or (finding.startswith("stage=") and staging):
                    found.append((rule, number))
        self._deriving[finding] = found
        return found

    def behind(self, rule: str) -> tuple[set[str], set[tuple[str, int]]]:
        """Return the facts, and the cases, that a rule reads, directly and through findings."""
        if rule not in self._behind:
            self._behind[rule] = self._read(rule)
        return self._behind[rule]

    def _read(self, rule: str) -> tuple[set[str], set[tuple[str, int]]]:
        waiting = set().union(*(self.subjects(conditions) for conditions, _ in self.cases[rule]), set())
        read: set[str] = set()
        cases: set[tuple[str, int]] = set()
        while waiting:
            subject = waiting.pop()
            read.add(subject)
            if subject.startswith("finding "):
                for other, number in self.deriving(subject.removeprefix("finding ")):
                    cases.add((other, number))
                    waiting |= self.subjects(self.cases[other][number][0]) - read
        return read, cases

    def words(self, rule: str) -> set[str]:
        """Return every scalar in the actions of a rule."""
        return {
            str(leaf.value)
            for _, then in self.cases[rule]
            for leaf in leaves("", {key: part for key, part in then.items() if key not in ("advise", "derive")})
        }

    def dependents(self, leaf: Leaf) -> set[Target]:
        """Return everything whose meaning the leaf is part of, but for the release, of which everything is."""
        found = self._of_rules_and_moves(leaf) | self._of_shared(leaf)
        return found | self._settled_for(found) | self._signed_unread(leaf)

    def _settled_for(self, changed: set[Target]) -> set[Target]:
        """Return the points that name a rule that is another one now, and those that a marked rule is by itself."""
        rules = {target.id for target in changed if target.kind is TargetKind.RULE}
        listed = self.files["catalogue/decisions.yaml"]["review_list"]
        spoken_of = {rule for point in listed for rule in point["rules"]}
        found = {str(point["number"]) for point in listed if rules & set(point["rules"])}
        found |= {rule for rule in rules - spoken_of if self.rules[rule].get("needs_clinical_decision")}
        found |= {f"{rule}-sources" for rule in rules & self.unread()}
        return {Target(TargetKind.POINT, name) for name in found}

    def unread(self) -> set[str]:
        """Return the red flags of which nobody has opened a source."""
        read = {source["id"]: source["read"] for source in self.files["catalogue/sources.yaml"]["sources"]}
        flags = {data["id"]: data for path, data in self.files.items() if path.startswith("rules/red_flags/")}
        return {
            rule
            for rule, data in flags.items()
            if {read[source] for source in data["sources"]} <= {"second_hand", "not_opened"}
        }

    def _signed_unread(self, leaf: Leaf) -> set[Target]:
        """Return the points that tell how far a source was read, of red flags that rest on it and on nothing opened."""
        if leaf.path != "catalogue/sources.yaml" or leaf.place[-1] not in ("read", "title", "organisation"):
            return set()
        source = self.files[leaf.path]["sources"][leaf.place[1]]["id"]
        naming = {rule for rule in self.unread() if source in self.rules[rule]["sources"]}
        return {Target(TargetKind.POINT, f"{rule}-sources") for rule in naming}

    def _of_shared(self, leaf: Leaf) -> set[Target]:
        """Return what is signed besides rules, moves and outcomes."""
        if "/questionnaire/" in leaf.path:
            return {Target(TargetKind.PAGE, self.files[leaf.path]["id"])}
        if leaf.path == "rules/rule-set.yaml":
            return {Target(TargetKind.WORDS, "facts")} if leaf.place[0] in FACTS else set()
        if leaf.path.startswith("rules/"):
            return set()  # by the rules that they name, in _settled_for
        data = self.files[leaf.path]
        match leaf.path.removeprefix("catalogue/"), leaf.place[0]:
            case "regions.yaml", "regions":
                return {Target(TargetKind.REGION, data["regions"][leaf.place[1]]["id"])}
            case "regions.yaml", part:
                return {Target(TargetKind.REGION, "unknown" if part == "unknown" else data[part]["id"])}
            case "decisions.yaml", "review_list":
                return {Target(TargetKind.POINT, str(data["review_list"][leaf.place[1]]["number"]))}
            case "decisions.yaml", _:
                return {Target(TargetKind.WORDS, "seed_conflicts")}
            case ("advice.yaml" | "good_for.yaml" | "sources.yaml" | "tags.yaml" | "vocabulary.yaml") as name, _:
                return {Target(TargetKind.WORDS, name.removesuffix(".yaml"))}
        return set()

    def screens(self) -> set[Target]:
        """Return the pages that take words over from questions of other pages."""
        return {
            Target(TargetKind.PAGE, page["id"])
            for page in self.pages
            if any("stands_in_for" in question for question in page["questions"])
        }

    def _of_rules_and_moves(self, leaf: Leaf) -> set[Target]:
        if "/figures/" in leaf.path:
            return self._of_figure(leaf)
        if "/exercises/" in leaf.path:
            return self._of_exercise(leaf)
        if "/questionnaire/" in leaf.path:
            return self._of_question(leaf)
        if leaf.path == "rules/rule-set.yaml":
            return self._of_fact(leaf)
        if leaf.path == "catalogue/tags.yaml":
            return self._of_tag(leaf)
        if leaf.path == "catalogue/dispositions.yaml":
            return self._of_outcome(leaf)
        return self._of_rule(leaf) if leaf.path.startswith("rules/") else set()

    def _of_rule(self, leaf: Leaf) -> set[Target]:
        rule = self.files[leaf.path]["id"]
        if leaf.place[0] in HISTORY:
            return set()
        found = {Target(TargetKind.RULE, rule)}
        touched = {number for number in range(len(self.cases[rule])) if self._decides(leaf, rule, number)}
        for other in self.rules:
            if touched & {number for name, number in self.behind(other)[1] if name == rule}:
                found.add(Target(TargetKind.RULE, other))
        return found

    def _decides(self, leaf: Leaf, rule: str, number: int) -> bool:
        """Return whether a leaf of a rule is part of the condition of a case, or of what it derives or caps."""
        data, place = self.rules[rule], leaf.place
        if place[0] in ("when", "first_match_only", "counts", "asked"):
            return True
        if "then" in data:
            return place[0] == "then" and place[1] in ("derive", "cap_stage")
        inside = [
            position
            for position, (_, home, row) in enumerate(spread(data))
            if place[: len(home)] == home and (row is None or self._is_of_row(place[len(home) :], row))
        ]
        if not inside:
            return False
        decides, derives = self._parts_of_case(data, place)
        earlier = bool(data.get("first_match_only")) and min(inside) < number
        return (decides and (number in inside or earlier)) or (derives and number in inside)

    def _is_of_row(self, below: Place, row: int) -> bool:
        return below[0] != "rows" or below[1] == row

    def _parts_of_case(self, data: Mapping[str, Any], place: Place) -> tuple[bool, bool]:
        """Return whether a leaf of a case is part of its condition, and whether it is part of what that derives or caps."""
        home = next(home for _, home, _ in spread(data) if place[: len(home)] == home)
        below = place[len(home) :]
        if home[-1] != "table":
            return below[0] in ("when", "asked"), below[0] == "then" and below[1] in ("derive", "cap_stage")
        if below[0] == "match":
            return True, False
        table = data["table"] if home == ("table",) else data["cases"][home[1]]["table"]
        column = table["columns"][below[1] if below[0] == "columns" else below[2]]
        if isinstance(column, str):
            return False, False
        return "when" in column, str(column.get("then", "")).split(".")[0] in ("derive", "cap_stage")

    def _of_question(self, leaf: Leaf) -> set[Target]:
        page, option = self.files[leaf.path], None
        if leaf.place[0] == "shown_if":
            touched = {question["id"] for question in page["questions"]}
        elif leaf.place[0] == "questions" and leaf.place[2] in READ | {"options"}:
            question = page["questions"][leaf.place[1]]
            touched = {question["id"]}
            option = question["options"][leaf.place[3]]["id"] if leaf.place[2] == "options" else None
        else:
            return set()
        naming = set()
        if leaf.place[-1] == "id" and leaf.place[0] == "questions" and len(leaf.place) == 3:
            naming = {
                rule
                for rule, cases in self.cases.items()
                if any(page["id"] in then.get("ask_again", ()) for _, then in cases)
            }
        reading = {
            rule
            for rule in self.rules
            if any(name in touched and option in (None, *named) for name, named in self.read_by(rule).items())
        }
        return {Target(TargetKind.RULE, rule) for rule in naming | reading}

    def _of_fact(self, leaf: Leaf) -> set[Target]:
        if leaf.place[0] == "check_in_schedule":
            following = {rule for rule, cases in self.cases.items() if any("follow_up" in then for _, then in cases)}
            return {Target(TargetKind.RULE, rule) for rule in following}
        if leaf.place[0] == "ranks" and leaf.place[2] == "points":
            rank = self.files[leaf.path]["ranks"][leaf.place[1]]["id"]
            naming = {
                rule for rule, cases in self.cases.items() if any(self._names_rank(then, rank) for _, then in cases)
            }
            return {Target(TargetKind.RULE, rule) for rule in naming}
        if leaf.place[0] != "supplied_facts":
            return set()
        fact = f"fact {self.files[leaf.path]['supplied_facts'][leaf.place[1]]['id']}"
        return {Target(TargetKind.RULE, rule) for rule in self.rules if fact in self.behind(rule)[0]}

    def _names_rank(self, then: Mapping[str, Any], rank: str) -> bool:
        given = then.get("prefer", [])
        return any(one["rank"] == rank for one in (given if isinstance(given, list) else [given]))

    def _of_tag(self, leaf: Leaf) -> set[Target]:
        tag = self.files[leaf.path]["tags"][leaf.place[1]]["id"]
        rules = {
            Target(TargetKind.RULE, rule)
            for rule, cases in self.cases.items()
            if any(self._names_tag(then, tag) for _, then in cases)
        }
        moves = {
            Target(TargetKind.EXERCISE, name)
            for name, data in self.exercises.items()
            if any(tag in form["tags"] for form in data["forms"])
        }
        return rules | moves

    def _names_tag(self, value: Any, tag: str) -> bool:
        if isinstance(value, dict):
            named = any(
                tag in ([part] if isinstance(part, str) else part)
                for key, part in value.items()
                if key in ("tags", "floor_tag", "first_hold_tags", "then_hold_tags")
            )
            return named or any(self._names_tag(part, tag) for part in value.values())
        return isinstance(value, list) and any(self._names_tag(part, tag) for part in value)

    def _of_outcome(self, leaf: Leaf) -> set[Target]:
        level = self.files[leaf.path]["dispositions"][leaf.place[1]]["id"]
        rules = {
            Target(TargetKind.RULE, rule)
            for rule, cases in self.cases.items()
            if any(then.get("disposition", {}).get("level") == level for _, then in cases)
        }
        return rules | {Target(TargetKind.DISPOSITION, level)}

    def _of_exercise(self, leaf: Leaf) -> set[Target]:
        exercise = self.files[leaf.path]["id"]
        found = set() if leaf.place[0] in BACKGROUND else {Target(TargetKind.EXERCISE, exercise)}
        if leaf.place[0] == "forms" and leaf.place[2] in ("id", "tags"):
            found |= {
                Target(TargetKind.RULE, rule)
                for rule in self.rules
                if any(word == exercise or word.startswith(f"{exercise}/") for word in self.words(rule))
            }
        return found

    def _of_figure(self, leaf: Leaf) -> set[Target]:
        """Poses belong to their exercise, and a base to all that start from it; bodies, props and cameras to none."""
        if "/kit/" not in leaf.path:
            return {Target(TargetKind.EXERCISE, self.files[leaf.path]["exercise"])}
        if not leaf.path.endswith("/bases.yaml"):
            return set()
        drawn = {path: data for path, data in self.files.items() if "/figures/" in path and "/kit/" not in path}
        return {
            Target(TargetKind.EXERCISE, data["exercise"])
            for data in drawn.values()
            if any(
                frame.get("start") == leaf.place[0]
                for form in data["forms"].values()
                for frame in form.get("frames", ())
            )
        }
