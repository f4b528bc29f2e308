"""The questions in a terminal, and what comes of them: `python renderer.py http://127.0.0.1:8000`. It needs nothing but Python.

For a check, send all that `/api/v1/check-ins` takes, and name `follow_up` or `before_session` as the holder of the answers.
What `outcome` yields is all that a person must be told: whoever copies this leaves out no line of it, and shows none of it late.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

Data = dict[str, Any]
Part = tuple[str, Iterable[str | None]]  # a heading, and the lines below it


def walk(send: Callable[[Data], Data], show: Callable[[Data], Data], body: Data, holder: str = "answers") -> Data:
    """Show page after page, and return the reply that says that there is nothing more to ask."""
    while not (reply := send(body)).get("done"):
        if not reply.get("page"):  # nothing that a person can put right: too many requests, or no safe answer
            raise SystemExit(f"{reply['detail']} {reply.get('errors', '')}")
        body[holder] |= show(reply)  # null for a question that was skipped: it has been seen
    return reply


def ask_site(site: str, body: Data, call: str = "next") -> Data:
    sent = Request(f"{site}/api/v1/{call}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        reply = urlopen(sent, timeout=30)
    except HTTPError as refused:
        reply = refused
    except URLError as none:
        raise SystemExit(
            f"No answer, and so no routine. Very ill? Call your emergency number now. ({none.reason})"
        ) from None
    told: Data = json.load(reply)
    return told


def show_page(reply: Data) -> Data:
    page = reply["page"]
    print("\n" + page["title"], page["intro"] or "", page["safety_line"] or "")
    return {question["id"]: ask(question) for question in reply["questions"]}


def numbers(prompt: str, most: int, question: Data) -> list[int]:
    """Ask until all that is typed is understood: a sign that is lost here is told to nobody."""
    least, last = (1, len(question["options"])) if question["options"] else (question["minimum"], question["maximum"])
    while True:
        typed = input(prompt).replace(",", " ").split()
        if len(typed) <= most and all(one.isdecimal() and least <= int(one) <= last for one in typed):
            return [int(one) for one in typed]
        print(f"Please type {'numbers' if most > 1 else 'one number'} from {least} to {last}, or nothing.")


def ask(question: Data) -> Any:
    print(*filter(None, ("\n" + question["text"], question["hint"], question["named"], question["error"])))
    for number, option in enumerate(question["options"], 1):
        print(f"  {number}.", *filter(None, (option["text"], option["hint"], option["detail"])))
    words = input("What? ") if question["kind"] == "task" else ""
    limits = "" if question["minimum"] is None else f"{question['minimum']} to {question['maximum']}"
    typed = numbers(f"{limits}> ", 1 if not question["several"] else len(question["options"]), question)
    if question["kind"] == "task":
        return {"task": words, "score": typed[0]} if words and typed else None
    if not question["options"]:
        return typed[0] if typed else None
    chosen = [question["options"][one - 1]["id"] for one in typed]
    return (chosen if question["several"] else chosen[0]) if chosen else None


def outcome(told: Data) -> Iterator[Part]:
    """Yield all that the person must be told, the most urgent first."""
    first, review, routine = told["disposition"], told.get("review"), told.get("routine")
    yield first["heading"], [first["act"], *(reason["act"] for reason in first["reasons"])]
    for kind, words in (("emergency", "In an emergency"), ("urgent", "For urgent advice"), ("crisis", "In a crisis")):
        yield words, [way_to(one, country["name"]) for country in told["contacts"] for one in country[kind]]
    yield "What this means", [first["message"], told.get("not_approved")]
    yield "What to do", first["steps"]
    if review:
        by = review["by"] and f"By {review['by']}:"
        yield "Being seen", [by, review["text"], *(other["text"] for other in review["others"])]
    yield "Tell them", [first["tell_staff"], *(reason["text"] for reason in first["reasons"])]
    yield "Do not", first["do_not"]
    yield "Until then", first["meanwhile"]
    yield "Get help sooner, or at once", first["worse"]
    yield "Advice", [one["text"] for one in told["advice"]]
    yield "Not sure? Find out, and answer again", [one["text"] for one in told["answer_again"]]
    if routine:
        yield "Stop", told["stop_rules"]
        yield "Your moves", [routine["how_often"], routine["strength_days"]]
        yield from moves(routine["items"])
        if routine["other_days"]:
            yield "On the days between", [routine["strength_days"]]
            yield from moves(routine["other_days"]["items"])
        for one in told["breaks"]:
            yield from ((one["name"], [one["why"]["text"]]), *moves(one["items"]))


def way_to(one: Data, country: str) -> str:
    number = one["number"] and f"{'text' if one['by_text'] else 'call'} {one['number']}"
    return ", ".join(filter(None, (country, one["name"], number, one["note"])))


def moves(items: list[Data]) -> Iterator[Part]:
    for item in items:
        much = {
            figure.replace("_", " "): amount for figure, amount in item["dose"].items() if amount and figure != "type"
        }
        dose = ", ".join(figure if amount is True else f"{figure} {amount}" for figure, amount in much.items())
        told = (*item["cautions"], *item["steps"], item["breathing"], item["feel_it"], item["not_here"])
        yield f"{item['name']}: {item['form_name']}", [dose, *told]


def show(told: Data) -> None:
    for heading, lines in outcome(told):
        if words := dict.fromkeys(filter(None, lines)):
            print(f"\n{heading}", *words, sep="\n  ")


if __name__ == "__main__":
    end = walk(lambda body: ask_site(sys.argv[1], body), show_page, {"answers": {}})
    told = end["stop"] or ask_site(sys.argv[1], {"answers": end["answers"]}, "recommendations")
    if "disposition" not in told or (told.get("routine") and told["rule_set"] != end["rule_set"]):
        raise SystemExit(told.get("detail") or "The rules have just changed: please answer once more.")
    show(told)
