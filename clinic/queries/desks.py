"""The desks of a session slot by slot, and single appointments, as far as their reader may know them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from clinic.domain import attendance, discretion
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState, CrewPart, Topic
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.discretion import Standing
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.models import Appointment, Attending, ClinicSession
from clinic.queries import appointments as appointment_queries
from clinic.queries import beneficiaries, disclosures, exclusions, programme
from clinic.queries.people import PersonRow
from clinic.queries.programme import SessionView


@dataclass(frozen=True)
class PartView:
    """Who must be there: by name for those who may know the crew, and for herself; or that somebody is missing."""

    part: CrewPart
    name: str | None
    is_missing: bool


@dataclass(frozen=True)
class AppointmentView:
    """An appointment that its reader may know; `beneficiary_id` only for one who follows her.

    `alias` is None for somebody without a record. `may_note`: whether the reader may say who came. `may_change`:
    whether she may move it or call it off. `may_recuse`: whether it could fall to her, and she may say that she cannot.
    `is_opened`: it was opened to her, and she knows no more of it than alias, language and topic.
    """

    id: str
    session_id: str
    starts_at: datetime
    ends_at: datetime
    desk: int
    alias: str | None
    language: str
    topic: Topic | None
    state: AppointmentState
    held_until: datetime | None
    outcome: Outcome | None
    follow_up: FollowUp | None
    parts: tuple[PartView, ...]
    is_own: bool
    may_note: bool
    may_change: bool
    may_recuse: bool
    is_opened: bool
    beneficiary_id: str | None

    @property
    def is_cancelled(self) -> bool:
        return self.state is AppointmentState.CANCELLED

    @property
    def is_held(self) -> bool:
        return self.state is AppointmentState.HELD

    @property
    def is_booked(self) -> bool:
        return self.state is AppointmentState.BOOKED

    @property
    def missing(self) -> tuple[CrewPart, ...]:
        """The parts for which nobody is there any more."""
        return tuple(each.part for each in self.parts if each.is_missing)

    def is_kept(self, now: datetime) -> bool:
        """Whether it is held, and its time is not over."""
        return self.held_until is not None and self.held_until > now

    def is_let_go(self, now: datetime) -> bool:
        """Whether it was held and is not any more."""
        return self.state is AppointmentState.LAPSED or (self.is_held and not self.is_kept(now))

    def outcomes(self, now: datetime) -> tuple[Outcome, ...]:
        """What may be said now of whether she came."""
        return attendance.offered(self.starts_at, now)


@dataclass(frozen=True)
class DeskView:
    """One desk in one slot: free, kept for a moment, taken, or taken by an appointment that the reader may know."""

    desk: int
    is_taken: bool
    is_kept: bool
    appointment: AppointmentView | None


@dataclass(frozen=True)
class SlotView:
    """One slot: its span and its desks."""

    starts_at: datetime
    ends_at: datetime
    is_over: bool
    desks: tuple[DeskView, ...]

    @property
    def is_free(self) -> bool:
        return not self.is_over and not all(desk.is_taken for desk in self.desks)


def slots(tx: Session, view: SessionView, *, reader: SignedIn, now: datetime) -> list[SlotView]:
    """All slots of a session with their desks. Empty for readers who see neither slots nor appointments."""
    session = tx.get_one(ClinicSession, view.id)
    opening = appointment_queries.opening(session)
    taken = appointment_queries.seen(tx, view.id, now=now)
    names, apart = _names(tx, taken), _kept_from(tx, reader, taken)
    found = {(each.starts_at, each.desk): each for each in taken}
    standing = _standing(view, reader, now)
    known = {at: _view(each, standing, names) for at, each in found.items() if _may_know(standing, each, apart=apart)}
    if not discretion.may_see_slots(standing):
        if not known:
            return []
        found = {at: each for at, each in found.items() if at in known}

    def desk_view(starts_at: datetime, desk: int) -> DeskView:
        there = found.get((starts_at, desk))
        is_kept = there is not None and there.state is AppointmentState.HELD
        return DeskView(desk, there is not None, is_kept, known.get((starts_at, desk)))

    return [
        SlotView(
            starts_at,
            opening.slot_end(starts_at),
            opening.slot_end(starts_at) <= now,
            tuple(desk_view(starts_at, desk) for desk in range(1, opening.desks + 1)),
        )
        for starts_at in opening.slots
    ]


def of_session(tx: Session, view: SessionView, *, reader: SignedIn, now: datetime) -> list[AppointmentView]:
    """The booked appointments of a session that the reader may know, by time and desk."""
    booked = appointment_queries.standing(tx, view.id)
    standing, names, apart = _standing(view, reader, now), _names(tx, booked), _kept_from(tx, reader, booked)
    return [_view(each, standing, names) for each in booked if _may_know(standing, each, apart=apart)]


def appointment(
    tx: Session, appointment_id: str, *, reader: SignedIn, now: datetime
) -> tuple[AppointmentView, SessionView]:
    """One appointment with its session; raises `NotFound` also when the reader may not know it (S02).

    Of the legal team somebody who is not on the crew knows it while it is open to her.
    """
    found = appointment_queries.appointment(tx, appointment_id)
    is_open = reader.holds(*LEGAL_TEAM) and disclosures.is_open_to(tx, found.id, reader.id, now=now)
    session = programme.session(tx, found.session_id, reader=reader, now=now, even_full=is_open)
    standing = _standing(session, reader, now)
    if not _may_know(standing, found, apart=_kept_from(tx, reader, [found]), is_open=is_open):
        raise NotFound
    return _view(found, standing, _names(tx, [found]), is_open=is_open), session


def may_be_told(tx: Session, appointment_id: str, *, reader: SignedIn, now: datetime) -> Sequence[PersonRow]:
    """To whom of the legal team a reader may open an appointment; raises `NotFound` unless it is hers to change."""
    view, _session = appointment(tx, appointment_id, reader=reader, now=now)
    if not view.may_change:
        raise NotFound
    return disclosures.may_be_told(tx, appointment_queries.appointment(tx, appointment_id))


def booked_by(tx: Session, *, reader: SignedIn, now: datetime, most: int) -> list[AppointmentView]:
    """The times that the reader holds, then her own coming bookings, each in order of time."""
    query = select(Appointment, ClinicSession).join(ClinicSession, Appointment.session_id == ClinicSession.id)
    mine = query.where(
        Appointment.booked_by_id == reader.id, Appointment.ends_at > now, appointment_queries.takes_desk(now)
    )
    held_first = Appointment.state != AppointmentState.HELD
    ordered = mine.order_by(held_first, Appointment.starts_at, Appointment.desk).limit(most)
    whole = ordered.options(joinedload(Appointment.beneficiary), selectinload(Appointment.attending))
    rows = tx.execute(whole).all()
    names = _names(tx, [each for each, _ in rows])
    return [
        _view(each, Standing(reader, None, session.starts_at, session.ends_at, now), names) for each, session in rows
    ]


def _standing(view: SessionView, reader: SignedIn, now: datetime) -> Standing:
    role = view.my_shift.role if view.my_shift else None
    return Standing(reader, role, view.starts_at, view.ends_at, now)


def _may_know(standing: Standing, appointment: Appointment, *, apart: Collection[str], is_open: bool = False) -> bool:
    """Of somebody whom the reader never meets she knows nothing; those who coordinate know all (S07)."""
    if appointment.beneficiary_id in apart:
        return False
    is_own = appointment.booked_by_id == standing.reader.id
    is_followed = beneficiaries.follows(standing.reader, appointment.beneficiary)
    return is_open or discretion.may_know_appointment(standing, is_own=is_own or is_followed)


def _kept_from(tx: Session, reader: SignedIn, appointments: Sequence[Appointment]) -> set[str]:
    if reader.holds(Role.COORDINATOR) or not appointments:
        return set()
    return exclusions.kept_from(tx, reader.id, {each.beneficiary_id for each in appointments})


def _names(tx: Session, appointments: Sequence[Appointment]) -> dict[str, list[Attending]]:
    """Who must be there at these appointments, by appointment; one query."""
    ids = [each.id for each in appointments if each.attending]
    if not ids:
        return {}
    names: dict[str, list[Attending]] = {each: [] for each in ids}
    query = select(Attending).where(Attending.appointment_id.in_(ids)).options(joinedload(Attending.person))
    for each in sorted(tx.scalars(query), key=lambda one: list(CrewPart).index(one.part)):
        names[each.appointment_id].append(each)
    return names


def _view(
    appointment: Appointment, standing: Standing, names: dict[str, list[Attending]], *, is_open: bool = False
) -> AppointmentView:
    is_own = appointment.booked_by_id == standing.reader.id
    is_hers = is_own or beneficiaries.follows(standing.reader, appointment.beneficiary)
    is_opened = is_open and standing.crew_role is None and not standing.reader.holds(Role.COORDINATOR, Role.MEDIATOR)
    return AppointmentView(
        id=appointment.id,
        session_id=appointment.session_id,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        desk=appointment.desk,
        alias=appointment.beneficiary.alias,
        language=appointment.language,
        topic=appointment.topic,
        state=appointment.state,
        held_until=appointment.held_until,
        outcome=None if is_opened else appointment.outcome,
        follow_up=None if is_opened else appointment.follow_up,
        parts=() if is_opened else tuple(_part(each, standing) for each in names.get(appointment.id, ())),
        is_own=is_own,
        may_note=discretion.may_note_attendance(standing, is_own=is_hers),
        may_change=discretion.may_change_appointment(standing, is_own=is_hers),
        may_recuse=_may_recuse(appointment, standing, is_open=is_open),
        is_opened=is_opened,
        beneficiary_id=appointment.beneficiary_id if _has_page(standing.reader, appointment) else None,
    )


def _part(one: Attending, standing: Standing) -> PartView:
    may_know = discretion.may_know_crew(standing) or one.person_id == standing.reader.id
    return PartView(one.part, one.person.name if one.person and may_know else None, is_missing=one.person_id is None)


def _may_recuse(appointment: Appointment, standing: Standing, *, is_open: bool) -> bool:
    """Of one whom she follows herself nobody can say it: she hands her over first."""
    whom = appointment.beneficiary
    could_be_hers = is_open or standing.crew_role in LEGAL_TEAM | {Role.MEDIATOR}
    return could_be_hers and standing.reader.id not in {whom.mediator_id, whom.stand_in_id}


def _has_page(reader: SignedIn, appointment: Appointment) -> bool:
    whom = appointment.beneficiary
    return whom.alias_digest is not None and beneficiaries.follows(reader, whom)
