"""A person's own commitments as calendar entries, at the level of detail she chose (S17)."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.domain.calendars import Detail
from clinic.feeds.ics import Entry, EntryStatus
from clinic.queries.commitments import Commitment


def entries(commitments: Iterable[Commitment], detail: Detail, language: str, *, of_meetings: str = "") -> list[Entry]:
    """Write commitments in a language of theirs: discreet, the agenda word alone; named, name and public place.

    `of_meetings`: the word for meetings by telephone at either level.
    """
    return [_entry(each, detail, language, of_meetings) for each in commitments]


def _entry(commitment: Commitment, detail: Detail, language: str, of_meetings: str) -> Entry:
    is_named = detail is Detail.NAMED
    words = commitment.names if is_named else commitment.agenda_words
    return Entry(
        uid=commitment.uid,
        sequence=commitment.sequence,
        changed_at=commitment.changed_at,
        starts_at=commitment.starts_at,
        ends_at=commitment.ends_at,
        status=_status(commitment),
        summary=words[language] if words else of_meetings,
        location=commitment.spot if is_named else None,
    )


def _status(commitment: Commitment) -> EntryStatus:
    if commitment.is_cancelled:
        return EntryStatus.CANCELLED
    return EntryStatus.TENTATIVE if commitment.is_tentative else EntryStatus.CONFIRMED
