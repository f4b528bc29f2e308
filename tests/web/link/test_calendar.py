"""A reminder for a person's own calendar: neutral words, local time, the chosen days, no longer than the link."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest

from recommender.web.link.calendar import Reminder, calendar_file
from tests.support.people import AT_A_DESK
from tests.support.planner import Planner

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
REMINDER = Reminder("Time to move", {0, 2, 4}, time(18), 12, MONDAY, date(2026, 12, 28))
LINK = re.compile(r'action="(/routine/[^"/]+)/calendar\.ics"')


def lines(reminder: Reminder) -> dict[str, str]:
    """Return what stands in the file by name, with its folded lines made whole."""
    text = calendar_file(reminder, NOW).decode().replace("\r\n ", "")
    return dict(line.split(":", 1) for line in text.split("\r\n") if line)


def test_it_comes_on_the_chosen_days_at_the_persons_own_time() -> None:
    told = lines(REMINDER)
    assert told["DTSTART"] == "20261130T180000"
    assert told["RRULE"] == "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20261228T235959"
    assert told["DURATION"] == "PT12M"
    assert told["DTSTAMP"] == "20261130T093000Z"


def test_it_begins_on_the_first_of_its_days() -> None:
    assert lines(Reminder("x", {1}, time(7, 5), 9, MONDAY, date(2026, 12, 28)))["DTSTART"] == "20261201T070500"


@pytest.mark.parametrize("last", [MONDAY, date(2026, 11, 29)])
def test_without_a_day_before_the_end_there_is_none(last: date) -> None:
    with pytest.raises(ValueError, match="no day"):
        calendar_file(Reminder("x", {1}, time(7), 9, MONDAY, last), NOW)


def test_every_line_ends_as_calendars_want_and_none_is_too_long() -> None:
    made = calendar_file(Reminder("Hora de moverse; él, ella\\" + "ñ" * 100, {0}, time(7), 9, MONDAY, MONDAY), NOW)
    assert made.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert lines(Reminder("a;b,c\\d", {0}, time(7), 9, MONDAY, MONDAY))["SUMMARY"] == "a\\;b\\,c\\\\d"


def test_the_same_choice_is_the_same_entry_and_another_is_another() -> None:
    assert lines(REMINDER)["UID"] == lines(REMINDER)["UID"]
    assert lines(Reminder("x", {1}, time(18), 12, MONDAY, date(2026, 12, 28)))["UID"] != lines(REMINDER)["UID"]


def test_the_page_gives_an_entry_that_says_nothing_of_health(planner: Planner) -> None:
    page = planner.visitor.result_of(AT_A_DESK).text
    found = LINK.search(page)
    assert found
    reply = planner.client.get(f"{found[1]}/calendar.ics?day=MO&day=TH&time=07%3A30")
    assert reply.mimetype == "text/calendar"
    assert "BYDAY=MO,TH;" in reply.text and "T073000" in reply.text
    assert "SUMMARY:Time to move\r\n" in reply.text
    assert not re.search(r"back|pain|routine|http|stretch", reply.text, re.IGNORECASE)
    assert "BYDAY=MO,TU,WE,TH,FR,SA,SU;" in planner.client.get(f"{found[1]}/calendar.ics?time=07%3A30").text


@pytest.mark.parametrize("query", ["", "day=MO", "time=noon", "time=07:30&day=XX", "time=25:00"])
def test_a_choice_that_is_none_is_refused(planner: Planner, query: str) -> None:
    found = LINK.search(planner.visitor.result_of(AT_A_DESK).text)
    assert found
    assert planner.client.get(f"{found[1]}/calendar.ics?{query}").status_code == 400
