"""Reading needs, offers and interpreters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from clinic.domain import interpreting as rules
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState
from clinic.domain.availability import Said
from clinic.domain.interpreting import Candidate, Modality, NeedState, Obstacle, OfferState, Stage
from clinic.domain.people import Role
from clinic.domain.queue import IN_LINE
from clinic.domain.resources import of_person
from clinic.domain.times import quanta
from clinic.models import Appointment, ClinicSession, Interpreter, Need, Offer, Person, PersonRole, Visit
from clinic.queries import availability, exclusions, travel
from clinic.queries import rota as rota_queries


@dataclass(frozen=True)
class CandidateRow:
    """An interpreter beside a need: what stands against asking her, if anything, and what she said of that time."""

    person_id: str
    name: str
    obstacle: Obstacle | None
    said: Said


@dataclass(frozen=True)
class OfferRow:
    """One interpreter asked, and her answer as it stands."""

    id: str
    person_id: str
    name: str
    state: OfferState
    answer_by: datetime


@dataclass(frozen=True)
class NeedRow:
    """A need with its offers; its owners are who asked and who booked the appointment."""

    id: str
    session_id: str
    appointment_id: str | None
    language: str
    modality: Modality
    starts_at: datetime
    ends_at: datetime
    answer_by: datetime
    state: NeedState
    owner_ids: frozenset[str]
    offers: tuple[OfferRow, ...]

    @property
    def stage(self) -> Stage:
        return rules.stage(self.state, is_asked=any(offer.state is OfferState.ASKED for offer in self.offers))


@dataclass(frozen=True)
class ProfileRow:
    """How an interpreter works."""

    languages: frozenset[str]
    comes_on_site: bool
    phone: str | None


def locked_need(tx: Session, need_id: str) -> Need:
    """One need with its offers, locked until the transaction ends; raises `NotFound`.

    Its session is locked first, as by those who change the session: who waits for whom never goes in a circle.
    """
    of_need = select(Need.session_id).where(Need.id == need_id).scalar_subquery()
    tx.execute(select(ClinicSession.id).where(ClinicSession.id == of_need).with_for_update())
    query = select(Need).where(Need.id == need_id).with_for_update(of=Need)
    found = tx.scalar(query.options(selectinload(Need.offers)), execution_options={"populate_existing": True})
    if found is None:
        raise NotFound
    return found


def need_id_of(tx: Session, offer_id: str) -> str:
    """The id of the need that an offer belongs to; raises `NotFound`."""
    need_id = tx.scalar(select(Offer.need_id).where(Offer.id == offer_id))
    if need_id is None:
        raise NotFound
    return need_id


def need_of_appointment(tx: Session, appointment_id: str) -> Need | None:
    """The need of an appointment, whatever its state."""
    query = select(Need).where(Need.appointment_id == appointment_id)
    return tx.scalar(query.options(selectinload(Need.offers)))


def live_needs(tx: Session, session_id: str) -> list[Need]:
    """The needs of a session that are not withdrawn, in a fixed order."""
    query = select(Need).where(Need.session_id == session_id, Need.state != NeedState.WITHDRAWN).order_by(Need.id)
    return list(tx.scalars(query))


def freed(tx: Session, need_id: str, since: datetime) -> list[Offer]:
    """The offers of a need that were withdrawn from outside since an instant, in a fixed order."""
    is_freed = (Offer.state == OfferState.WITHDRAWN) & Offer.ended_from.is_not(None) & (Offer.changed_at >= since)
    return list(tx.scalars(select(Offer).where(Offer.need_id == need_id, is_freed).order_by(Offer.id)))


def ran_out(tx: Session, now: datetime) -> list[Offer]:
    """The offers that wait for an answer past their answer-by, locked, those in other hands passed over."""
    query = select(Offer).where(Offer.state == OfferState.ASKED, Offer.answer_by <= now).order_by(Offer.id)
    return list(tx.scalars(query.with_for_update(skip_locked=True)))


def candidates(tx: Session, need: Need, *, now: datetime) -> list[CandidateRow]:
    """All active interpreters with what stands against asking each for this need; those who can be asked come first.

    Who never meets somebody it is for is not among them (S07).
    """
    active = tx.scalars(
        select(Person)
        .where(Person.disabled_at.is_(None), Person.held.any(PersonRole.role == Role.INTERPRETER))
        .order_by(Person.name)
    ).all()
    kept_out = exclusions.excluded_by_any(tx, _served(tx, need), [person.id for person in active])
    people = [person for person in active if person.id not in kept_out]
    ids = [person.id for person in people]
    known, said = profiles(tx, ids), availability.said_by(tx, ids, need.starts_at)
    asked = {offer.person_id for offer in need.offers if _stands(offer, now)}
    resources = {of_person(person.id): person.id for person in people}
    own = [offer.id for offer in need.offers]
    occupied = rota_queries.occupied(tx, resources, quanta(need.starts_at, need.ends_at), besides=own, now=now)
    busy = {resources[each] for each in occupied} | _too_far(tx, need, ids, own, now)
    rows = [
        CandidateRow(
            person_id=person.id,
            name=person.name,
            obstacle=_obstacle(need, known.get(person.id), person.id, busy, asked),
            said=said[person.id],
        )
        for person in people
    ]
    order = [None, *Obstacle]
    return sorted(rows, key=lambda row: (order.index(row.obstacle), row.name.casefold()))


def candidates_of(tx: Session, need_id: str, *, now: datetime) -> list[CandidateRow]:
    """The interpreters beside a need; raises `NotFound`."""
    need = tx.get(Need, need_id, options=[selectinload(Need.offers)])
    if need is None:
        raise NotFound
    return candidates(tx, need, now=now)


def need_row(tx: Session, need_id: str, *, now: datetime) -> NeedRow:
    """One need with its offers; raises `NotFound`."""
    found = _rows(tx, Need.id == need_id, now)
    if not found:
        raise NotFound
    return found[0]


def numbers(tx: Session, need: NeedRow, *, now: datetime) -> Mapping[str, str]:
    """The numbers of those asked or booked by telephone, by person, from the need until two hours after it."""
    if need.modality is not Modality.TELEPHONE or now > need.ends_at + rules.NUMBER_SHOWN_AFTER:
        return {}
    shown = [offer.person_id for offer in need.offers if offer.state in rules.HOLDING]
    return {person_id: row.phone for person_id, row in profiles(tx, shown).items() if row.phone}


def needs_of(tx: Session, session_ids: Iterable[str], *, now: datetime) -> Mapping[str, list[NeedRow]]:
    """The live needs of sessions, by session: one query, however many there are."""
    rows: dict[str, list[NeedRow]] = defaultdict(list)
    for row in _rows(tx, Need.session_id.in_(list(session_ids)) & (Need.state != NeedState.WITHDRAWN), now):
        rows[row.session_id].append(row)
    return rows


def profiles(tx: Session, people: Sequence[str]) -> dict[str, ProfileRow]:
    """How these interpreters work, by person; those who never said so are left out."""
    query = select(Interpreter).where(Interpreter.person_id.in_(people)).options(selectinload(Interpreter.languages))
    return {
        row.person_id: ProfileRow(
            languages=frozenset(each.language for each in row.languages),
            comes_on_site=row.comes_on_site,
            phone=row.phone,
        )
        for row in tx.scalars(query)
    }


def _rows(tx: Session, where: ColumnElement[bool], now: datetime) -> list[NeedRow]:
    query = (
        select(Need, Appointment.booked_by_id)
        .outerjoin(Appointment, Need.appointment_id == Appointment.id)
        .where(where)
        .order_by(Need.starts_at, Need.id)
        .options(joinedload(Need.offers).joinedload(Offer.person))
    )
    return [_need_row(need, booked_by_id, now) for need, booked_by_id in tx.execute(query).unique()]


def _need_row(need: Need, booked_by_id: str | None, now: datetime) -> NeedRow:
    offers = [
        OfferRow(
            id=offer.id,
            person_id=offer.person_id,
            name=offer.person.name,
            state=rules.state_of(offer.state, offer.answer_by, now),
            answer_by=offer.answer_by,
        )
        for offer in need.offers
    ]
    return NeedRow(
        id=need.id,
        session_id=need.session_id,
        appointment_id=need.appointment_id,
        language=need.language,
        modality=need.modality,
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        answer_by=need.answer_by,
        state=need.state,
        owner_ids=frozenset({need.asked_by_id, booked_by_id or need.asked_by_id}),
        offers=tuple(sorted(offers, key=lambda row: row.name.casefold())),
    )


def _served(tx: Session, need: Need) -> list[str]:
    """For whom somebody is to interpret: her whose appointment it is, or all who are booked or in line there."""
    query = select(Appointment.beneficiary_id)
    if need.appointment_id:
        return list(tx.scalars(query.where(Appointment.id == need.appointment_id)))
    is_booked = Appointment.state == AppointmentState.BOOKED
    during = (Appointment.starts_at < need.ends_at) & (Appointment.ends_at > need.starts_at)
    in_line = select(Visit.beneficiary_id).where(Visit.session_id == need.session_id, Visit.state.in_(IN_LINE))
    booked = query.where(Appointment.session_id == need.session_id, is_booked, during)
    return list(tx.scalars(booked.union(in_line)))


def _stands(offer: Offer, now: datetime) -> bool:
    return rules.state_of(offer.state, offer.answer_by, now) in rules.HOLDING


def _too_far(tx: Session, need: Need, people: Sequence[str], own: Sequence[str], now: datetime) -> set[str]:
    """Who would have to come, and is on something elsewhere too shortly before or after."""
    if need.modality is not Modality.ON_SITE:
        return set()
    place_id = tx.get_one(ClinicSession, need.session_id).place_id
    return travel.too_close(tx, people, (need.starts_at, need.ends_at), place_id, besides=own, now=now)


def _obstacle(
    need: Need, profile: ProfileRow | None, person_id: str, busy: set[str], asked: set[str]
) -> Obstacle | None:
    if profile is None:
        return Obstacle.LANGUAGE
    candidate = Candidate(
        languages=profile.languages,
        comes_on_site=profile.comes_on_site,
        has_phone=profile.phone is not None,
        is_busy=person_id in busy,
        is_asked=person_id in asked,
    )
    return rules.obstacle(candidate, need.language, need.modality)
