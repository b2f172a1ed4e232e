"""What goes out when a session is called off, in the very words of the mails, and how near it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.domain.availability import Part, part_of
from clinic.domain.contacts import Channel
from clinic.domain.notices import Facts, Kind, Voice
from clinic.domain.times import local_date
from clinic.domain.timing import TONIGHT
from clinic.notices import words
from clinic.queries.concerned import Concerned
from clinic.web.shared.ground import now, today
from clinic.web.shared.locale import language


@dataclass(frozen=True)
class Announcement:
    """The one line that each group reads, in the language of this page; None when it may not leave the house."""

    at_work: str | None
    to_interpreters: str | None
    to_members: str | None
    to_helped: str | None


def announcement(concerned: Concerned) -> Announcement:
    """The words of the mails that calling a session off sends."""
    return Announcement(
        at_work=_text(concerned, Kind.SESSION_CANCELLED, works_here=True),
        to_interpreters=_text(concerned, Kind.OFFER_WITHDRAWN, works_here=True),
        to_members=_text(concerned, Kind.SESSION_CANCELLED, works_here=False),
        to_helped=_text(concerned, Kind.SESSION_CANCELLED, works_here=False, starts_at=concerned.first_at),
    )


def nearness(starts_at: datetime) -> str | None:
    """ "tonight", "today" or "tomorrow" for what begins within 24 hours or has begun; else None."""
    if starts_at - now() >= TONIGHT:
        return None
    if local_date(starts_at) == today() + timedelta(days=1):
        return "tomorrow"
    return "tonight" if part_of(starts_at) is Part.EVENING else "today"


def _text(concerned: Concerned, kind: Kind, *, works_here: bool, starts_at: datetime | None = None) -> str | None:
    facts = Facts(
        kind=kind,
        language=language(),
        works_here=works_here,
        words=concerned.agenda_words,
        starts_at=starts_at or concerned.starts_at,
        was_at=None,
        voice=Voice(Channel.MAIL),
    )
    try:
        return words.text(facts)
    except words.Unspeakable:
        return None
