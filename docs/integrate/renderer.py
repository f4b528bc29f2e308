"""The questions in a terminal, from one call alone: `python renderer.py http://127.0.0.1:8000`. It needs nothing but Python.

For a check, send all that `/api/v1/check-ins` takes, and name `follow_up` or `before_session` as the holder of the answers.
"""

import json
import sys
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Data = dict[str, Any]


def walk(send: Callable[[Data], Data], show: Callable[[Data], Data], body: Data, holder: str = "answers") -> Data:
    """Show page after page, and return the reply that says that there is nothing more to ask."""
    while not (reply := send(body)).get("done"):
        if not reply.get("page"):  # nothing that a person can put right: too many requests, or no safe answer
            raise SystemExit(f"{reply['detail']} {reply.get('errors', '')}")
        body[holder] |= show(reply)  # null for a question that was skipped: it has been seen
    return reply


def ask_site(site: str, body: Data) -> Data:
    try:
        reply = urlopen(Request(f"{site}/api/v1/next", json.dumps(body).encode(), {"Content-Type": "application/json"}))
    except HTTPError as refused:
        reply = refused
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


if __name__ == "__main__":
    end = walk(lambda body: ask_site(sys.argv[1], body), show_page, {"answers": {}})
    if stop := end["stop"]:
        urgent = [one["number"] for country in stop["contacts"] for one in country["emergency"] + country["urgent"]]
        print(stop["disposition"]["heading"], stop["disposition"]["act"], *urgent)
    else:
        print(json.dumps({"answers": end["answers"]}))
