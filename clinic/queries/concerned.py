"""Whom it concerns when a session is called off, and by which channel each is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import interpreting as interpreting_rules
from clinic.domain.answers import NotFound
from clinic.domain.contacts import Channel
from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.notices import Kind
from clinic.models import Appointment, ClinicSession, Need, Offer
from clinic.queries import appointments, calls, crews, readers, workshops


@dataclass(frozen=True)
class Concerned:
    """For the coordinator: names of the crew, how many others, and the aliases to call with their times.

    Those who are `silent` cannot be written to before it begins: members among them and `aliases` become calls.
    `helped`: how many who have an appointment are written to by which channel; `first_at`: the first of their times.
    """

    agenda_words: Mapping[str, str]
    starts_at: datetime
    crew: tuple[str, ...]
    crew_silent: tuple[str, ...]
    interpreters: int
    interpreters_silent: tuple[str, ...]
    members: int
    members_silent: int
    helped: Mapping[Channel, int]
    first_at: datetime | None
    aliases: tuple[tuple[datetime, str | None], ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Whom nobody can write to and the program puts on no list: to be called by the one who calls it off."""
        return self.crew_silent + self.interpreters_silent


def by_cancelling(tx: Session, session_id: str, *, now: datetime) -> Concerned:
    """Whom calling this session off concerns, as things stand now; raises `NotFound`."""
    session = tx.get(ClinicSession, session_id, options=[joinedload(ClinicSession.series)])
    if session is None:
        raise NotFound
    crew = {each.person_id: each.name for each in crews.of_sessions(tx, [session_id], now=now).get(session_id, [])}
    asked = _interpreters(tx, session_id, now)
    coming = {each.person_id for each in workshops.live(tx, session_id)}
    starts_at = session.starts_at
    booked = appointments.standing(tx, session_id)
    written = _written_to(tx, booked, starts_at, now)
    channels = readers.helped(tx, [each.beneficiary_id for each in booked if each.id in written])
    to_crew = calls.reach(tx, crew, Kind.SESSION_CANCELLED, starts_at=starts_at, now=now)
    to_asked = calls.reach(tx, asked, Kind.OFFER_WITHDRAWN, starts_at=starts_at, now=now)
    to_coming = calls.reach(tx, coming, Kind.SESSION_CANCELLED, starts_at=starts_at, now=now)
    return Concerned(
        agenda_words=session.series.agenda_words,
        starts_at=starts_at,
        crew=tuple(name for person_id, name in crew.items() if person_id in to_crew.written),
        crew_silent=tuple(name for person_id, name in crew.items() if person_id in to_crew.silent),
        interpreters=len(to_asked.written),
        interpreters_silent=tuple(name for person_id, name in asked.items() if person_id in to_asked.silent),
        members=len(to_coming.written),
        members_silent=len(to_coming.silent),
        helped=Counter(each.reach.choice.channel for each in channels.values() if each.reach),
        first_at=min((each.starts_at for each in booked if each.id in written), default=None),
        aliases=tuple((each.starts_at, each.beneficiary.alias) for each in booked if each.id not in written),
    )


def _written_to(tx: Session, booked: Sequence[Appointment], starts_at: datetime, now: datetime) -> set[str]:
    """The appointments of those whom a message reaches; one who never heard of a move is called instead."""
    times = {each.beneficiary_id: each.starts_at for each in booked}
    reach = calls.reach(tx, (), Kind.SESSION_CANCELLED, starts_at=starts_at, now=now, helped=times)
    unaware = calls.unaware(tx, [each.id for each in booked])
    return {each.id for each in booked if each.beneficiary_id in reach.written and each.id not in unaware}


def _interpreters(tx: Session, session_id: str, now: datetime) -> dict[str, str]:
    """Names of the interpreters whose time is held for a session: asked, or accepted."""
    held = (OfferState.ASKED, OfferState.ACCEPTED)
    found = tx.scalars(_offers(session_id).where(Offer.state.in_(held)))
    stands = (each for each in found if interpreting_rules.state_of(each.state, each.answer_by, now) in held)
    return {each.person_id: each.person.name for each in stands}


def _offers(session_id: str) -> Select[Offer]:
    of_session = (Need.session_id == session_id) & (Need.state != NeedState.WITHDRAWN)
    return select(Offer).join(Need, Offer.need_id == Need.id).where(of_session).options(joinedload(Offer.person))
