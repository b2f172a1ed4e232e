"""Appointments: the slots of a session, which desk a wish gets, and who must be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

import pycountry

from clinic.domain import sessions
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.times import slot_starts

SLOT_MINUTES = (15, 30, 45, 60)
HOLD_LASTS = timedelta(minutes=15)
DISCLOSED_HOURS = range(1, 11)
USUAL_LANGUAGES = (
    "fra",
    "eng",
    "pcm",
    "bin",
    "ish",
    "yor",
    "ibo",
    "urh",
    "spa",
    "ron",
    "bul",
    "ara",
    "por",
    "zho",
    "ben",
    "sqi",
)


class Topic(StrEnum):
    """What an appointment is about: a closed list, never a story."""

    RIGHTS = "rights"
    RESIDENCE = "residence"
    ASYLUM = "asylum"
    COMPLAINT = "complaint"
    FAMILY = "family"
    WORK = "work"
    HOUSING = "housing"
    HEALTH = "health"
    OTHER = "other"


class AppointmentState(StrEnum):
    """An appointment is held while she is asked, stands, or was called off; or its hold ran out."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class CrewPart(StrEnum):
    """As what somebody must be there, besides her who is helped."""

    LEGAL = "legal"
    MEDIATOR = "mediator"
    INTERPRETER = "interpreter"


# Whom a part may be given to: a psychologist is no legal advice.
ROLES_FOR = {
    CrewPart.LEGAL: frozenset({Role.LAWYER, Role.LEGAL_ADVISER}),
    CrewPart.MEDIATOR: frozenset({Role.MEDIATOR}),
    CrewPart.INTERPRETER: frozenset({Role.INTERPRETER}),
}


@dataclass(frozen=True)
class Wanted:
    """Somebody who must be there: this person, or whoever of the crew is free."""

    part: CrewPart
    person_id: str | None = None


@dataclass(frozen=True)
class Opening:
    """A session as booking sees it: its span, its slots' length in minutes, its desks."""

    status: sessions.Status
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    desks: int

    @property
    def slots(self) -> list[datetime]:
        return slot_starts(self.starts_at, self.ends_at, self.slot_minutes) if self.desks else []

    def slot_end(self, starts_at: datetime) -> datetime:
        return starts_at + timedelta(minutes=self.slot_minutes)


def free_desks(opening: Opening, taken: Iterable[tuple[datetime, int]]) -> dict[datetime, list[int]]:
    """The free desks (numbered from 1) of each slot, in order; a full slot has an empty list."""
    used: dict[datetime, set[int]] = defaultdict(set)
    for starts_at, desk in taken:
        used[starts_at].add(desk)
    return {
        starts_at: [desk for desk in range(1, opening.desks + 1) if desk not in used[starts_at]]
        for starts_at in opening.slots
    }


def choose_desk(opening: Opening, taken: Iterable[tuple[datetime, int]], *, wished_at: datetime, now: datetime) -> int:
    """Give the first free desk at the wished time, or refuse, saying which slots are free."""
    sessions.check_open(opening.status, opening.ends_at, now)
    desks = free_desks(opening, taken)
    free = [starts_at for starts_at, left in desks.items() if left and opening.slot_end(starts_at) > now]
    if wished_at not in desks:
        raise Refused("no_such_slot", free=free)
    if opening.slot_end(wished_at) <= now:
        raise Refused("slot_over", free=free)
    if not desks[wished_at]:
        raise Refused("slot_taken", at=wished_at, free=free)
    return desks[wished_at][0]


def choose_people(wanted: Iterable[Wanted], free: Mapping[CrewPart, Sequence[str]]) -> dict[CrewPart, str]:
    """Give each part that is wanted the person named for it, or the first who is free, nobody in two parts.

    Raises `Refused("nobody_free", missing=[parts])`.
    """
    chosen: dict[CrewPart, str] = {}
    missing = []
    for each in sorted(wanted, key=lambda wish: wish.person_id is None):
        can = [person_id for person_id in free.get(each.part, ()) if person_id not in chosen.values()]
        if each.person_id in can or (each.person_id is None and can):
            chosen[each.part] = each.person_id or can[0]
        else:
            missing.append(each.part)
    if missing:
        raise Refused("nobody_free", missing=[part for part in CrewPart if part in missing])
    return chosen


@cache
def is_language(code: str) -> bool:
    """Tell whether this is an ISO 639-3 code (Edo is `bin`)."""
    return pycountry.languages.get(alpha_3=code) is not None
