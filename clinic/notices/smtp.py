"""Handing a mail to the configured mail server, and no other (S45)."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self

from clinic.notices.mail import domain_of
from clinic.services.outbox import Fate
from clinic.settings import MailServer

PATIENCE = 20.0  # seconds for each answer of the server
_TRY_AGAIN = range(400, 500)
_TAKEN = range(200, 300)
_GO_ON, _CLOSING_DOWN = 354, 421


@dataclass(frozen=True)
class Delivery:
    """What the server made of one mail; `is_down` when it is of no use to try others now."""

    fate: Fate
    code: str | None = None
    is_down: bool = False


class Line:
    """A line to the mail server: opened for the first mail, kept for the next ones while all goes well.

    A connection for each mail costs more than the mail itself.
    """

    def __init__(self, server: MailServer, *, patience: float = PATIENCE) -> None:
        self._server, self._patience = server, patience
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
        self._drop()

    def deliver(self, mail: EmailMessage) -> Delivery:
        """Hand in one mail. Never raises for what a server does: it becomes a fate and a code without any address.

        A line that went stale since the last mail is no trouble: a fresh one is tried, as nothing was taken.
        """
        if self._connection:
            delivery = self._hand_in(self._connection, mail, is_fresh=False)
            if not (delivery.fate is Fate.LATER and delivery.is_down):
                return delivery
        try:
            self._connection = _connect(self._server, domain_of(str(mail["From"])), self._patience)
        except (OSError, smtplib.SMTPException) as error:
            return Delivery(Fate.LATER, _code_of(error), is_down=True)
        return self._hand_in(self._connection, mail, is_fresh=True)

    def _hand_in(self, connection: smtplib.SMTP, mail: EmailMessage, *, is_fresh: bool) -> Delivery:
        try:
            delivery = _hand_in(connection, mail, is_fresh=is_fresh)
        except BaseException:
            self._drop()
            raise
        if delivery.fate is not Fate.SENT:
            self._drop()
        return delivery

    def _drop(self) -> None:
        if self._connection:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.close()
        self._connection = None


def deliver(mail: EmailMessage, server: MailServer, *, patience: float = PATIENCE) -> Delivery:
    """Hand in one mail over a line of its own. Never raises for what a server does."""
    with Line(server, patience=patience) as line:
        return line.deliver(mail)


def _connect(server: MailServer, domain: str, patience: float) -> smtplib.SMTP:
    """Open a line, greeting as the neutral domain: the name of this machine would stand in the mail's trace."""
    connection: smtplib.SMTP
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        connection = smtplib.SMTP_SSL(server.host, server.port, domain, timeout=patience, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, domain, timeout=patience)
    try:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


def _hand_in(connection: smtplib.SMTP, mail: EmailMessage, *, is_fresh: bool) -> Delivery:
    """Before the content is sent a broken line means later; after, nobody knows."""
    content = mail.as_bytes()
    try:
        if not is_fresh:
            connection.rset()
        refused = _refused_envelope(connection, str(mail["From"]), str(mail["To"]))
    except (OSError, smtplib.SMTPException) as error:
        return Delivery(Fate.LATER, _code_of(error), is_down=True)
    if refused:
        return refused
    try:
        connection.send(_quoted(content))
        status, _ = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Delivery(Fate.UNKNOWN, _code_of(error), is_down=True)
    return Delivery(Fate.SENT) if status in _TAKEN else _refused(status)


def _refused_envelope(connection: smtplib.SMTP, sender: str, recipient: str) -> Delivery | None:
    status, _ = connection.mail(sender)
    if status not in _TAKEN:  # the sender is ours: the settings are wrong, not this mail
        return Delivery(Fate.LATER, f"smtp_{status}", is_down=True)
    status, _ = connection.rcpt(recipient)
    if status not in _TAKEN:
        return _refused(status)
    status, _ = connection.docmd("DATA")
    return None if status == _GO_ON else _refused(status)


def _quoted(content: bytes) -> bytes:
    """The content as it goes over the line: dots at line starts doubled, a lone dot at the end (RFC 5321 §4.5.2)."""
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _refused(status: int) -> Delivery:
    """What a refusal means (RFC 5321 §4.2.1): 4xx try later, 421 the server closes down, else never."""
    fate = Fate.LATER if status in _TRY_AGAIN else Fate.REFUSED
    return Delivery(fate, f"smtp_{status}", is_down=status == _CLOSING_DOWN)


def _code_of(error: Exception) -> str:
    """A code that names the trouble and nobody: server answers may repeat an address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp_{error.smtp_code}"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps it
        return "timeout"
    return "tls" if isinstance(error, ssl.SSLError) else "no_connection"
