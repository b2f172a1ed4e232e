"""Calls to make as far as their reader may know them, and whom a change of a session reaches by which channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import calls as rules
from clinic.domain import discretion, timing
from clinic.domain import notices as notice_rules
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState
from clinic.domain.calls import TO_MAKE, CallState, Change, Word
from clinic.domain.contacts import may_write
from clinic.domain.discretion import Standing
from clinic.domain.interpreting import Modality, OfferState
from clinic.domain.notices import Kind as NoticeKind
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Kind, Status
from clinic.domain.workshops import RegistrationState
from clinic.models import (
    Appointment,
    Call,
    ClinicSession,
    Need,
    Notice,
    Offer,
    Place,
    Registration,
    Shift,
)
from clinic.queries import beneficiaries, exclusions, heard, readers
from clinic.queries import rota as rota_queries
from clinic.queries import workshops as workshop_queries
from clinic.queries.readers import Reader


@dataclass(frozen=True)
class CallView:
    """One call for one reader: an alias, or the name of somebody who comes to a workshop, and what to say.

    `starts_at` is the appointment's time; without `knows_time` she was never told of it, and it is not to be said.
    """

    id: str
    session_id: str
    names: Mapping[str, str]
    session_starts_at: datetime
    who: str | None
    starts_at: datetime
    change: Change
    state: CallState
    knows_time: bool
    spot: str | None


@dataclass(frozen=True)
class Reach:
    """Who can be written to before it begins, and who cannot; accounts that were disabled are in neither."""

    written: frozenset[str]
    silent: frozenset[str]


def to_make(tx: Session, *, reader: SignedIn, now: datetime, session_id: str | None = None) -> list[CallView]:
    """The calls that the reader may make, of all sessions not over or of one, in order of time: four queries."""
    query = _calls().where(Call.state.in_(TO_MAKE), ClinicSession.ends_at > now, _stands())
    if session_id:
        query = query.where(Call.session_id == session_id)
    rows = tx.execute(query).all()
    if not rows:
        return []
    roles = _crew_roles(tx, reader, [session.id for _, session, _ in rows])
    apart = _kept_from(tx, reader, [found for found, _, _ in rows])
    known = [row for row in rows if row[0].beneficiary_id not in apart and _may_make(*row, roles, reader, now)]
    unsure = unaware(tx, [row[0].about_id for row in known])
    views = [_view(*row, roles, reader, now, knows_time=row[0].about_id not in unsure) for row in known]
    return sorted(views, key=lambda view: (view.starts_at, (view.who or "").casefold()))


def call(tx: Session, call_id: str, *, reader: SignedIn, now: datetime) -> Call:
    """One call, whatever its state; raises `NotFound` also when it is not the reader's to make (S02)."""
    row = tx.execute(_calls().where(Call.id == call_id), execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound
    found, session, appointment = row
    is_hers = _may_make(found, session, appointment, _crew_roles(tx, reader, [session.id]), reader, now)
    if not is_hers or found.beneficiary_id in _kept_from(tx, reader, [found]):
        raise NotFound
    return found


def of_things(tx: Session, about_ids: Collection[str]) -> Mapping[str, list[Call]]:
    """All calls about these appointments and registrations, in the order they were to be made."""
    found: dict[str, list[Call]] = defaultdict(list)
    query = select(Call).where(Call.about_id.in_(list(about_ids))).order_by(Call.made_at, Call.id)
    for each in tx.scalars(query):
        found[each.about_id].append(each)
    return found


def as_words(calls: Sequence[Call]) -> list[Word]:
    """Calls as the rules see them."""
    return [
        Word(each.change, each.state, each.made_at, each.settled_at if each.state is CallState.TOLD else None)
        for each in calls
    ]


def unaware(tx: Session, about_ids: Collection[str]) -> set[str]:
    """The appointments and registrations that were moved without their people having heard of it; two queries."""
    calls, written = of_things(tx, about_ids), heard.messages(tx, about_ids)
    said = {
        each: as_words(calls.get(each, [])) + heard.as_words(written.get(each, []), takes_place=True)
        for each in about_ids
    }
    return {each for each, words in said.items() if Change.MOVED in rules.unsaid(words)}


def knowing_spot(tx: Session, session: ClinicSession, *, now: datetime) -> dict[str, str]:
    """Who may know now where exactly a session is: person ids by what they hold (S03).

    The crew, interpreters who come from 24 hours before, those who come to a workshop from 48 hours before; not those
    who coordinate or may only look it up.
    """
    publicity, span = tx.get_one(Place, session.place_id).publicity, (session.starts_at, session.ends_at)
    may_know = discretion.may_know_spot
    found = {
        each.id: each.person_id
        for each in rota_queries.live_shifts(tx, session.id)
        if may_know(Standing(_anybody(each.person_id), each.role, *span, now), publicity)
    }
    for offer, need in tx.execute(_coming_interpreters(session.id)):
        here = Standing(_anybody(offer.person_id), Role.INTERPRETER, need.starts_at, need.ends_at, now)
        if may_know(here, publicity):
            found[offer.id] = offer.person_id
    for each in workshop_queries.live(tx, session.id):
        is_registered = each.state is RegistrationState.REGISTERED
        comes = Standing(_anybody(each.person_id), None, *span, now, is_workshop=True, is_registered=is_registered)
        if is_registered and may_know(comes, publicity):
            found[each.id] = each.person_id
    return found


def leaving(tx: Session, session_id: str) -> tuple[datetime, datetime] | None:
    """When the first and the last message about a session that was called off leave; None when none waits."""
    query = select(Notice.next_at).where(
        Notice.session_id == session_id,
        Notice.kind.in_([NoticeKind.SESSION_CANCELLED, NoticeKind.OFFER_WITHDRAWN, NoticeKind.CALLS_WAITING]),
        Notice.state.in_(notice_rules.WAITING),
        Notice.next_at < Notice.valid_until,
    )
    times = tx.scalars(query).all()
    return (min(times), max(times)) if times else None


def is_any_to_make(tx: Session, session_id: str) -> bool:
    """Whether somebody has still to be called about a session."""
    query = select(Call.id).where(Call.session_id == session_id, Call.state.in_(TO_MAKE))
    return tx.scalar(query.limit(1)) is not None


def reach(
    tx: Session,
    people: Collection[str],
    kind: NoticeKind,
    *,
    starts_at: datetime,
    now: datetime,
    helped: Mapping[str, datetime] | None = None,
) -> Reach:
    """Whom a message of this kind, planned now, reaches before it begins (S10, S14): four queries.

    `helped`: those without an account, each with the time of her own appointment.
    """
    found = {key: each for key, each in readers.people(tx, people).items() if not each.is_disabled}
    found |= readers.helped(tx, helped or ())
    begins = {key: (helped or {}).get(key, starts_at) for key in found}
    written = {key for key, each in found.items() if _is_reached(each, kind, begins[key], now)}
    return Reach(frozenset(written), frozenset(found) - written)


def _is_reached(reader: Reader, kind: NoticeKind, starts_at: datetime, now: datetime) -> bool:
    may = may_write(reader.reach, now, at_work=reader.at_work)
    return may and timing.act_due(kind, starts_at, now, reader.rhythm) < starts_at


def _anybody(person_id: str) -> SignedIn:
    """A person as far as what she holds tells: whoever coordinates besides is no exception here."""
    return SignedIn(person_id, "", frozenset(), None)


def _coming_interpreters(session_id: str) -> Select[Offer, Need]:
    query = select(Offer, Need).join(Need, Offer.need_id == Need.id).where(Need.session_id == session_id)
    return query.where(Offer.state == OfferState.ACCEPTED, Need.modality == Modality.ON_SITE).order_by(Offer.id)


def _calls() -> Select[Call, ClinicSession, Appointment | None]:
    return (
        select(Call, ClinicSession, Appointment)
        .join(ClinicSession, Call.session_id == ClinicSession.id)
        .outerjoin(Appointment, Call.about_id == Appointment.id)
        .outerjoin(Registration, Call.about_id == Registration.id)
        .options(
            joinedload(Call.beneficiary),
            joinedload(Call.person),
            joinedload(ClinicSession.series),
            joinedload(ClinicSession.place),
        )
    )


def _stands() -> ColumnElement[bool]:
    """Whoever withdrew since then need not be called; one who had to leave because of it has to."""
    is_here = or_(Registration.state != RegistrationState.WITHDRAWN, Registration.changed_at <= Call.made_at)
    is_so = or_(Appointment.state == AppointmentState.BOOKED, Call.change == Change.CANCELLED)
    is_booked = and_(is_so, Appointment.session_id == Call.session_id)
    return or_(is_booked, is_here)


def _kept_from(tx: Session, reader: SignedIn, calls: Sequence[Call]) -> set[str | None]:
    """Of whom the reader is told nothing, since they never meet (S07); those who coordinate are told all."""
    if reader.holds(Role.COORDINATOR):
        return set()
    return {*exclusions.kept_from(tx, reader.id, {each.beneficiary_id for each in calls if each.beneficiary_id})}


def _crew_roles(tx: Session, reader: SignedIn, session_ids: Collection[str]) -> Mapping[str, Role]:
    query = select(Shift.session_id, Shift.role).where(
        Shift.person_id == reader.id, Shift.session_id.in_(session_ids), Shift.state != ShiftState.RELEASED
    )
    return {row.session_id: row.role for row in tx.execute(query)}


def _standing(session: ClinicSession, roles: Mapping[str, Role], reader: SignedIn, now: datetime) -> Standing:
    is_workshop = session.series.kind is Kind.WORKSHOP
    return Standing(reader, roles.get(session.id), session.starts_at, session.ends_at, now, is_workshop=is_workshop)


def _may_make(
    found: Call,
    session: ClinicSession,
    appointment: Appointment | None,
    roles: Mapping[str, Role],
    reader: SignedIn,
    now: datetime,
) -> bool:
    standing = _standing(session, roles, reader, now)
    is_own = appointment is not None and appointment.booked_by_id == reader.id
    is_own = is_own or (found.beneficiary is not None and beneficiaries.follows(reader, found.beneficiary))
    return discretion.may_make_call(standing, is_participant=found.person_id is not None, is_own=is_own)


def _view(
    found: Call,
    session: ClinicSession,
    appointment: Appointment | None,
    roles: Mapping[str, Role],
    reader: SignedIn,
    now: datetime,
    *,
    knows_time: bool,
) -> CallView:
    knows_spot = discretion.may_know_spot(_standing(session, roles, reader, now), session.place.publicity)
    is_on = session.status is Status.PLANNED and found.change is not Change.CANCELLED
    return CallView(
        id=found.id,
        session_id=session.id,
        names=session.series.names,
        session_starts_at=session.starts_at,
        who=found.beneficiary.alias if found.beneficiary else found.person.name if found.person else None,
        starts_at=appointment.starts_at if appointment else session.starts_at,
        change=found.change,
        state=found.state,
        knows_time=knows_time,
        spot=session.exact_spot if knows_spot and is_on else None,
    )
