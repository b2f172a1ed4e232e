"""Interpreters of the demonstration: what they speak, and needs at every stage on the coming Fridays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import select

from clinic.demo import notices
from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.appointments import AppointmentState
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, ClinicSession, Interpreter, Need, Offer, SpokenLanguage
from clinic.queries import interpreting as queries
from clinic.services import interpreting
from clinic.services.interpreting import NeedWish

# Numbers that France keeps for fiction.
_PROFILES = (
    (("eng", "pcm", "bin"), True, "06 39 98 00 01"),
    (("eng", "pcm", "yor"), True, "06 39 98 00 02"),
    (("eng", "ibo", "spa"), False, "06 39 98 00 03"),
    (("ara", "ron", "bin"), True, None),
)


class Stand(Enum):
    """How far a need of the demonstration got."""

    OPEN = auto()
    ASKED = auto()
    ACCEPTED = auto()
    DECLINED = auto()
    EXPIRED = auto()


@dataclass(frozen=True)
class Wanted:
    """A need on the coming Friday of this number (from 0): how, and who of the interpreters is asked."""

    friday: int
    stand: Stand
    asked: tuple[int, ...] = ()
    modality: Modality = Modality.ON_SITE


# The interpreter that visitors try is the first one: she is asked together with the second, and has accepted once.
WANTED = (
    Wanted(0, Stand.ACCEPTED, (1,)),
    Wanted(0, Stand.ACCEPTED, (2,), Modality.TELEPHONE),
    Wanted(0, Stand.EXPIRED, (1,)),
    Wanted(1, Stand.ASKED, (0, 1)),
    Wanted(1, Stand.ACCEPTED, (0,)),
    Wanted(1, Stand.DECLINED, (1,)),
    Wanted(1, Stand.ASKED, (2,), Modality.TELEPHONE),
    Wanted(1, Stand.OPEN),
    Wanted(2, Stand.OPEN, modality=Modality.TELEPHONE),
)


def introduce_all(stage: Stage) -> None:
    """Say what each interpreter speaks, and how she works."""
    for person, (languages, comes_on_site, phone) in zip(stage.cast[Role.INTERPRETER], _PROFILES, strict=True):
        profile = Interpreter(person_id=person.id, comes_on_site=comes_on_site, phone=phone)
        profile.languages = [SpokenLanguage(language=language) for language in languages]
        stage.tx.add(profile)
    stage.tx.flush()


def ask_all(stage: Stage, made: Made) -> None:
    """Ask for interpreters, and let them answer."""
    for wanted in WANTED:
        for session in made.law_access.coming[wanted.friday : wanted.friday + 1]:
            _try(stage, session, wanted)
    for session in made.law_access.coming[4:5]:
        _fill_and_withdraw(stage, session)
    interpreting.expire(stage.tx, now=stage.now)


def _fill_and_withdraw(stage: Stage, session: ClinicSession) -> None:
    """Of two who were asked one was faster; and another need is none any more. Both knew, and are told."""
    _, first, second, *_ = stage.cast[Role.INTERPRETER]
    wanted, asked_at = (_telephone(session, hours) for hours in (0, 1)), stage.now - timedelta(hours=30)
    filled, withdrawn = (
        interpreting.need(stage.tx, each, key=stage.key(), by=stage.coordinator, now=asked_at) for each in wanted
    )
    for need_id, people in ((filled, (first, second)), (withdrawn, (first,))):
        ids = [each.id for each in people]
        answer_by = session.starts_at - timedelta(days=1)
        interpreting.ask(stage.tx, need_id, ids, answer_by=answer_by, by=stage.coordinator, now=asked_at)
    notices.settle(stage)
    _answer(stage, filled, Stand.ACCEPTED, second, now=asked_at + timedelta(hours=4))
    interpreting.withdraw(stage.tx, withdrawn, by=stage.coordinator, now=asked_at + timedelta(hours=5))


def _telephone(session: ClinicSession, hours: int) -> NeedWish:
    starts_at = session.starts_at + timedelta(hours=hours)
    ends_at, answer_by = starts_at + timedelta(minutes=30), session.starts_at - timedelta(days=1)
    return NeedWish(session.id, None, "eng", Modality.TELEPHONE, starts_at, ends_at, answer_by)


def _try(stage: Stage, session: ClinicSession, wanted: Wanted) -> None:
    """Bring the first appointment that fits to this stand; where none fits, leave it."""
    people = [stage.cast[Role.INTERPRETER][number] for number in wanted.asked]
    for appointment in _without_need(stage, session):
        if {each.id for each in people} <= _takers(stage, appointment, wanted.modality):
            _bring(stage, appointment, wanted, people)
            return


def _bring(stage: Stage, appointment: Appointment, wanted: Wanted, people: Sequence[SignedIn]) -> None:
    by = next(each for each in stage.cast[Role.MEDIATOR] if each.id == appointment.booked_by_id)
    asked_at = min(appointment.starts_at, stage.now) - timedelta(days=1)
    answer_by = _answer_by(stage, appointment, wanted)
    wish = NeedWish(
        session_id=appointment.session_id,
        appointment_id=appointment.id,
        language=appointment.language,
        modality=wanted.modality,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        answer_by=answer_by,
    )
    need_id = interpreting.need(stage.tx, wish, key=stage.key(), by=by, now=asked_at)
    if not people:
        return
    ids = [each.id for each in people]
    interpreting.ask(stage.tx, need_id, ids, answer_by=answer_by, by=by, now=asked_at)
    _answer(stage, need_id, wanted.stand, people[0], now=asked_at + timedelta(hours=3))


def _answer(stage: Stage, need_id: str, stand: Stand, person: SignedIn, *, now: datetime) -> None:
    which = (Offer.need_id == need_id) & (Offer.person_id == person.id)
    offer_id = stage.tx.scalars(select(Offer.id).where(which)).one()
    if stand is Stand.ACCEPTED:
        interpreting.accept(stage.tx, offer_id, by=person, now=now)
    if stand is Stand.DECLINED:
        interpreting.decline(stage.tx, offer_id, by=person, now=now)


def _answer_by(stage: Stage, appointment: Appointment, wanted: Wanted) -> datetime:
    """The evening before an appointment; one that ran out did so last night."""
    if wanted.stand is Stand.EXPIRED:
        return stage.now - timedelta(hours=5)
    return max(appointment.starts_at - timedelta(hours=15), stage.now + timedelta(hours=8))


def _without_need(stage: Stage, session: ClinicSession) -> Sequence[Appointment]:
    needs = {need.appointment_id for need in queries.live_needs(stage.tx, session.id)}
    query = select(Appointment).where(
        Appointment.session_id == session.id, Appointment.state == AppointmentState.BOOKED
    )
    booked = stage.tx.scalars(query.order_by(Appointment.starts_at, Appointment.desk))
    return [each for each in booked if each.id not in needs and each.language != "fra"]


def _takers(stage: Stage, appointment: Appointment, modality: Modality) -> set[str]:
    """Who speaks the language of an appointment, works so, and is free then."""
    served = {key: getattr(appointment, key) for key in ("session_id", "starts_at", "ends_at", "language")}
    unsaid = Need(modality=modality, offers=[], **served)
    return {row.person_id for row in queries.candidates(stage.tx, unsaid, now=stage.now) if row.obstacle is None}
