"""Who of a crew could be there for somebody, slot by slot: not with somebody else, and never with whom she excluded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from clinic.domain.appointments import ROLES_FOR, CrewPart, Wanted
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role
from clinic.domain.resources import of_desk_work, of_person
from clinic.domain.times import quanta
from clinic.models import Appointment, ClinicSession, Interpreter, Occupancy, Person, PersonRole, SpokenLanguage
from clinic.models.sealed import digest
from clinic.queries import exclusions, travel
from clinic.queries import rota as rota_queries

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Asked:
    """For whom people are looked for: her, if she is known, the language, and how an interpreter is wanted, if so."""

    beneficiary_id: str | None
    language: str
    interpreter: Modality | None = None


@dataclass(frozen=True)
class Free:
    """Who could be there in one slot, by part; `outside`: interpreters who are not on the crew and could be asked."""

    crew: Mapping[CrewPart, Sequence[str]]
    outside: Sequence[str] = ()

    @property
    def by_part(self) -> Mapping[CrewPart, Sequence[str]]:
        """Everybody by part: an interpreter of the crew goes before those who would have to be asked."""
        return {**self.crew, CrewPart.INTERPRETER: self.crew[CrewPart.INTERPRETER] or self.outside}


def free(
    tx: Session, session: ClinicSession, spans: Sequence[Span], asked: Asked, *, besides: str = "", now: datetime
) -> dict[datetime, Free]:
    """Who could be there in each of these spans of one session, by its start; `besides` is an appointment that makes
    way for itself. The same number of queries, however many spans."""
    by_part = _crew(tx, session.id, asked)
    outside = _interpreters(tx, asked) if asked.interpreter else []
    everybody = {each for people in by_part.values() for each in people} | set(outside)
    kept_out = exclusions.excluded_by(tx, asked.beneficiary_id, everybody) if asked.beneficiary_id else set()
    busy = _busy(tx, everybody, spans, besides, now)
    has_to_come = set(outside) if asked.interpreter is Modality.ON_SITE else set()
    far = travel.too_close_to_each(tx, has_to_come, spans, session.place_id, now=now)

    def can(people: Iterable[str], span: Span, resource: Callable[[str], str]) -> list[str]:
        taken = set(quanta(*span))
        return [each for each in people if each not in kept_out and not taken & busy[resource(each)]]

    found = {}
    for span in spans:
        crew = {part: can(people, span, of_desk_work) for part, people in by_part.items()}
        # An offer is answered before it begins.
        came = [each for each in can(outside, span, of_person) if each not in far[span] and span[0] > now]
        found[span[0]] = Free(crew, came)
    return found


def wanted(appointment: Appointment) -> tuple[list[Wanted], Modality | None]:
    """Who must be there at an appointment, by what is known of it; and how an interpreter is still to be asked."""
    parts = [Wanted(each.part) for each in appointment.attending if each.modality is None]
    return parts, next((each.modality for each in appointment.attending if each.modality), None)


def version(appointment: Appointment) -> str:
    """What changes when somebody else must be there: a keyed digest, so that a page gives nobody's id away."""
    there = sorted(f"{each.part}\0{each.person_id or ''}" for each in appointment.attending)
    return digest("\0".join(there), "attending.version")


def by_telephone(tx: Session, span: Span, languages: Collection[str], *, now: datetime) -> list[tuple[str, str, str]]:
    """Who could interpret one of these languages by telephone in this span: her id, her name, the language; two
    queries, however many languages there are. Somebody who is on a crew then is not free."""
    if not languages:
        return []
    query = select(Person.id, Person.name, SpokenLanguage.language)
    query = query.join(Interpreter, Interpreter.person_id == Person.id)
    query = query.join(SpokenLanguage, SpokenLanguage.person_id == Person.id)
    is_one = Person.held.any(PersonRole.role == Role.INTERPRETER) & Person.disabled_at.is_(None)
    spoken = query.where(is_one, Interpreter.phone.is_not(None), SpokenLanguage.language.in_(languages))
    found = [
        (row[0], row[1], row[2]) for row in tx.execute(spoken.order_by(SpokenLanguage.language, Person.name, Person.id))
    ]
    busy, taken = _busy(tx, {each[0] for each in found}, [span], "", now), set(quanta(*span))
    return [each for each in found if not taken & busy[of_person(each[0])]]


def _crew(tx: Session, session_id: str, asked: Asked) -> dict[CrewPart, list[str]]:
    """The crew by part, first who speaks her language."""
    shifts = rota_queries.live_shifts(tx, session_id)
    on_crew = [each.person_id for each in shifts if each.role is Role.INTERPRETER]
    speaking = (
        set(tx.scalars(_speak(asked.language).where(SpokenLanguage.person_id.in_(on_crew)))) if on_crew else set()
    )
    by_part = {part: [each.person_id for each in shifts if each.role in roles] for part, roles in ROLES_FOR.items()}
    return by_part | {CrewPart.INTERPRETER: [each for each in on_crew if each in speaking]}


def _interpreters(tx: Session, asked: Asked) -> list[str]:
    """Active interpreters of the language who work in this way; those who can be asked longest ago come first."""
    works = Interpreter.comes_on_site if asked.interpreter is Modality.ON_SITE else Interpreter.phone.is_not(None)
    is_one = Person.held.any(PersonRole.role == Role.INTERPRETER)
    query = select(Person.id).join(Interpreter, Interpreter.person_id == Person.id).where(works, is_one)
    query = query.where(Person.disabled_at.is_(None), Person.id.in_(_speak(asked.language)))
    return list(tx.scalars(query.order_by(Person.name, Person.id)))


def _speak(language: str) -> Select[str]:
    return select(SpokenLanguage.person_id).where(SpokenLanguage.language == language)


def _busy(
    tx: Session, people: Iterable[str], spans: Sequence[Span], besides: str, now: datetime
) -> Mapping[str, set[int]]:
    """The quarter hours in which each of these people is somewhere, or with somebody, by resource."""
    busy: dict[str, set[int]] = defaultdict(set)
    resources = [name(each) for each in people for name in (of_person, of_desk_work)]
    if not resources or not spans:
        return busy
    within = quanta(min(span[0] for span in spans), max(span[1] for span in spans))
    query = select(Occupancy.resource, Occupancy.quantum).where(
        Occupancy.resource.in_(resources),
        Occupancy.quantum.between(within[0], within[-1]),
        Occupancy.holder != besides,
        or_(Occupancy.until.is_(None), Occupancy.until > now),
    )
    for resource, quantum in tx.execute(query):
        busy[resource].add(quantum)
    return busy
