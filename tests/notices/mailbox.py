"""A real mail server for tests: it keeps what it is handed, and is slow, down or unkind when asked to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from clinic.jobs.post import Post
from clinic.settings import MailServer

SENDER = "agenda@exemple.fr"


@dataclass
class Mailbox:
    """What came, and how the server shall behave."""

    host: str = "127.0.0.1"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    greeted_as: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    at_recipient: str = "250 OK"
    at_content: str = "250 OK"
    breaks_off_after_content: bool = False
    seconds_to_answer: float = 0.0
    keeps: bool = True
    lines: int = 0
    hangs_up_after: int | None = None

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.lines += 1
        return answers

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.greeted_as.append(session.host_name or "")
        return self.at_recipient

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.seconds_to_answer)
        if self.keeps and self.at_content.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.raw.append(content)
            self.mails.append(message_from_bytes(content, policy=default))
        if self.hangs_up_after == len(self.mails) and isinstance(server.transport, asyncio.Transport):
            asyncio.get_running_loop().call_later(0.01, server.transport.abort)
        if self.breaks_off_after_content and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return self.at_content

    def settings(self) -> MailServer:
        """What an operator would have set to reach it."""
        return MailServer("smtp", self.host, self.port)

    def mailer(self, patience: float = 5.0) -> Post:
        """What hands mail to this server, and SMS to nobody."""
        return Post(self.settings(), SENDER, patience=patience)

    @property
    def texts(self) -> list[str]:
        return [mail.get_content().strip() for mail in self.mails]

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        """Let in whoever knows the password."""
        is_right = isinstance(data, LoginPassword) and data.password == b"p@ss/word"
        if is_right:
            self.users.append(data.login.decode())
        return AuthResult(success=is_right, handled=False)


@contextmanager
def opened(*, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Open a server on a free port of this machine."""
    mailbox = Mailbox(port=free_port())
    options: dict[str, Any] = {"ready_timeout": 10.0}
    if tls:
        options |= {"ssl_context": tls}
    if starttls:
        options |= {"tls_context": starttls, "require_starttls": True}
    if tls or starttls:
        options |= {"authenticator": mailbox.authenticate, "auth_required": not tls, "auth_require_tls": not tls}
        mailbox.host = "localhost"
    controller = Controller(mailbox, hostname=mailbox.host, port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
