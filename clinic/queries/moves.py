"""Foreseeing what moving a session would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from clinic.domain.workshops import RegistrationState
from clinic.models import ClinicSession, Registration, Shift
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as interpreting_queries
from clinic.queries import rota as rota_queries
from clinic.queries import travel


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
    registered: int
    needs: int


def clashing(
    tx: Session, people: Mapping[str, str], starts_at: datetime, ends_at: datetime, *, place_id: str, now: datetime
) -> set[str]:
    """Which of these people (ids by the ids of what holds them) are elsewhere then, or could not come in time."""
    resources = {of_person(person_id): person_id for person_id in people.values()}
    busy = rota_queries.occupied(tx, resources, quanta(starts_at, ends_at), besides=people, now=now)
    far = travel.too_close(tx, set(people.values()), (starts_at, ends_at), place_id, besides=list(people), now=now)
    return {resources[resource] for resource in busy} | far


def move_effects(
    tx: Session, session_id: str, starts_at: datetime, ends_at: datetime, *, place_id: str | None = None, now: datetime
) -> MoveEffects:
    """Foresee moving a session into this span, and perhaps to another place, without moving it. Raises `NotFound`."""
    session = tx.get(ClinicSession, session_id)
    if session is None:
        raise NotFound
    held, registered = _crew(tx, session_id), _registered(tx, session_id)
    everybody = {**_people(held), **_people(registered)}
    elsewhere = clashing(tx, everybody, starts_at, ends_at, place_id=place_id or session.place_id, now=now)
    booked = [appointment_queries.as_booked(each) for each in appointment_queries.standing(tx, session_id)]
    carried, outside = rules.carry(booked, by=starts_at - session.starts_at, into=(starts_at, ends_at))
    return MoveEffects(
        staying=_named(held, without=elsewhere),
        clashing=_named([*held, *registered], only=elsewhere),
        carried=tuple(carried),
        outside=tuple(outside),
        registered=len(registered),
        needs=len(interpreting_queries.live_needs(tx, session_id)),
    )


def _crew(tx: Session, session_id: str) -> list[Shift]:
    query = select(Shift).where(Shift.session_id == session_id, Shift.state != ShiftState.RELEASED)
    return list(tx.scalars(query.options(joinedload(Shift.person))))


def _registered(tx: Session, session_id: str) -> list[Registration]:
    query = select(Registration).where(
        Registration.session_id == session_id, Registration.state == RegistrationState.REGISTERED
    )
    return list(tx.scalars(query.options(joinedload(Registration.person))))


def _people(rows: Iterable[Shift | Registration]) -> dict[str, str]:
    return {row.id: row.person_id for row in rows}


def _named(
    rows: Iterable[Shift | Registration], *, only: Collection[str] | None = None, without: Collection[str] = ()
) -> tuple[CrewMember, ...]:
    wanted = (row for row in rows if row.person_id not in without and (only is None or row.person_id in only))
    return tuple(sorted((CrewMember(row.person_id, row.person.name) for row in wanted), key=lambda each: each.name))
