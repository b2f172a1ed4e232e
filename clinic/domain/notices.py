"""Notices: what may be said, of which facts, and what takes back what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.contacts import Channel, Wording
from clinic.domain.people import Role

KEPT = timedelta(days=30)


class Kind(StrEnum):
    """What happened, or is about to. `SESSION_…` is said of an appointment as well, to the person who has it."""

    SHIFT_TAKEN = "shift_taken"
    SHIFT_GIVEN_BACK = "shift_given_back"
    OFFER_ASKED = "offer_asked"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_FILLED = "offer_filled"
    OFFER_WITHDRAWN = "offer_withdrawn"
    REGISTERED = "registered"
    PLACE_FALLEN_FREE = "place_fallen_free"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_RESTORED = "session_restored"
    REMINDER = "reminder"
    ASK_MADE = "ask_made"
    ASK_FILLED = "ask_filled"
    ASK_WITHDRAWN = "ask_withdrawn"
    STAND_IN_FOUND = "stand_in_found"
    DECISION_DUE = "decision_due"
    CALLS_WAITING = "calls_waiting"
    SPOT_CHANGED = "spot_changed"
    BOOKED = "booked"
    DIGEST = "digest"
    ATTENTION = "attention"


class State(StrEnum):
    """What became of a notice (S75). `superseded`: it was undone, or said otherwise, before it went."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


WAITING = (State.PLANNED, State.CLAIMED)
UNDER_WAY = (*WAITING, State.SENDING)


@dataclass(frozen=True)
class Whereabouts:
    """When and where a session is, or was before a move; a meeting by telephone has no place."""

    starts_at: datetime
    ends_at: datetime
    place_id: str | None


@dataclass(frozen=True)
class Voice:
    """How she agreed to be spoken to, by which channel; a closed list of variants, never a text of somebody's."""

    channel: Channel
    wording: Wording = Wording.PLAIN
    names_place: bool = False
    signs_off: bool = False


@dataclass(frozen=True)
class Facts:
    """All that a text may be made of: there is no name of anybody, place, language or topic here to slip in.

    `words` is what the service is called by language: its agenda word, or for one who works here and chose the level
    "named" its name; nothing of a meeting by telephone. `items`: of a digest, what each part is called and when it
    begins.
    """

    kind: Kind
    language: str
    works_here: bool
    words: Mapping[str, str]
    starts_at: datetime
    was_at: datetime | None
    voice: Voice
    is_named: bool = False
    items: tuple[tuple[Mapping[str, str], datetime], ...] = ()


# Said while the other still waits, both vanish: what was undone in time is never told.
OPPOSITES: Mapping[Kind, frozenset[Kind]] = {
    Kind.SHIFT_TAKEN: frozenset({Kind.SHIFT_GIVEN_BACK}),
    Kind.SHIFT_GIVEN_BACK: frozenset({Kind.SHIFT_TAKEN}),
    Kind.OFFER_ASKED: frozenset({Kind.OFFER_WITHDRAWN, Kind.OFFER_FILLED}),
    Kind.OFFER_WITHDRAWN: frozenset({Kind.OFFER_ASKED}),
    Kind.OFFER_FILLED: frozenset({Kind.OFFER_ASKED}),
    Kind.SESSION_CANCELLED: frozenset({Kind.SESSION_RESTORED}),
    Kind.SESSION_RESTORED: frozenset({Kind.SESSION_CANCELLED}),
    Kind.ASK_MADE: frozenset({Kind.ASK_WITHDRAWN, Kind.ASK_FILLED}),
    Kind.ASK_WITHDRAWN: frozenset({Kind.ASK_MADE}),
    Kind.ASK_FILLED: frozenset({Kind.ASK_MADE}),
}
# These end something: they stay true when the session is cancelled or moved meanwhile.
ENDINGS = frozenset(
    {
        Kind.SHIFT_GIVEN_BACK,
        Kind.OFFER_DECLINED,
        Kind.OFFER_FILLED,
        Kind.OFFER_WITHDRAWN,
        Kind.ASK_FILLED,
        Kind.ASK_WITHDRAWN,
        Kind.STAND_IN_FOUND,
    }
)
FOR_HELPED = frozenset({Kind.BOOKED, Kind.REMINDER, Kind.SESSION_MOVED, Kind.SESSION_CANCELLED, Kind.SESSION_RESTORED})
FOR_MEMBERS = (FOR_HELPED - {Kind.BOOKED}) | {Kind.REGISTERED, Kind.PLACE_FALLEN_FREE, Kind.SPOT_CHANGED}


def works_here(roles: frozenset[Role]) -> bool:
    """Everybody who is more than a member works here: mail is part of the work (S16). Members choose (S10)."""
    return bool(roles - {Role.MEMBER})
