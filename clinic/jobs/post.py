"""The ways out of the house: a mail server, an SMS gateway; or, dry, none at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.contacts import WRITTEN, Channel
from clinic.notices import mail, sms, smtp, words
from clinic.notices.smtp import Delivery, Line
from clinic.queries.outbox import Letter
from clinic.services.outbox import Fate
from clinic.settings import MailServer, Settings, SmsGateway

HandOver = Callable[[Letter, datetime], Delivery]
DRY = "dry"
_LOG = logging.getLogger("clinic.notices")


@dataclass(frozen=True)
class Post:
    """The mail server and the sender's address, the SMS gateway, how many seconds each may take for an answer.

    `is_dry`: everything is rendered, nothing leaves.
    """

    mail_server: MailServer | None = None
    sender: str = ""
    gateway: SmsGateway | None = None
    is_dry: bool = False
    patience: float = smtp.PATIENCE

    @property
    def served(self) -> frozenset[Channel]:
        """By which channels messages can go; those of the others wait, and never go another way (S15)."""
        if self.is_dry:
            return frozenset(WRITTEN)
        ways = {Channel.MAIL: self.mail_server, Channel.SMS: self.gateway}
        return frozenset(channel for channel, way in ways.items() if way)


def of_settings(settings: Settings) -> Post:
    """The post as the operator set it up."""
    sender = settings.mail_from or "agenda@example.org"  # without a mail server only a dry run composes any
    return Post(settings.mail_server, sender, settings.sms_gateway, settings.is_dry)


@contextmanager
def opened(post: Post) -> Iterator[HandOver]:
    """What hands one letter over and never raises for what a server does; one line serves all mails in between."""
    with ExitStack() as held:
        server = post.mail_server
        line = held.enter_context(Line(server, patience=post.patience)) if server and not post.is_dry else None
        yield lambda letter, now: _hand_over(letter, post, line, now)


def _hand_over(letter: Letter, post: Post, line: Line | None, now: datetime) -> Delivery:
    try:
        if letter.facts.voice.channel is Channel.SMS:
            return _by_sms(letter, post)
        return _by_mail(letter, post, line, now)
    except words.Unspeakable:
        return Delivery(Fate.REFUSED, "words")
    except ValueError:
        return Delivery(Fate.REFUSED, "address")


def _by_mail(letter: Letter, post: Post, line: Line | None, now: datetime) -> Delivery:
    composed = mail.compose(
        letter.facts, message_token=letter.message_token, sender=post.sender, address=letter.address, now=now
    )
    return line.deliver(composed) if line else _keep(letter)


def _by_sms(letter: Letter, post: Post) -> Delivery:
    text = words.text(letter.facts)
    if post.is_dry or post.gateway is None:
        return _keep(letter)
    return sms.deliver(
        text, to=letter.address, message_token=letter.message_token, gateway=post.gateway, patience=post.patience
    )


def _keep(letter: Letter) -> Delivery:
    _LOG.info("notice %s: dry, %s", letter.notice_id, letter.facts.voice.channel)
    return Delivery(Fate.SENT, DRY)
