"""The public workshops as calendar entries: film, speaker, topic, and the place where it is public."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from clinic.feeds.ics import Entry, EntryStatus
from clinic.queries.public import PublicSession, WorkshopView


def entries(sessions: Iterable[PublicSession], language: str, *, to_be_confirmed: str) -> list[Entry]:
    """Write public sessions in a language of theirs; `to_be_confirmed` stands for a guest without a name."""
    return [_entry(each, language, to_be_confirmed) for each in sessions]


def _entry(session: PublicSession, language: str, to_be_confirmed: str) -> Entry:
    name, workshop = session.names[language], session.workshop
    return Entry(
        uid=str(uuid.uuid5(uuid.NAMESPACE_OID, session.id)),
        sequence=session.sequence,
        changed_at=session.changed_at,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        status=EntryStatus.CANCELLED if session.is_cancelled else EntryStatus.CONFIRMED,
        summary=f"{name} · {workshop.film}" if workshop else name,
        location=session.spot,
        description=_description(workshop, language, to_be_confirmed) if workshop else None,
    )


def _description(workshop: WorkshopView, language: str, to_be_confirmed: str) -> str:
    """One line: an escaped line end would be misread by some."""
    guest = ", ".join(filter(None, [workshop.speaker or to_be_confirmed, workshop.affiliation]))
    return f"{guest} · {workshop.topics[language]}"
