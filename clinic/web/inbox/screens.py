"""A message as a lock screen shows it: who from, what stands in bold before it is opened, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.domain import segments
from clinic.domain.contacts import Channel
from clinic.notices import words
from clinic.queries.inbox import Message
from clinic.web.shared.ground import settings

_SENDER = "Agenda"


@dataclass(frozen=True)
class Screen:
    """One message: its first characters stand where others may see them; `units` of `most` for an SMS."""

    at: datetime
    channel: Channel
    language: str
    sender: str
    subject: str | None
    seen: str
    rest: str
    units: int | None = None
    most: int | None = None


def screens(messages: Sequence[Message]) -> list[Screen]:
    """These messages as they look; one that may not be said is not there."""
    found = [_screen(each) for each in messages]
    return [each for each in found if each]


def _screen(message: Message) -> Screen | None:
    facts = message.facts
    try:
        text = words.text(facts)
    except words.Unspeakable:
        return None
    if message.channel is not Channel.SMS:
        subject = words.subject(facts.language)
        return Screen(message.at, message.channel, facts.language, _SENDER, subject, *_cut(text))
    body = segments.as_sms(text)
    counted = segments.count(body)
    sender = settings.sms_gateway.sender if settings.sms_gateway else ""
    return Screen(
        message.at,
        message.channel,
        facts.language,
        sender or _SENDER,
        None,
        *_cut(body),
        units=counted.units,
        most=counted.most,
    )


def _cut(text: str) -> tuple[str, str]:
    return text[: words.ON_A_LOCK_SCREEN], text[words.ON_A_LOCK_SCREEN :]
