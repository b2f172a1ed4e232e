"""Interpreters: saying that one is needed, asking, answering."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, selectinload

from clinic.domain import interpreting as rules
from clinic.domain import sessions as session_rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState
from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.notices import Kind
from clinic.domain.people import SignedIn
from clinic.domain.resources import of_person
from clinic.models import ClinicSession, Interpreter, Need, Offer, SpokenLanguage
from clinic.models.base import new_id
from clinic.queries import appointments as appointment_queries
from clinic.queries import interpreting as queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, notices, occupancy, offers, repeats


@dataclass(frozen=True)
class NeedWish:
    """For which session or appointment, in which language (ISO 639-3), how, over which span, to be answered by when."""

    session_id: str
    appointment_id: str | None
    language: str
    modality: Modality
    starts_at: datetime
    ends_at: datetime
    answer_by: datetime


@dataclass(frozen=True)
class ProfileDraft:
    """What an interpreter says of her work: languages (ISO 639-3), and the number to call as she typed it."""

    languages: frozenset[str]
    comes_on_site: bool
    phone: str | None


@dataclass(frozen=True)
class Asked:
    """How many were asked, and how many could not be: taken meanwhile."""

    asked: int
    could_not: int


def need(tx: Session, wish: NeedWish, *, key: str, by: SignedIn, now: datetime) -> str:
    """Say that an interpreter is needed and return the need's id.

    Raises `NotFound`, and `Refused` with `answer_by_outside`, `need_exists`, `appointment_cancelled`,
    `session_cancelled`, `session_over`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    session = session_queries.locked(tx, wish.session_id)
    old = queries.need_of_appointment(tx, wish.appointment_id) if wish.appointment_id else None
    if claim.is_repeat:
        return old.id if old else claim.id
    session_rules.check_open(session.status, session.ends_at, now)
    _check_appointment(tx, wish.appointment_id, wish.session_id)
    rules.check_need(wish.starts_at, wish.answer_by, now)
    if old and old.state is not NeedState.WITHDRAWN:
        raise Refused("need_exists")
    needed = old or Need(id=claim.id, appointment_id=wish.appointment_id)
    _fill_in(needed, wish, by)
    tx.add(needed)
    tx.flush()
    audit.record(tx, "need.add", needed.id, by=by, now=now)
    return needed.id


def ask(tx: Session, need_id: str, people: Iterable[str], *, answer_by: datetime, by: SignedIn, now: datetime) -> Asked:
    """Ask one or several interpreters; each one's time is held until the answer-by, so nobody else can ask her.

    Those taken meanwhile are left out and counted. Raises `NotFound`, and `Refused` with `need_filled`,
    `need_withdrawn`, `answer_by_outside`, `session_cancelled`, `session_over`.
    """
    needed = queries.locked_need(tx, need_id)
    rules.check_open(needed.state)
    _check_session(tx, needed.session_id, now)
    rules.check_need(needed.starts_at, answer_by, now)
    known = {row.person_id: row for row in queries.candidates(tx, needed, now=now)}
    needed.answer_by = answer_by
    outcome = [_ask_one(tx, needed, known.get(person_id), now=now) for person_id in sorted(set(people))]
    audit.record(tx, "need.ask", need_id, by=by, now=now)
    return Asked(asked=sum(outcome), could_not=len(outcome) - sum(outcome))


def accept(tx: Session, offer_id: str, *, by: SignedIn, now: datetime) -> None:
    """Accept an offer: the first one to do so has it, the others are told that it is filled. Twice changes nothing.

    Raises `NotFound`, and `Refused` with `offer_filled`, `offer_withdrawn`, `offer_expired`, `offer_answered`.
    """
    offer, needed = _mine_locked(tx, offer_id, by)
    if offer.state is OfferState.ACCEPTED:
        return
    rules.check_answer(offer.state, needed.state, offer.answer_by, now)
    offers.accept(tx, offer, needed, now)
    occupancy.keep(tx, offer.id, otherwise="offer_expired")
    notices.tell(tx, Kind.OFFER_ACCEPTED, to=needed.asked_by_id, about=offer.id, session_id=needed.session_id, now=now)
    notices.remind(tx, to=by.id, about=offer.id, session_id=needed.session_id, starts_at=needed.starts_at, now=now)
    audit.record(tx, "offer.accept", offer_id, by=by, now=now)


def decline(tx: Session, offer_id: str, *, by: SignedIn, now: datetime) -> None:
    """Say no, or that one cannot come after all; the need is open again, and who asked is told.

    Raises `NotFound`, and `Refused` like `accept`, and `session_begun`.
    """
    offer, needed = _mine_locked(tx, offer_id, by)
    if offer.state is OfferState.DECLINED:
        return
    if offer.state is OfferState.ACCEPTED:
        rules.check_not_begun(needed.starts_at, now)
        needed.state = NeedState.OPEN
    else:
        rules.check_answer(offer.state, needed.state, offer.answer_by, now)
    offers.release(tx, offer, OfferState.DECLINED, now)
    notices.tell(tx, Kind.OFFER_DECLINED, to=needed.asked_by_id, about=offer.id, session_id=needed.session_id, now=now)
    audit.record(tx, "offer.decline", offer_id, by=by, now=now)


def withdraw(tx: Session, need_id: str, *, by: SignedIn | None, now: datetime) -> None:
    """Say that nobody is needed any more: whoever was asked or had accepted is freed and told. Raises `NotFound`."""
    needed = queries.locked_need(tx, need_id)
    _let_go(tx, needed, now)
    needed.state = NeedState.WITHDRAWN
    audit.record(tx, "need.withdraw", need_id, by=by, now=now)


def need_again(tx: Session, need_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back that nobody is needed; whoever was asked is to be asked anew. Twice changes nothing.

    Raises `NotFound`, and `Refused` with `appointment_cancelled`, `session_cancelled`, `session_over`.
    """
    needed = queries.locked_need(tx, need_id)
    if needed.state is not NeedState.WITHDRAWN:
        return
    _check_session(tx, needed.session_id, now)
    _check_appointment(tx, needed.appointment_id, needed.session_id)
    _catch_up(tx, needed)
    needed.state = NeedState.OPEN
    audit.record(tx, "need.again", need_id, by=by, now=now)


def reopen(tx: Session, need_id: str, *, now: datetime) -> None:
    """Free and tell whoever was asked or had accepted; the need stands, to be asked anew. Raises `NotFound`."""
    needed = queries.locked_need(tx, need_id)
    _let_go(tx, needed, now)
    needed.state = NeedState.OPEN


def let_go_of(tx: Session, need_id: str, person_id: str, *, now: datetime) -> None:
    """Free and tell one interpreter who was asked or had accepted; the need stands. Raises `NotFound`."""
    needed = queries.locked_need(tx, need_id)
    for offer in needed.offers:
        if offer.person_id == person_id and offer.state in rules.HOLDING:
            needed.state = NeedState.OPEN if offer.state is OfferState.ACCEPTED else needed.state
            offers.end(tx, offer, OfferState.WITHDRAWN, Kind.OFFER_WITHDRAWN, needed, now)


def follow(tx: Session, need_id: str, span: tuple[datetime, datetime], session_id: str, *, now: datetime) -> None:
    """Let a need follow what it serves to another time: who was asked or had accepted is freed and told, and the
    need is open again, to be asked anew; one withdrawn stays so. Raises `NotFound`."""
    needed = queries.locked_need(tx, need_id)
    _let_go(tx, needed, now)
    needed.session_id, needed.starts_at, needed.ends_at = session_id, *span
    needed.answer_by = min(needed.answer_by, span[0])
    if needed.state is not NeedState.WITHDRAWN:
        needed.state = NeedState.OPEN


def save_profile(tx: Session, draft: ProfileDraft, *, by: SignedIn, now: datetime) -> None:
    """Keep how an interpreter works. Raises `Refused("phone_wrong")` for what is no telephone number."""
    if draft.phone and rules.dialled(draft.phone) is None:
        raise Refused("phone_wrong")
    kept = tx.get(Interpreter, by.id, options=[selectinload(Interpreter.languages)])
    if kept is None:
        kept = Interpreter(person_id=by.id, languages=[])
        tx.add(kept)
    kept.comes_on_site, kept.phone = draft.comes_on_site, draft.phone
    known = {each.language: each for each in kept.languages}
    kept.languages = [known.get(code) or SpokenLanguage(language=code) for code in sorted(draft.languages)]
    audit.record(tx, "interpreter.save", by.id, by=by, now=now)


def note_numbers_shown(tx: Session, need_id: str, *, by: SignedIn, now: datetime) -> None:
    """Write down that the numbers of those asked by telephone were shown."""
    audit.record(tx, "need.numbers_shown", need_id, by=by, now=now)


def expire(tx: Session, *, now: datetime) -> int:
    """Mark the offers whose answer-by has passed, and free what they held; return how many."""
    ran_out = queries.ran_out(tx, now)
    for offer in ran_out:
        offers.release(tx, offer, OfferState.EXPIRED, now)
    return len(ran_out)


def _ask_one(tx: Session, needed: Need, candidate: queries.CandidateRow | None, *, now: datetime) -> bool:
    if candidate is None or candidate.obstacle is not None:
        return False
    offer = next((each for each in needed.offers if each.person_id == candidate.person_id), None)
    offer_id = offer.id if offer else new_id()
    span = (needed.starts_at, needed.ends_at)
    person = of_person(candidate.person_id)
    until = needed.answer_by
    try:
        occupancy.hold(tx, person, span, holder=offer_id, otherwise="person_busy", now=now, until=until)
    except Refused:
        return False
    if offer is None:
        offer = Offer(id=offer_id, person_id=candidate.person_id, sequence=-1)
        needed.offers.append(offer)
    # Asked anew it is another entry of her calendar: at another session the sequence might be lower than it was.
    offer.uid, offer.answer_by, offer.ended_from = str(uuid.uuid4()), until, None
    offers.put(offer, OfferState.ASKED, now)
    tx.flush()
    notices.tell(tx, Kind.OFFER_ASKED, to=offer.person_id, about=offer.id, session_id=needed.session_id, now=now)
    return True


def _let_go(tx: Session, needed: Need, now: datetime) -> None:
    for offer in needed.offers:
        if offer.state in rules.HOLDING:
            offers.end(tx, offer, OfferState.WITHDRAWN, Kind.OFFER_WITHDRAWN, needed, now)


def _mine_locked(tx: Session, offer_id: str, by: SignedIn) -> tuple[Offer, Need]:
    needed = queries.locked_need(tx, queries.need_id_of(tx, offer_id))
    offer = next((each for each in needed.offers if each.id == offer_id), None)
    if offer is None or offer.person_id != by.id:
        raise NotFound
    return offer, needed


def _check_session(tx: Session, session_id: str, now: datetime) -> None:
    session = tx.get_one(ClinicSession, session_id, populate_existing=True)
    session_rules.check_open(session.status, session.ends_at, now)


def _check_appointment(tx: Session, appointment_id: str | None, session_id: str) -> None:
    """Refuse an appointment that does not stand; one of another session is not found."""
    if appointment_id is None:
        return
    served = appointment_queries.appointment(tx, appointment_id)
    if served.session_id != session_id:
        raise NotFound
    if served.state is not AppointmentState.BOOKED:
        raise Refused("appointment_cancelled")


def _catch_up(tx: Session, needed: Need) -> None:
    """Bring a need to where its appointment, or else its session, was moved while nobody was needed."""
    session = tx.get_one(ClinicSession, needed.session_id)
    starts_at, ends_at = session.starts_at, session.ends_at
    if needed.appointment_id:
        served = appointment_queries.appointment(tx, needed.appointment_id)
        starts_at, ends_at = served.starts_at, served.ends_at
    elif starts_at <= needed.starts_at < needed.ends_at <= ends_at:
        return
    needed.starts_at, needed.ends_at, needed.answer_by = starts_at, ends_at, min(needed.answer_by, starts_at)


def _fill_in(needed: Need, wish: NeedWish, by: SignedIn) -> None:
    needed.language, needed.modality = wish.language, wish.modality
    needed.starts_at, needed.ends_at, needed.answer_by = wish.starts_at, wish.ends_at, wish.answer_by
    needed.session_id, needed.state, needed.asked_by_id = wish.session_id, NeedState.OPEN, by.id
