"""A small house in which everything can be done, and what must be so whatever was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import calls as call_rules
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState
from clinic.domain.interpreting import Modality
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.resources import of_person
from clinic.domain.sessions import CancelReason, Status
from clinic.domain.times import quanta
from clinic.domain.timing import FOR_CREW, Rhythm, reminders_due
from clinic.models import (
    Appointment,
    Ask,
    Call,
    ClinicSession,
    Interpreter,
    Notice,
    Occupancy,
    Offer,
    Search,
    Shift,
    SpokenLanguage,
)
from clinic.queries import calls as call_queries
from clinic.queries import commitments, invariants
from clinic.queries.outbox import Letter
from clinic.services import appointments, bookings, calls, interpreting, outbox, programme, rota, searches, workshops
from clinic.services.interpreting import NeedWish
from clinic.services.outbox import Fate
from clinic.services.programme import MoveWish
from clinic.services.valves import Round
from clinic.services.workshops import WorkshopDraft
from tests.make import FRIDAY, NOW, give_address, key, make_appointment, make_person, make_session

HALF_HOUR = timedelta(minutes=30)
PAUSES = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=20), timedelta(days=2))
_Made = TypeVar("_Made")
_ALL_ROLES = (Role.COORDINATOR, Role.LAWYER, Role.MEDIATOR, Role.INTERPRETER)
_AT_WORK = Rhythm(at_work=True)
_HELD_FOR_GOOD = {
    Kind.REMINDER, Kind.DIGEST, Kind.SHIFT_TAKEN, Kind.REGISTERED, Kind.PLACE_FALLEN_FREE, Kind.OFFER_ACCEPTED,
}  # fmt: skip
_ENDINGS = {
    Kind.SHIFT_GIVEN_BACK, Kind.OFFER_DECLINED, Kind.OFFER_FILLED, Kind.OFFER_WITHDRAWN, Kind.ASK_FILLED,
    Kind.ASK_WITHDRAWN, Kind.STAND_IN_FOUND,
}  # fmt: skip


class World:
    """Four people who can do everything, three workshops with desks that overlap, and a clock that goes on."""

    def __init__(self, tx: Session) -> None:
        self.tx, self.now = tx, NOW
        self.people = [_make_everything(tx, number) for number in range(4)]
        needs = {Role.LAWYER: 1, Role.MEDIATOR: 1}
        self.sessions = [
            make_session(tx, starts_at=FRIDAY + each * HALF_HOUR, hours=2, needs=needs) for each in range(3)
        ]
        self.appointments: list[str] = []
        self.needs: list[str] = []
        self.versions: dict[str, tuple[object, int]] = {}
        for which in range(3):
            self.describe(0, which, 0)
        self.acts: list[Callable[[int, int, int], object]] = [
            self.book, self.move, self.cancel, self.restore,
            self.take, self.give_back, self.confirm,
            self.need, self.need, self.ask, self.ask, self.accept, self.accept, self.decline,
            self.withdraw_need, self.need_again, self.expire,
            self.register, self.register, self.withdraw, self.describe,
            self.move_session, self.cancel_session, self.restore_session,
            self.pass_time, self.pass_time,
            self.look_for_stand_in, self.look_for, self.come_after_all, self.say_yes, self.say_yes, self.say_no,
            self.tell, self.tell, self.take_word_back, self.new_spot, self.usual_spot,
        ]  # fmt: skip

    def by(self, who: int) -> SignedIn:
        return self.people[who % 4]

    def session(self, which: int) -> str:
        return self.sessions[which % 3]

    def book(self, who: int, which: int, slot: int) -> None:
        alias = f"Iris {slot % 3}"
        booked = make_appointment(
            self.tx, self.session(which), by=self.by(who), slot=slot % 4, alias=alias, now=self.now
        )
        self.appointments.append(booked)

    def move(self, which: int, to: int, slot: int) -> None:
        session = self.tx.get_one(ClinicSession, self.session(to))
        starts_at = session.starts_at + slot % 4 * HALF_HOUR
        bookings.move(self.tx, _pick(self.appointments, which), session.id, starts_at, by=self.by(0), now=self.now)

    def cancel(self, which: int, _b: int, _c: int) -> None:
        bookings.cancel(self.tx, _pick(self.appointments, which), by=self.by(0), now=self.now)

    def restore(self, which: int, _b: int, _c: int) -> None:
        appointments.restore(self.tx, _pick(self.appointments, which), by=self.by(0), now=self.now)

    def take(self, who: int, which: int, role: int) -> None:
        searches.take(self.tx, self.session(which), _ALL_ROLES[1 + role % 2], by=self.by(who), now=self.now)

    def give_back(self, who: int, which: int, by: int) -> None:
        searches.give_back(self.tx, self._shift(who, which), by=self.by(by), now=self.now)

    def confirm(self, who: int, which: int, _c: int) -> None:
        rota.confirm(self.tx, self._shift(who, which), by=self.by(who), now=self.now)

    def need(self, which: int, appointment: int, who: int) -> None:
        booked = self.tx.get(Appointment, _pick(self.appointments, appointment)) if appointment % 3 else None
        served = booked or self.tx.get_one(ClinicSession, self.session(which))
        session_id = booked.session_id if booked else self.session(which)
        span = (served.starts_at, served.ends_at)
        wish = NeedWish(
            session_id, booked.id if booked else None, "ara", Modality.ON_SITE, *span, served.starts_at - HALF_HOUR
        )
        made = interpreting.need(self.tx, wish, key=key(), by=self.by(who), now=self.now)
        self.needs += [made] if made not in self.needs else []

    def ask(self, which: int, people: int, hours: int) -> None:
        answer_by = self.now + (1 + hours * hours) * HALF_HOUR
        asked = [each.id for number, each in enumerate(self.people) if people >> number & 1]
        interpreting.ask(self.tx, _pick(self.needs, which), asked, answer_by=answer_by, by=self.by(0), now=self.now)

    def accept(self, which: int, _b: int, _c: int) -> None:
        offer_id, person = self._offer(which)
        interpreting.accept(self.tx, offer_id, by=person, now=self.now)

    def decline(self, which: int, _b: int, _c: int) -> None:
        offer_id, person = self._offer(which)
        interpreting.decline(self.tx, offer_id, by=person, now=self.now)

    def withdraw_need(self, which: int, _b: int, _c: int) -> None:
        interpreting.withdraw(self.tx, _pick(self.needs, which), by=self.by(0), now=self.now)

    def need_again(self, which: int, _b: int, _c: int) -> None:
        interpreting.need_again(self.tx, _pick(self.needs, which), by=self.by(0), now=self.now)

    def expire(self, _a: int, _b: int, _c: int) -> None:
        interpreting.expire(self.tx, now=self.now)

    def register(self, who: int, which: int, _c: int) -> None:
        workshops.register(self.tx, self.session(which), by=self.by(who), now=self.now)

    def withdraw(self, who: int, which: int, _c: int) -> None:
        workshops.withdraw(self.tx, self.session(which), by=self.by(who), now=self.now)

    def describe(self, capacity: int, which: int, _c: int) -> None:
        draft = WorkshopDraft("Selma", None, None, "Les droits", "Rights", capacity=1 + capacity % 3)
        workshops.describe(self.tx, self.session(which), draft, by=self.by(0), now=self.now)

    def move_session(self, which: int, half_hours: int, leaving: int) -> None:
        session = self.tx.get_one(ClinicSession, self.session(which))
        starts_at = FRIDAY + half_hours % 6 * HALF_HOUR
        wish = MoveWish(starts_at, starts_at + timedelta(hours=2), session.place_id)
        people = frozenset(each.id for each in self.people[: leaving % 5])
        programme.move(self.tx, session.id, wish, leaving=people, by=self.by(0), now=self.now)

    def cancel_session(self, which: int, _b: int, _c: int) -> None:
        programme.cancel(self.tx, self.session(which), CancelReason.CREW, by=self.by(0), now=self.now)

    def restore_session(self, which: int, _b: int, _c: int) -> None:
        programme.restore(self.tx, self.session(which), by=self.by(0), now=self.now)

    def tell(self, which: int, _b: int, _c: int) -> None:
        calls.told(self.tx, self._call(which), by=self.by(0), now=self.now)

    def take_word_back(self, which: int, _b: int, _c: int) -> None:
        calls.reopen(self.tx, self._call(which), by=self.by(0), now=self.now)

    def new_spot(self, which: int, spot: int, _c: int) -> None:
        words = (None, "ailleurs", "plus loin")[spot % 3]
        programme.new_spot(self.tx, self.session(which), words, by=self.by(0), now=self.now)

    def usual_spot(self, which: int, _b: int, _c: int) -> None:
        programme.usual_spot(self.tx, self.session(which), by=self.by(0), now=self.now)

    def look_for_stand_in(self, who: int, which: int, _c: int) -> None:
        searches.look_for_stand_in(self.tx, self._shift(who, which), by=self.by(who), now=self.now)

    def look_for(self, which: int, role: int, _c: int) -> None:
        searches.look_for(self.tx, self.session(which), _ALL_ROLES[1 + role % 2], by=self.by(0), now=self.now)

    def come_after_all(self, which: int, _b: int, _c: int) -> None:
        search_id = _pick(sorted(self.tx.scalars(select(Search.id))), which)
        searches.take_back(self.tx, search_id, by=self.by(0), now=self.now)

    def say_yes(self, which: int, _b: int, _c: int) -> None:
        ask_id, person = self._ask(which)
        searches.accept(self.tx, ask_id, by=person, now=self.now)

    def say_no(self, which: int, _b: int, _c: int) -> None:
        ask_id, person = self._ask(which)
        searches.decline(self.tx, ask_id, by=person, now=self.now)

    def pass_time(self, how_long: int, _b: int, _c: int) -> None:
        """Let time go by, and a worker send what is due: every letter that goes must be true when it goes."""
        self.now += PAUSES[how_long % 4]
        searches.ask_next(self.tx, now=self.now)
        while claimed := outbox.claim(self.tx, now=self.now):
            letter = outbox.begin(self.tx, claimed, Round(), now=self.now)
            if isinstance(letter, Letter):
                assert self._is_true(self.tx.get_one(Notice, letter.notice_id))
                outbox.settle(self.tx, claimed, Fate.SENT, None, now=self.now)

    def check(self) -> None:
        """Nobody is in two places, nothing over capacity; feeds and reminders are what the database implies."""
        self.tx.flush()
        assert invariants.breaches(self.tx, now=self.now) == []
        told = Counter(
            (each.person_id, each.about_id, each.kind, each.starts_at)
            for each in self._waiting()
            if each.kind not in (Kind.REMINDER, Kind.DIGEST)
        )
        assert [each for each, times in told.items() if times > 1] == []
        for person in self.people:
            self._check_feed(person)
        self._check_calls()

    def _check_calls(self) -> None:
        """Whoever has an appointment that does not take place was told so last, or is to be called."""
        query = select(Appointment.id).join(ClinicSession, Appointment.session_id == ClinicSession.id)
        lost = query.where(ClinicSession.status == Status.CANCELLED, Appointment.state == AppointmentState.BOOKED)
        for appointment_id in self.tx.scalars(lost):
            words = call_queries.as_words(call_queries.of_things(self.tx, [appointment_id])[appointment_id])
            is_owed = call_rules.owed(words, frozenset(), takes_place=False)
            assert is_owed is None or any(each.state in call_rules.TO_MAKE for each in words)

    def _check_feed(self, person: SignedIn) -> None:
        entries = commitments.of_person(self.tx, person.id, now=self.now)
        standing = [each for each in entries if not each.is_cancelled]
        held = select(Occupancy.quantum).where(Occupancy.resource == of_person(person.id), Occupancy.until.is_(None))
        shown = [quantum for each in standing for quantum in quanta(each.starts_at, each.ends_at)]
        assert sorted(shown) == sorted(self.tx.scalars(held))
        waiting = {(each.kind, each.due_at) for each in self._waiting() if each.person_id == person.id}
        wanted = [due for each in standing for due in reminders_due(each.starts_at, FOR_CREW, self.now, _AT_WORK)]
        assert waiting >= set(wanted)
        for each in entries:
            content = (each.starts_at, each.ends_at, each.is_cancelled, each.is_tentative)
            before, sequence = self.versions.get(each.uid, (content, 0))
            assert each.sequence > sequence if content != before else each.sequence >= sequence
            self.versions[each.uid] = (content, each.sequence)

    def _is_true(self, notice: Notice) -> bool:
        held = select(Occupancy).where(Occupancy.holder == notice.about_id).order_by(Occupancy.quantum)
        first = self.tx.scalars(held).first()
        session = self.tx.get_one(ClinicSession, notice.session_id)
        if notice.kind in _ENDINGS:
            return first is None
        of_session = {
            Kind.CALLS_WAITING: call_queries.is_any_to_make(self.tx, session.id),
            Kind.SPOT_CHANGED: session.status is Status.PLANNED and first is not None,
            Kind.SESSION_CANCELLED: session.status is Status.CANCELLED,
            Kind.SESSION_RESTORED: session.status is Status.PLANNED,
            Kind.ASK_MADE: (session.status, session.starts_at) == (Status.PLANNED, notice.starts_at),
            Kind.SESSION_MOVED: (session.status, session.starts_at) == (Status.PLANNED, notice.starts_at),
        }
        if notice.kind in of_session:
            return of_session[notice.kind]
        if first is None or first.quantum != quanta(notice.starts_at, notice.starts_at + HALF_HOUR)[0]:
            return False
        return (
            first.until is None if notice.kind in _HELD_FOR_GOOD else first.until is not None and first.until > self.now
        )

    def _waiting(self) -> list[Notice]:
        return list(self.tx.scalars(select(Notice).where(Notice.state == State.PLANNED)))

    def _shift(self, who: int, which: int) -> str:
        query = select(Shift.id).where(Shift.session_id == self.session(which), Shift.person_id == self.by(who).id)
        return self.tx.scalar(query) or ""

    def _ask(self, which: int) -> tuple[str, SignedIn]:
        people = {each.id: each for each in self.people}
        asks = self.tx.execute(select(Ask.id, Ask.person_id).order_by(Ask.asked_at, Ask.id)).all()
        ask_id, person_id = _pick(asks, which)
        return ask_id, people[person_id]

    def _call(self, which: int) -> str:
        return _pick(sorted(self.tx.scalars(select(Call.id))), which)

    def _offer(self, which: int) -> tuple[str, SignedIn]:
        made = {(each.need_id, each.person_id): each.id for each in self.tx.scalars(select(Offer))}
        pairs = [(need_id, person) for need_id in self.needs for person in self.people]
        offers = [(made[need_id, person.id], person) for need_id, person in pairs if (need_id, person.id) in made]
        return _pick(offers, which)


def _make_everything(tx: Session, number: int) -> SignedIn:
    person = make_person(tx, *_ALL_ROLES)
    give_address(tx, person.id, f"person{number}@example.org")
    spoken = [SpokenLanguage(language="ara")]
    tx.add(Interpreter(person_id=person.id, comes_on_site=True, phone=None, languages=spoken))
    tx.flush()
    return person


def _pick(ids: Sequence[_Made], which: int) -> _Made:
    if not ids:
        raise NotFound
    return ids[which % len(ids)]
