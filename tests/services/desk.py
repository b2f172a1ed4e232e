"""What the tests of the desk are given: a session with a crew, wishes with people who must be there, who is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.appointments import CrewPart, Topic, Wanted
from clinic.domain.people import Role, SignedIn
from clinic.domain.resources import of_desk_work, of_person
from clinic.models import Appointment, Attending, Occupancy
from clinic.queries import appointments as queries
from clinic.services.appointments import Wish
from tests.make import FRIDAY, make_person, make_session, make_shift

SLOT = timedelta(minutes=30)
LEGAL, MEDIATOR = Wanted(CrewPart.LEGAL), Wanted(CrewPart.MEDIATOR)


@dataclass(frozen=True)
class Desk:
    """A session of six slots with two desks, a mediator and one or two of the legal team on its crew."""

    session_id: str
    mediator: SignedIn
    lawyer: SignedIn
    shifts: dict[str, str]

    def wish(self, *wanted: Wanted, slot: int = 0, alias: str | None = "Iris", **more: Any) -> Wish:
        """Who would like to come in which slot, and who must be there."""
        given: dict[str, Any] = {"language": "ara", "topic": Topic.RIGHTS, "wanted": wanted, **more}
        return Wish(self.session_id, FRIDAY + slot * SLOT, alias, **given)


def make_desk(tx: Session, *others: SignedIn, desks: int = 2, starts_at: datetime = FRIDAY) -> Desk:
    """A session with a mediator, a lawyer and others on its crew."""
    session_id = make_session(tx, desks=desks, starts_at=starts_at)
    mediator, lawyer = make_person(tx, Role.MEDIATOR), make_person(tx, Role.LAWYER)
    crew = (mediator, lawyer, *others)
    return Desk(session_id, mediator, lawyer, {each.id: make_shift(tx, session_id, each) for each in crew})


def parts(tx: Session, appointment_id: str) -> dict[CrewPart, str | None]:
    """Who must be there, by part; None for who is missing."""
    there = select(Attending.part, Attending.person_id).where(Attending.appointment_id == appointment_id)
    return {part: person_id for part, person_id in tx.execute(there)}  # noqa: C416 -- rows, not pairs


def held_for(tx: Session, appointment_id: str) -> set[tuple[str, datetime | None]]:
    """What an appointment holds besides her, and until when."""
    held = select(Occupancy.resource, Occupancy.until).where(Occupancy.holder == appointment_id)
    return {(resource, until) for resource, until in tx.execute(held) if not resource.startswith("beneficiary:")}


def with_them(*people: SignedIn, until: datetime | None = None) -> set[tuple[str, datetime | None]]:
    """What is held when these of the crew are with her."""
    return {(of_desk_work(each.id), until) for each in people}


def asked_of(person: SignedIn, until: datetime | None = None) -> set[tuple[str, datetime | None]]:
    """What is held of somebody who is not on the crew."""
    return {(of_person(person.id), until)}


def found(tx: Session, appointment_id: str) -> Appointment:
    """An appointment as it stands in the database."""
    tx.flush()
    return queries.appointment(tx, appointment_id)
