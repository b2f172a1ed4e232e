"""At which times a desk is free and everybody who must be there too, on a session's date and the next ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from clinic.domain import appointments as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import CrewPart, Wanted
from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.resources import of_beneficiary
from clinic.domain.times import quanta
from clinic.models import ClinicSession, Occupancy
from clinic.queries import appointments as appointment_queries
from clinic.queries import attending, beneficiaries, desks, exclusions, programme
from clinic.queries.attending import Asked, Free
from clinic.queries.desks import AppointmentView
from clinic.queries.programme import SessionView

Named = tuple[str, str]
_ROLES: Mapping[CrewPart, frozenset[Role]] = {
    CrewPart.LEGAL: LEGAL_TEAM,
    CrewPart.MEDIATOR: frozenset({Role.MEDIATOR}),
    CrewPart.INTERPRETER: frozenset({Role.INTERPRETER}),
}


@dataclass(frozen=True)
class Company:
    """For whom a time is looked for, in which language, and who must be there besides."""

    asked: Asked
    wanted: tuple[Wanted, ...] = ()

    @property
    def wishes(self) -> tuple[Wanted, ...]:
        """All who are wanted, an interpreter among them."""
        return (*self.wanted, *([Wanted(CrewPart.INTERPRETER)] if self.asked.interpreter else []))


@dataclass(frozen=True)
class Whom:
    """For whom an appointment is, as its maker named her; `id` is None for somebody of whom nothing is known yet.

    `mediators`: who follows her; first her mediator, then the stand-in.
    """

    id: str | None = None
    alias: str | None = None
    languages: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeView:
    """A time at which a desk is free: who is missing then; `is_elsewhere`: she has another appointment herself."""

    starts_at: datetime
    missing: tuple[CrewPart, ...]
    is_elsewhere: bool

    @property
    def is_free(self) -> bool:
        return not self.missing and not self.is_elsewhere


@dataclass(frozen=True)
class DateView:
    """A date with its times at which a desk is free."""

    session: SessionView
    times: tuple[TimeView, ...]

    @property
    def free(self) -> list[datetime]:
        """The times at which all are free."""
        return [each.starts_at for each in self.times if each.is_free]

    @property
    def missing(self) -> tuple[CrewPart, ...]:
        """Who is missing at all of its times."""
        return tuple(part for part in CrewPart if self.times and all(part in each.missing for each in self.times))


@dataclass(frozen=True)
class Staffing:
    """Who must be there at an appointment, by part (None: somebody is missing), and who of the crew is free then.

    The free ones only for a reader who may know the crew. `seen` is the version that a change begins from.
    """

    parts: Mapping[CrewPart, str | None]
    free: Mapping[CrewPart, Sequence[Named]]
    seen: str


def dates(
    tx: Session, session_id: str, company: Company, *, most: int, besides: str = "", reader: SignedIn, now: datetime
) -> list[DateView]:
    """The times of a session and of the next ones of its series, but for dates that are over or called off.

    `besides` is an appointment that makes way for itself. At most nine queries a date, however full it is.
    """
    views = programme.next_of_series(tx, session_id, most=most, reader=reader, now=now)
    ahead = [each for each in views if not each.is_cancelled and each.ends_at > now and each.capacity]
    hers = _hers(tx, company.asked.beneficiary_id, ahead, besides, now)
    return [DateView(each, _times(tx, each.id, company, hers, besides, now)) for each in ahead]


def whom(
    tx: Session,
    *,
    beneficiary_id: str | None = None,
    alias: str | None = None,
    after_id: str | None = None,
    reader: SignedIn,
    now: datetime,
) -> Whom:
    """Whom a reader means: one she follows, one she calls so, or the same person as at an appointment of hers.

    Raises `NotFound` for one whom she does not follow, and for an appointment that she may not change.
    """
    if after_id:
        before, _session = desks.appointment(tx, after_id, reader=reader, now=now)
        if not before.may_change:
            raise NotFound
        found = appointment_queries.appointment(tx, after_id).beneficiary
    elif beneficiary_id:
        found = beneficiaries.beneficiary(tx, beneficiary_id, reader=reader)
    else:
        known = beneficiaries.called(tx, beneficiaries.alias_digest(alias), reader.id) if alias else None
        if known is None:
            return Whom(alias=alias)
        found = known
    mediators = tuple(each for each in (found.mediator_id, found.stand_in_id) if each)
    return Whom(found.id, found.alias, tuple(found.languages.split()), mediators)


def crew(tx: Session, session: SessionView, whom_id: str | None) -> dict[CrewPart, list[Named]]:
    """Who of a session's crew could be named for each part, as far as the reader may know the crew: nobody whom she
    never meets (S07)."""
    members = session.crew or ()
    apart = exclusions.excluded_by(tx, whom_id, [each.person_id for each in members]) if whom_id else set()
    there = [each for each in members if each.person_id not in apart]
    return {part: [(each.person_id, each.name) for each in there if each.role in _ROLES[part]] for part in CrewPart}


def company_of(tx: Session, appointment_id: str) -> Company:
    """Who must be there at an appointment, whoever that may be at another time. Raises `NotFound`."""
    found = appointment_queries.appointment(tx, appointment_id)
    wanted, interpreter = attending.wanted(found)
    return Company(Asked(found.beneficiary_id, found.language, interpreter), tuple(wanted))


def there_at(tx: Session, appointment_id: str) -> dict[CrewPart, str]:
    """Who is named for an appointment, by part. Raises `NotFound`."""
    found = appointment_queries.appointment(tx, appointment_id)
    return {each.part: each.person_id for each in found.attending if each.person_id}


def staffing(tx: Session, view: AppointmentView, session: SessionView, *, now: datetime) -> Staffing:
    """Who must be there at an appointment that the reader may change, and who of the crew could be."""
    found = appointment_queries.appointment(tx, view.id)
    parts = {each.part: each.person_id for each in found.attending if each.modality is None}
    span, asked = (found.starts_at, found.ends_at), Asked(found.beneficiary_id, found.language)
    row = tx.get_one(ClinicSession, session.id)
    free = attending.free(tx, row, [span], asked, besides=found.id, now=now)[span[0]].crew if session.crew else {}
    names = {each.person_id: each.name for each in session.crew or ()}
    named = {part: [(each, names[each]) for each in free.get(part, ()) if each in names] for part in CrewPart}
    return Staffing(parts, named, attending.version(found))


def _times(
    tx: Session, session_id: str, company: Company, hers: set[int], besides: str, now: datetime
) -> tuple[TimeView, ...]:
    session = tx.get_one(ClinicSession, session_id)
    opening = appointment_queries.opening(session)
    taken = appointment_queries.taken(tx, session_id, besides=besides, now=now)
    desks_free = rules.free_desks(opening, taken)
    spans = [(at, opening.slot_end(at)) for at, left in desks_free.items() if left and opening.slot_end(at) > now]
    free = attending.free(tx, session, spans, company.asked, besides=besides, now=now) if company.wishes else {}
    return tuple(
        TimeView(
            span[0],
            _missing(company.wishes, free[span[0]]) if company.wishes else (),
            is_elsewhere=not hers.isdisjoint(quanta(*span)),
        )
        for span in spans
    )


def _missing(wishes: Sequence[Wanted], free: Free) -> tuple[CrewPart, ...]:
    try:
        rules.choose_people(wishes, free.by_part)
    except Refused as refused:
        return tuple(refused.facts["missing"])
    return ()


def _hers(
    tx: Session, beneficiary_id: str | None, views: Sequence[SessionView], besides: str, now: datetime
) -> set[int]:
    """The quarter hours of these dates in which she has something else."""
    if not beneficiary_id or not views:
        return set()
    within = quanta(min(each.starts_at for each in views), max(each.ends_at for each in views))
    query = select(Occupancy.quantum).where(
        Occupancy.resource == of_beneficiary(beneficiary_id),
        Occupancy.quantum.between(within[0], within[-1]),
        Occupancy.holder != besides,
        or_(Occupancy.until.is_(None), Occupancy.until > now),
    )
    return set(tx.scalars(query))
