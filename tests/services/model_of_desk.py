"""The desk as one would tell it to somebody: a few dictionaries that say what an act must come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clinic.domain.appointments import AppointmentState, CrewPart, Wanted
from clinic.domain.attendance import Outcome
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role
from clinic.domain.queue import VisitState

SLOT = timedelta(minutes=30)
HELD_FOR = timedelta(minutes=15)
BOOKED, CANCELLED, HELD, LAPSED = (
    AppointmentState.BOOKED,
    AppointmentState.CANCELLED,
    AppointmentState.HELD,
    AppointmentState.LAPSED,
)
Span = tuple[datetime, datetime]
PART_OF = {
    Role.LAWYER: CrewPart.LEGAL,
    Role.LEGAL_ADVISER: CrewPart.LEGAL,
    Role.MEDIATOR: CrewPart.MEDIATOR,
    Role.INTERPRETER: CrewPart.INTERPRETER,
}
IN_LINE = (VisitState.WAITING, VisitState.SEEN)
NEXT = {
    VisitState.WAITING: {VisitState.SEEN, VisitState.DONE, VisitState.LEFT},
    VisitState.SEEN: {VisitState.DONE, VisitState.WAITING},
    VisitState.DONE: {VisitState.WAITING, VisitState.SEEN},
    VisitState.LEFT: {VisitState.WAITING},
}


@dataclass
class Sitting:
    """A session: when, how many desks, whether it is called off, who of the crew is there as what."""

    span: Span
    desks: int
    is_off: bool = False
    crew: dict[str, Role] = field(default_factory=dict)

    @property
    def slots(self) -> list[datetime]:
        return [self.span[0] + number * SLOT for number in range((self.span[1] - self.span[0]) // SLOT)]


@dataclass
class Booking:
    """An appointment: where, when, whose, how it stands, who must be there (and how, if she is yet to be asked)."""

    sitting: str
    at: datetime
    whom: str
    state: AppointmentState
    until: datetime | None = None
    outcome: Outcome | None = None
    named: dict[CrewPart, tuple[str | None, Modality | None]] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        return self.at, self.at + SLOT


@dataclass
class There:
    """Somebody in a line."""

    sitting: str
    whom: str
    booking: str | None
    number: int
    turn: int
    state: VisitState = VisitState.WAITING
    seen_by: str | None = None
    version: int = 1


@dataclass
class Model:
    """All that there is, and the clock."""

    now: datetime
    sittings: dict[str, Sitting]
    everybody: dict[str, Role]
    bookings: dict[str, Booking] = field(default_factory=dict)
    line: dict[str, There] = field(default_factory=dict)
    apart: set[tuple[str, str, str]] = field(default_factory=set)  # whom, person, who said so
    asked: dict[str, list[tuple[str, Span, datetime | None]]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    is_blind: bool = False  # the control: a model that does not see that somebody is with somebody else

    def state_of(self, booking: Booking) -> AppointmentState:
        """How it stands now: a hold ends by itself."""
        is_over = booking.state is HELD and booking.until is not None and booking.until <= self.now
        return LAPSED if is_over else booking.state

    def standing(self, besides: str | None = None) -> list[Booking]:
        """What has its desk now."""
        return [
            each for name, each in self.bookings.items() if name != besides and self.state_of(each) in (BOOKED, HELD)
        ]

    def counting(self, besides: str | None = None) -> list[Booking]:
        """What has its desk and takes place: it keeps people busy."""
        return [each for each in self.standing(besides) if not self.sittings[each.sitting].is_off]

    def is_apart(self, whom: str, person: str) -> bool:
        return any((one, other) == (whom, person) for one, other, _ in self.apart)

    def is_with_somebody(self, person: str, span: Span, besides: str | None) -> bool:
        named = [each for each in self.counting(besides) if (person, None) in each.named.values()]
        return not self.is_blind and any(_overlap(each.span, span) for each in named)

    def is_somewhere(self, person: str, span: Span, besides: str | None = None) -> bool:
        """On a crew, held to be asked, or asked and not answered yet."""
        shifts = [each.span for each in self.sittings.values() if person in each.crew and not each.is_off]
        held = [
            each.span
            for each in self.counting(besides)
            if any(one == person and how for one, how in each.named.values())
        ]
        asked = [
            at
            for offers in self.asked.values()
            for one, at, until in offers
            if one == person and (until is None or until > self.now)
        ]
        return any(_overlap(each, span) for each in (*shifts, *held, *asked))

    def can(self, part: CrewPart, booking: Booking, *, is_asked: bool = False, besides: str | None = None) -> set[str]:
        """Who could be there as this: of the crew; to interpret also somebody who can be asked, if nobody of it is."""
        if part is CrewPart.INTERPRETER and booking.whom in self.erased:
            return set()  # which language she spoke is forgotten
        crew = self.sittings[booking.sitting].crew
        free = {
            person
            for person, role in crew.items()
            if PART_OF.get(role) is part
            and not self.is_apart(booking.whom, person)
            and not self.is_with_somebody(person, booking.span, besides)
        }
        if free or not (is_asked and part is CrewPart.INTERPRETER and booking.at > self.now):
            return free
        outside = {person for person, role in self.everybody.items() if role is Role.INTERPRETER}
        return {
            person
            for person in outside - crew.keys()
            if not self.is_apart(booking.whom, person) and not self.is_somewhere(person, booking.span, besides)
        }

    def why_not(
        self, booking: Booking, wanted: Iterable[Wanted], interpreter: Modality | None, besides: str | None = None
    ) -> str | None:
        """The refusal of a time that somebody would like, if any."""
        sitting = self.sittings[booking.sitting]
        at_once = [each for each in self.standing(besides) if (each.sitting, each.at) == (booking.sitting, booking.at)]
        hers = [each for each in self.counting(besides) if each.whom == booking.whom]
        refusals = {
            "not_found": booking.whom in self.erased,
            "session_cancelled": sitting.is_off,
            "session_over": sitting.span[1] <= self.now,
            "no_such_slot": booking.at not in sitting.slots,
            "slot_over": booking.span[1] <= self.now,
            "slot_taken": len(at_once) >= sitting.desks,
            "alias_busy": any(_overlap(each.span, booking.span) for each in hers),
            "nobody_free": self.lacks(booking, wanted, interpreter, besides),
        }
        return next((code for code, is_so in refusals.items() if is_so), None)

    def lacks(
        self, booking: Booking, wanted: Iterable[Wanted], interpreter: Modality | None, besides: str | None
    ) -> bool:
        """Whether somebody who must be there could not be."""
        parts = [*wanted, *([Wanted(CrewPart.INTERPRETER)] if interpreter else [])]
        for each in parts:
            people = self.can(each.part, booking, is_asked=interpreter is not None, besides=besides)
            if not people or (each.person_id and each.person_id not in people):
                return True
        return False

    def why_not_erase(self, whom: str) -> str | None:
        """The refusal to erase somebody: she is expected, or there."""
        ahead = [each for each in self.counting() if each.whom == whom and each.span[1] > self.now]
        there = [each for each in self.line.values() if each.whom == whom and each.state in IN_LINE]
        is_there = any(self.sittings[each.sitting].span[1] > self.now - timedelta(hours=24) for each in there)
        return "erase_ahead" if ahead else "erase_in_line" if is_there else None

    def why_not_queue(self, sitting_id: str) -> str | None:
        sitting = self.sittings[sitting_id]
        is_open = sitting.span[0] - timedelta(hours=2) <= self.now <= sitting.span[1] + timedelta(hours=24)
        return "session_cancelled" if sitting.is_off else None if is_open else "queue_closed"

    def in_line(self, sitting_id: str) -> list[str]:
        """Who is there, in order."""
        there = [(each.turn, each.number, name) for name, each in self.line.items() if each.sitting == sitting_id]
        return [name for _, _, name in sorted(there)]

    def line_up(self, name: str, sitting_id: str, whom: str, booking: str | None) -> None:
        numbers = [each.number for each in self.line.values() if each.sitting == sitting_id]
        number = max(numbers, default=0) + 1
        self.line[name] = There(sitting_id, whom, booking, number, number)

    def why_not_step(self, name: str, to: VisitState, seen_by: str | None) -> str | None:
        """The refusal of a step, if any; "same" where it was taken already. Seen again, she is with whom she was."""
        there = self.line[name]
        seen_by = (seen_by or there.seen_by) if to is VisitState.SEEN else None
        refusal = self.why_not_queue(there.sitting)
        if refusal:
            return refusal
        if there.state is to and seen_by in (None, there.seen_by):
            return "same"
        if to not in NEXT[there.state]:
            return "visit_changed"
        if to is not VisitState.SEEN:
            return None
        role = self.sittings[there.sitting].crew.get(seen_by or "", Role.INTERPRETER)
        if role is Role.INTERPRETER or self.is_apart(there.whom, seen_by or ""):
            return "not_found"
        others = [each for each in self.line.values() if each is not there and each.sitting == there.sitting]
        is_taken = any((each.state, each.seen_by) == (VisitState.SEEN, seen_by) for each in others)
        return "with_somebody" if is_taken else None


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
