"""Mail: only for whoever asked, never what was typed, never in the way of a review, and never without an end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy.orm import Session

from recommender.review import work
from recommender.review.accounts import disable, reset_password
from recommender.review.mail import MOST_WAITING, Mailer, send_by_smtp
from recommender.review.notices import (
    choose_mail,
    end_feed,
    new_feed,
    newest,
    reader_of_feed,
    to_be_told,
    to_be_told_of_change,
)
from recommender.review.reviews import keep_versions, submit
from recommender.review.tables import Role, Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind
from recommender.settings import Settings, read_settings
from tests.support.signing import KEY, NewClinician, approve, changed, say

ROOM = "https://back.example.org/review"


@pytest.fixture
def settings() -> Settings:
    return replace(
        read_settings({}),
        smtp_url="smtps://mail.example.org",
        mail_from="review@example.org",
        site_url="https://back.example.org",
    )


def test_a_letter_names_what_it_is_about(
    session: Session, clinician: NewClinician, digest: Digest, settings: Settings
) -> None:
    ann, lead = clinician(), clinician(role=Role.LEAD)
    choose_mail(session, ann, by_mail=True)
    before = newest(session)
    work.assign(session, KEY, lead, digest, ann)
    sent: list[EmailMessage] = []
    mailer = Mailer(settings, lambda _, letter: sent.append(letter))
    mailer.tell(lambda: to_be_told(session, before, lead), ROOM)
    mailer.wait()
    (letter,) = sent
    assert (letter["To"], letter["From"]) == (ann.email, "review@example.org")
    assert letter["Subject"] == "Review room: something is assigned to you"
    assert f"rule {digest.target.id}" in letter.get_content() and ROOM in letter.get_content()


def test_a_letter_repeats_no_word_that_was_typed(
    session: Session, clinician: NewClinician, digest: Digest, settings: Settings
) -> None:
    ann, lead = clinician(), clinician(role=Role.LEAD)
    choose_mail(session, ann, by_mail=True)
    asked = say(session, ann, digest, Verdict.COMMENT, "Secret words.")
    before = newest(session)
    words = (Verdict.COMMENT, "Secret answer.", asked.id)
    submit(session, KEY, lead, digest.target, digest, *words, seen=digest.sha256, authors=())
    sent: list[EmailMessage] = []
    mailer = Mailer(settings, lambda _, letter: sent.append(letter))
    mailer.tell(lambda: to_be_told(session, before, lead), ROOM)
    mailer.wait()
    assert [letter["Subject"] for letter in sent] == ["Review room: somebody has answered"]
    assert "Secret" not in sent[0].as_string()


def test_only_whoever_asked_for_it_and_did_not_do_it_gets_mail(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, ben, cay = clinician(), clinician(), clinician()
    for who in (ann, ben):
        choose_mail(session, who, by_mail=True)
    for who in (ann, ben, cay):
        asked = say(session, who, digest, Verdict.COMMENT, f"Words of {who.name}.")
    before = newest(session)
    assert to_be_told(session, before, ben) == ()
    work.assign(session, KEY, ben, digest, ben)
    assert to_be_told(session, before, ben) == (), "nobody is told what they did themselves"
    disable(session, ann)
    assert asked.clinician is cay and to_be_told(session, 0, cay) == ()


def test_whoever_approved_it_is_told_of_another_version_once(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    choose_mail(session, ann, by_mail=True)
    approve(session, ann, digest)
    new = keep_versions(session, {digest.target: changed(digest)})
    assert [(who.id, told.target) for who, told in to_be_told_of_change(session, new)] == [(ann.id, digest.target)]
    assert to_be_told_of_change(session, keep_versions(session, {digest.target: changed(digest)})) == ()


def test_without_a_server_nothing_is_asked_or_sent() -> None:
    def find() -> list[object]:
        raise AssertionError("it was asked")

    mailer = Mailer(read_settings({}))
    mailer.tell(find, ROOM)  # type: ignore[arg-type]
    assert not mailer.post("ann@example.org", "Words", "Words")


def test_a_fault_while_looking_whom_to_tell_stops_nobody(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def find() -> list[object]:
        raise OSError("hush")

    Mailer(settings).tell(find, ROOM)  # type: ignore[arg-type]
    assert "nobody was told (OSError)" in caplog.text and "hush" not in caplog.text


def test_a_server_that_fails_loses_one_letter_and_no_more(settings: Settings) -> None:
    sent: list[str] = []

    def send(_: Settings, letter: EmailMessage) -> None:
        if letter["To"] == "first@example.org":
            raise ConnectionRefusedError
        sent.append(letter["To"])

    mailer = Mailer(settings, send)
    for name in ("first", "second"):
        assert mailer.post(f"{name}@example.org", "Words", "Words")
    mailer.wait()
    assert sent == ["second@example.org"]


def test_no_more_letters_wait_than_there_is_room_for(settings: Settings) -> None:
    going = threading.Event()
    begun = threading.Event()

    def send(_: Settings, letter: EmailMessage) -> None:
        begun.set()
        going.wait()

    mailer = Mailer(settings, send)
    assert mailer.post("ann@example.org", "Words", "Words")
    begun.wait()
    taken = [mailer.post("ann@example.org", "Words", "Words") for _ in range(MOST_WAITING + 3)]
    going.set()
    assert taken == [True] * MOST_WAITING + [False] * 3
    mailer.wait()


def test_a_letter_goes_to_a_mail_server_on_this_machine(settings: Settings) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "review@example.org", "ann@example.org", "Words"
    letter.set_content("Text of it.")
    with mail_server() as (port, received):
        send_by_smtp(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"), letter)
    assert "rcpt TO:<ann@example.org>" in received
    assert "Text of it." in received


def test_mail_to_another_machine_is_encrypted_or_not_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = socket.create_connection
    with mail_server() as (port, received):
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda address, *given, **named: elsewhere(("127.0.0.1", port), *given, **named),
        )
        letter = EmailMessage()
        letter["To"] = "ann@example.org"
        with pytest.raises(OSError):
            send_by_smtp(replace(settings, smtp_url=f"smtp://mail.example.org:{port}"), letter)
    assert not any(line.startswith("MAIL") for line in received)


def test_a_feed_opens_with_its_newest_secret_until_it_is_ended(session: Session, clinician: NewClinician) -> None:
    ann = clinician()
    first = new_feed(session, ann)
    second = new_feed(session, ann)
    assert reader_of_feed(session, first) is None and reader_of_feed(session, second) is ann
    assert reader_of_feed(session, "") is None
    disable(session, ann)
    assert reader_of_feed(session, second) is None
    ann.disabled = False
    end_feed(session, ann)
    assert reader_of_feed(session, second) is None


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """A mail server for one letter, that offers no encryption, and what it was told line by line."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[str] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rw", newline="\r\n", encoding="ascii") as lines:

            def answer(text: str) -> None:
                lines.write(f"{text}\r\n")
                lines.flush()

            answer("220 here")
            in_letter = False
            for line in iter(lines.readline, ""):
                received.append(line.strip())
                if in_letter:
                    in_letter = line.strip() != "."
                    if not in_letter:
                        answer("250 kept")
                    continue
                in_letter = line.startswith(("DATA", "data"))
                answer("354 go on" if in_letter else "221 bye" if line.upper().startswith("QUIT") else "250 ok")

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        serving.join(timeout=10)
        listener.close()


def test_one_letter_tells_one_person_all_that_one_click_did(
    session: Session, clinician: NewClinician, today: dict[Target, Digest], settings: Settings
) -> None:
    ann, lead = clinician(), clinician(role=Role.LEAD)
    choose_mail(session, ann, by_mail=True)
    rules = [one for one in today.values() if one.target.kind is TargetKind.RULE][:8]
    before = newest(session)
    for rule in rules:
        work.assign(session, KEY, lead, rule, ann)
    sent: list[EmailMessage] = []
    mailer = Mailer(settings, lambda _, letter: sent.append(letter))
    mailer.tell(lambda: to_be_told(session, before, lead), ROOM)
    mailer.wait()
    (letter,) = sent
    assert letter["Subject"] == "Review room: something is assigned to you (8)"
    text = letter.get_content()
    assert [one.target.id in text for one in rules] == [True] * 5 + [False] * 3 and "And 3 more." in text


def test_a_letter_says_when_it_was_written_and_has_a_name_of_its_own(settings: Settings) -> None:
    sent: list[EmailMessage] = []
    mailer = Mailer(settings, lambda _, letter: sent.append(letter))
    for _ in range(2):
        assert mailer.post("ann@example.org", "Words", "Words")
    mailer.wait()
    assert all(parsedate_to_datetime(letter["Date"]) for letter in sent)
    names = {letter["Message-ID"] for letter in sent}
    assert len(names) == 2 and all(name.endswith("@example.org>") for name in names)


def test_a_new_password_ends_the_feed_of_that_account_alone(session: Session, clinician: NewClinician) -> None:
    ann, ben = clinician(), clinician()
    hers, his = new_feed(session, ann), new_feed(session, ben)
    reset_password(session, ann, "another good password")
    assert reader_of_feed(session, hers) is None and reader_of_feed(session, his) is ben
