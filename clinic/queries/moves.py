"""Foreseeing what moving a session would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import sessions as rules
from clinic.domain.answers import NotFound
from clinic.domain.resources import of_person
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Booked
from clinic.domain.times import quanta
from clinic.models import ClinicSession, Shift
from clinic.queries import appointments as appointment_queries
from clinic.queries import rota as rota_queries


@dataclass(frozen=True)
class CrewMember:
    """Someone on the crew, by id and name."""

    person_id: str
    name: str


@dataclass(frozen=True)
class MoveEffects:
    """What a move would do: who comes along if she confirms, who is elsewhere then, which appointments fit."""

    staying: tuple[CrewMember, ...]
    clashing: tuple[CrewMember, ...]
    carried: tuple[Booked, ...]
    outside: tuple[Booked, ...]


def clashing(tx: Session, held: Iterable[Shift], starts_at: datetime, ends_at: datetime) -> set[str]:
    """The ids of the people of these shifts who are elsewhere in this span."""
    shifts = list(held)
    people = {of_person(shift.person_id): shift.person_id for shift in shifts}
    busy = rota_queries.occupied(tx, people, quanta(starts_at, ends_at), besides=[shift.id for shift in shifts])
    return {people[resource] for resource in busy}


def move_effects(tx: Session, session_id: str, starts_at: datetime, ends_at: datetime) -> MoveEffects:
    """Foresee moving a session into this span, without moving it. Raises `NotFound`."""
    session = tx.get(ClinicSession, session_id)
    if session is None:
        raise NotFound
    query = select(Shift).where(Shift.session_id == session_id, Shift.state != ShiftState.RELEASED)
    held = list(tx.scalars(query.options(joinedload(Shift.person))))
    elsewhere = clashing(tx, held, starts_at, ends_at)
    crew = sorted((CrewMember(each.person_id, each.person.name) for each in held), key=lambda each: each.name)
    booked = [appointment_queries.as_booked(each) for each in appointment_queries.standing(tx, session_id)]
    carried, outside = rules.carry(booked, by=starts_at - session.starts_at, into=(starts_at, ends_at))
    return MoveEffects(
        staying=tuple(each for each in crew if each.person_id not in elsewhere),
        clashing=tuple(each for each in crew if each.person_id in elsewhere),
        carried=tuple(carried),
        outside=tuple(outside),
    )
