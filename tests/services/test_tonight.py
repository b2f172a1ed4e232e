"""Tonight is cancelled: two minutes to undo, interpreters freed and given back, and mails that never contradict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.notices import Kind
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.jobs.send import send_due
from clinic.models import ClinicSession, Need, Offer
from clinic.queries import invariants
from clinic.services import interpreting, programme
from tests.make import (
    FRIDAY,
    give_address,
    make_appointment,
    make_interpreter,
    make_need,
    make_offer,
    make_person,
    make_session,
    make_shift,
)  # fmt: skip
from tests.notices.mailbox import Mailbox
from tests.services.outcome import planned, reminders, send_all

TONIGHT = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
AFTERNOON = TONIGHT - timedelta(hours=2)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def _cancel(tx: Session, session_id: str, by: SignedIn, now: datetime) -> None:
    programme.cancel(tx, session_id, CancelReason.CREW, by=by, now=now)


def _with_interpreters(tx: Session, by: SignedIn) -> tuple[str, list[str], list[SignedIn], list[str]]:
    """Tonight, with an interpreter who accepted for one appointment and another who is asked for the whole."""
    session_id = make_session(tx, starts_at=TONIGHT)
    booked_id = make_appointment(tx, session_id, by=by)
    comes, asked = make_interpreter(tx), make_interpreter(tx)
    need_ids = [make_need(tx, session_id, by=by, appointment_id=booked_id), make_need(tx, session_id, by=by)]
    before = TONIGHT - 3 * DAY
    offer_ids = [make_offer(tx, need_ids[0], comes, now=before), _ask_until_the_start(tx, need_ids[1], asked, before)]
    interpreting.accept(tx, offer_ids[0], by=comes, now=before)
    send_all(tx)
    return session_id, need_ids, [comes, asked], offer_ids


def _ask_until_the_start(tx: Session, need_id: str, person: SignedIn, now: datetime) -> str:
    interpreting.ask(tx, need_id, [person.id], answer_by=TONIGHT, by=person, now=now)
    return tx.query(Offer.id).filter(Offer.need_id == need_id).scalar() or ""


def test_undone_within_two_minutes_the_interpreters_come_or_are_asked_as_before(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        session_id, need_ids, people, offer_ids = _with_interpreters(tx, coordinator)
        _cancel(tx, session_id, coordinator, AFTERNOON)
        freed = [tx.get_one(Offer, each).state for each in offer_ids]

        programme.restore(tx, session_id, by=coordinator, now=AFTERNOON + 2 * MINUTE - timedelta(seconds=1))

        assert freed == [OfferState.WITHDRAWN] * 2
        assert [tx.get_one(Offer, each).state for each in offer_ids] == [OfferState.ACCEPTED, OfferState.ASKED]
        assert [tx.get_one(Need, each).state for each in need_ids] == [NeedState.FILLED, NeedState.OPEN]
        assert [planned(tx, each) for each in people] == [[], []]
        assert tx.get_one(ClinicSession, session_id).cancelled_at is None
        assert invariants.breaches(tx, now=AFTERNOON) == []


def test_told_after_two_minutes_they_are_to_be_asked_again(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        session_id, need_ids, people, offer_ids = _with_interpreters(tx, coordinator)
        _cancel(tx, session_id, coordinator, AFTERNOON)

        programme.restore(tx, session_id, by=coordinator, now=AFTERNOON + 2 * MINUTE)

        assert [tx.get_one(Offer, each).state for each in offer_ids] == [OfferState.WITHDRAWN] * 2
        assert [tx.get_one(Need, each).state for each in need_ids] == [NeedState.OPEN] * 2
        assert [planned(tx, each) for each in people] == [[Kind.OFFER_WITHDRAWN]] * 2


def test_an_interpreter_who_took_on_something_else_meanwhile_is_not_given_back(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        session_id, need_ids, people, offer_ids = _with_interpreters(tx, coordinator)
        _cancel(tx, session_id, coordinator, AFTERNOON)
        other_id = make_session(tx, starts_at=TONIGHT)
        make_offer(tx, make_need(tx, other_id, by=coordinator, now=AFTERNOON), people[0], now=AFTERNOON)

        programme.restore(tx, session_id, by=coordinator, now=AFTERNOON + MINUTE)

        assert [tx.get_one(Offer, each).state for each in offer_ids] == [OfferState.WITHDRAWN, OfferState.ASKED]
        assert tx.get_one(Need, need_ids[0]).state is NeedState.OPEN
        assert invariants.breaches(tx, now=AFTERNOON) == []


def test_asked_a_minute_before_she_hears_of_it_all_only_that_she_is_asked(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, person, session_id = make_person(tx, Role.COORDINATOR), make_interpreter(tx), make_session(tx)
        need_id, now = make_need(tx, session_id, by=coordinator), FRIDAY - 3 * DAY
        make_offer(tx, need_id, person, now=now)

        _cancel(tx, session_id, coordinator, now + MINUTE)
        between = planned(tx, person)
        programme.restore(tx, session_id, by=coordinator, now=now + 2 * MINUTE)

        assert (between, planned(tx, person)) == ([], [Kind.OFFER_ASKED])


def test_an_interpreter_who_comes_again_is_reminded_as_before(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, person, session_id = make_person(tx, Role.COORDINATOR), make_interpreter(tx), make_session(tx)
        offer_id = make_offer(tx, make_need(tx, session_id, by=coordinator), person)
        interpreting.accept(tx, offer_id, by=person, now=FRIDAY - 4 * DAY)
        _cancel(tx, session_id, coordinator, FRIDAY - 4 * DAY)
        cancelled = reminders(tx, person)

        programme.restore(tx, session_id, by=coordinator, now=FRIDAY - 4 * DAY + MINUTE)

        assert (cancelled, reminders(tx, person)) == (0, 2)


def test_cancelled_undone_cancelled_and_restored_each_reads_mails_in_order_that_never_contradict(
    each_db: Database, server: Mailbox
) -> None:
    with each_db.write() as tx:
        coordinator, lawyer = make_person(tx, Role.COORDINATOR), make_person(tx, Role.LAWYER, language="en")
        give_address(tx, lawyer.id, "lawyer@exemple.org")
        session_id = make_session(tx, starts_at=TONIGHT)
        make_shift(tx, session_id, lawyer)
        send_all(tx)

    read = []
    for minutes, is_cancelled in ((0, True), (1, False), (1.5, True), (10, False), (11, True), (11.5, False)):
        now = AFTERNOON + minutes * MINUTE
        read.append(_sent(each_db, server, now))
        with each_db.write() as tx:
            if is_cancelled:
                _cancel(tx, session_id, coordinator, now)
            else:
                programme.restore(tx, session_id, by=coordinator, now=now)
    read.append(_sent(each_db, server, AFTERNOON + 20 * MINUTE))

    off, on = "does not take place", "takes place after all"
    assert read == [[], [], [], [off], [], [], [on]]


def _sent(database: Database, server: Mailbox, now: datetime) -> list[str]:
    """What the mails say that leave now."""
    before = len(server.texts)
    send_due(database, server.mailer(), clock=lambda: now)
    said = ("does not take place", "takes place after all")
    return [next(each for each in said if each in text) for text in server.texts[before:]]
