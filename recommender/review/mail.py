"""Mail to clinicians, beside the requests: nobody who reviews waits for a mail server, or learns that it is away."""

from __future__ import annotations

import logging
import os
import queue
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from recommender.review.notices import About, Told
from recommender.review.tables import Clinician
from recommender.settings import Settings

MOST_WAITING = 200
_MOST_NAMED = 5
_PATIENCE_SECONDS = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
_log = logging.getLogger(__name__)


_SUBJECTS = {
    About.ASSIGNED: "Something is assigned to you",
    About.ANSWERED: "Somebody has answered",
    About.CHANGED: "Something that you approved has changed",
}


def letter_of(told: Sequence[Told], room: str) -> tuple[str, str]:
    """Return the subject and text of one letter about all that one person is told, at least one thing.

    It names what it is about, and repeats nothing that anybody typed.
    """
    about = {_SUBJECTS[one.about] for one in told}
    subject = f"Review room: {about.pop().lower() if len(about) == 1 else 'news for you'}"
    lines = [_line(one) for one in told[:_MOST_NAMED]]
    if len(told) > 1:
        subject += f" ({len(told)})"
    if len(told) > _MOST_NAMED:
        lines.append(f"And {len(told) - _MOST_NAMED} more.")
    named = "\n".join(lines)
    text = f"{named}\n\n{room}\n\nYou asked for this mail in your account, and can turn it off there.\n"
    return subject, text


def _line(told: Told) -> str:
    by = f" {told.by} did it." if told.by else ""
    return f"{_SUBJECTS[told.about]}: {told.target.kind.value} {told.target.id}.{by}"


class Mailer:
    """Sends letters one after another from a thread of its own, which each process begins with its first letter.

    Without ``smtp_url`` nothing is sent. More than ``MOST_WAITING`` are not kept: whoever signs in sees it all the same.
    """

    def __init__(self, settings: Settings, send: Callable[[Settings, EmailMessage], None] | None = None) -> None:
        self._settings = settings
        self._send = send or send_by_smtp
        self._waiting: queue.Queue[EmailMessage] = queue.Queue(MOST_WAITING)
        self._process: int | None = None
        self._beginning = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Return whether the operator has named a mail server."""
        return self._settings.smtp_url is not None

    def tell(self, find: Callable[[], Iterable[tuple[Clinician, Told]]], room: str) -> None:
        """Post one letter to each whom something concerns. Whatever goes wrong with that is logged, and stops nobody.

        ``find`` is asked only where mail is sent at all; ``room`` is the address of the review room.
        """
        if not self.is_on:
            return
        try:
            of_person: dict[str, list[Told]] = {}
            for person, told in find():
                of_person.setdefault(person.email, []).append(told)
            for email, every in of_person.items():
                self.post(email, *letter_of(every, room))
        except Exception as error:  # what was recorded stands, whether anybody is told or not
            _log.warning("mail: nobody was told (%s)", type(error).__name__)

    def post(self, to: str, subject: str, text: str) -> bool:
        """Take a letter, and return whether there was room for it. It never waits, and never fails."""
        if not self.is_on:
            return False
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._settings.mail_from, to, subject
        sender = parseaddr(self._settings.mail_from or "")[1]
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2] or None)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        self._begin()
        try:
            self._waiting.put_nowait(letter)
        except queue.Full:
            _log.warning("mail: %d letters wait already, so one was not kept", MOST_WAITING)
            return False
        return True

    def wait(self) -> None:
        """Return once every letter was sent, or could not be."""
        self._waiting.join()

    def _begin(self) -> None:
        with self._beginning:
            if self._process == os.getpid():  # threads do not outlive a fork
                return
            self._process = os.getpid()
            threading.Thread(target=self._go_on, name="mailer", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            letter = self._waiting.get()
            try:
                self._send(self._settings, letter)
            except Exception as error:  # whatever the server does, the next letter is tried
                _log.warning("mail: a letter could not be sent (%s)", type(error).__name__)
            finally:
                self._waiting.task_done()


def send_by_smtp(settings: Settings, letter: EmailMessage) -> None:
    """Send one letter. ``smtps`` is encrypted from the start; ``smtp`` as soon as it is greeted, unless it is this machine.

    Raises:
        OSError: the server cannot be reached, or refuses it (smtplib's errors are of that kind).
    """
    address = urlsplit(settings.smtp_url or "")
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    trusted = ssl.create_default_context()
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_PATIENCE_SECONDS, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=_PATIENCE_SECONDS)
    with server:
        if address.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
            server.starttls(context=trusted)
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(letter)
