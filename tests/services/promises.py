"""Random lives of people who are helped: what is booked, moved and called off, what is sent, and what must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.calls import TO_MAKE, CallState, Change
from clinic.domain.contacts import CHOICE_LASTS, Channel, Choice, Helped, Hours, Shared, Suspension, Wording
from clinic.domain.notices import WAITING, Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason, Status
from clinic.domain.times import local_date, slot_starts, to_local
from clinic.domain.timing import CHANGES, UNDO_FOR, _public_holidays
from clinic.models import Appointment, Call, ClinicSession, Contact, Notice
from clinic.queries import readers
from clinic.queries.outbox import Letter
from clinic.services import bookings, calls, contacts, outbox, programme, safety
from clinic.services.appointments import Wish
from clinic.services.outbox import Claim, Fate
from clinic.services.valves import Round
from tests import make

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAUSES = (MINUTE, MINUTE, 6 * MINUTE, HOUR, 5 * HOUR, 12 * HOUR, DAY)
FATES = (Fate.SENT,) * 12 + (Fate.LATER, Fate.LATER, Fate.REFUSED, Fate.UNKNOWN, None)  # None: the worker dies
LIVE = (*CHANGES, Kind.BOOKED)
OFF = None  # what she believes of what does not take place
Belief = datetime | None


@dataclass
class Person:
    """One who is helped: her appointment, what she may believe of it, and what was sent to her."""

    helped: Helped
    booked_id: str
    booked_at: datetime
    believes: set[Belief]
    letters: list[tuple[datetime, Kind]] = field(default_factory=list)
    was_a_mistake: bool = False

    def hears(self, belief: Belief, *, surely: bool = True) -> None:
        self.believes = {belief} if surely else self.believes | {belief}


@dataclass
class Life:
    """Some people who have appointments at one of two sessions, and the time."""

    tx: Session
    random: Random
    by: SignedIn
    session_ids: list[str]
    now: datetime
    people: list[Person] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def person(self) -> Person:
        return self.random.choice(self.people)

    def appointment(self, person: Person) -> Appointment:
        return self.tx.get_one(Appointment, person.booked_id, populate_existing=True)

    def truth(self, person: Person) -> Belief:
        booked = self.appointment(person)
        session = self.tx.get_one(ClinicSession, booked.session_id, populate_existing=True)
        is_on = booked.state is AppointmentState.BOOKED and session.status is Status.PLANNED
        return booked.starts_at if is_on else OFF


def begin(tx: Session, random: Random, people: int = 6) -> Life:
    """Two sessions within the week, and people who have appointments at them; each chose something, or nothing."""
    by = make.make_person(tx, Role.COORDINATOR, Role.MEDIATOR)
    series_id, now = make.make_series(tx), MONDAY + random.randint(0, 6 * 24 * 60) * MINUTE
    starts = [now.replace(minute=0) + random.randint(20, 150) * HOUR for _ in range(2)]
    starts[1] = starts[1] if local_date(starts[0]) != local_date(starts[1]) else starts[1] + DAY
    place_id = make.make_place(tx)
    session_ids = [
        make.make_session(tx, series_id=series_id, place_id=place_id, starts_at=each, desks=4) for each in starts
    ]
    life = Life(tx, random, by, session_ids, now)
    for number in range(people):
        _book(life, f"Iris {number}")
    return life


def _book(life: Life, alias: str) -> None:
    session_id, starts_at = _free(life)
    wish = Wish(session_id, starts_at, alias, "eng", Topic.RIGHTS)
    booked_id = bookings.book(life.tx, wish, key=make.key(), by=life.by, now=life.now)
    helped = Helped(life.appointment(Person(Helped(""), booked_id, life.now, set())).beneficiary_id)
    person = Person(helped, booked_id, life.now, {starts_at})
    life.people.append(person)
    if life.random.random() < 3 / 4:
        _choose(life, person, life.now - life.random.randint(0, 95) * DAY)


def _free(life: Life) -> tuple[str, datetime]:
    session_id = life.random.choice(life.session_ids)
    session = life.tx.get_one(ClinicSession, session_id, populate_existing=True)
    return session_id, life.random.choice(slot_starts(session.starts_at, session.ends_at, session.slot_minutes))


def _choose(life: Life, person: Person, at: datetime) -> None:
    draw = life.random
    opens = draw.randint(6, 18)
    hours = Hours(time(opens), time(draw.randint(opens + 1, 23)), draw.random() < 1 / 2)
    is_minor = draw.random() < 1 / 8
    choice = Choice(
        draw.choice((Channel.SMS, Channel.SMS, Channel.MAIL, Channel.CALL, Channel.NONE)),
        draw.choice((Shared.NO, Shared.NO, Shared.NO, Shared.YES, Shared.UNKNOWN)),
        number=f"06123456{draw.randint(10, 99)}",
        email=f"a{draw.randint(10, 99)}@exemple.org",
        hours=hours if draw.random() < 1 / 3 else None,
        language=draw.choice(("fr", "en")),
        wording=draw.choice(tuple(Wording)),
        is_minor=is_minor,
        coordinator_agrees=is_minor and draw.random() < 1 / 2,
    )
    contacts.choose(life.tx, person.helped, choice, by_coordinator=True, now=at)


def _move(life: Life) -> None:
    person, (session_id, starts_at), knows = life.person(), _free(life), life.random.random() < 1 / 8
    bookings.move(life.tx, person.booked_id, session_id, starts_at, by=life.by, now=life.now, she_knows=knows)
    _spoke(life, person, knows)


def _cancel(life: Life) -> None:
    person, knows = life.person(), life.random.random() < 1 / 8
    is_mistake = life.now - person.booked_at < UNDO_FOR and not person.letters
    was_booked = life.appointment(person).state is AppointmentState.BOOKED
    bookings.cancel(life.tx, person.booked_id, by=life.by, now=life.now, she_knows=knows)
    if was_booked:
        person.was_a_mistake = is_mistake and not knows
        _spoke(life, person, knows or is_mistake)


def _restore(life: Life) -> None:
    person = life.person()
    bookings.restore(life.tx, person.booked_id, by=life.by, now=life.now)
    _spoke(life, person, person.was_a_mistake)  # it is booked with her, once more
    person.was_a_mistake = False


def _spoke(life: Life, person: Person, knows: bool) -> None:  # noqa: FBT001
    if knows:
        person.hears(life.truth(person))


def _cancel_session(life: Life) -> None:
    session_id = life.random.choice(life.session_ids)
    programme.cancel(life.tx, session_id, CancelReason.CREW, by=life.by, now=life.now)


def _restore_session(life: Life) -> None:
    programme.restore(life.tx, life.random.choice(life.session_ids), by=life.by, now=life.now)


def _move_session(life: Life) -> None:
    session_id = life.random.choice(life.session_ids)
    starts_at = life.now.replace(minute=0) + life.random.randint(2, 120) * HOUR
    make.move_session(life.tx, session_id, starts_at, by=life.by, now=life.now)


def _spot(life: Life) -> None:
    spot = f"Ailleurs {life.random.randint(1, 9)}"
    programme.new_spot(life.tx, life.random.choice(life.session_ids), spot, by=life.by, now=life.now)


def _choose_again(life: Life) -> None:
    _choose(life, life.person(), life.now)


def _stop(life: Life) -> None:
    why = life.random.choice(tuple(Suspension))
    safety.stop(life.tx, life.person().helped, why, by=life.by, now=life.now)


def _call(life: Life) -> None:
    """The mediator on duty makes one of the calls: reached or not."""
    open_calls = life.tx.scalars(select(Call).where(Call.state.in_(TO_MAKE)).order_by(Call.id)).all()
    if not open_calls:
        return
    call = life.random.choice(open_calls)
    person = next(each for each in life.people if each.booked_id == call.about_id)
    if life.random.random() < 1 / 4:
        calls.not_reached(life.tx, call.id, by=life.by, now=life.now)
        return
    person.hears(OFF if call.change is Change.CANCELLED else life.appointment(person).starts_at)
    calls.told(life.tx, call.id, by=life.by, now=life.now)
    life.seen["calls"] += 1


ACTS: tuple[Callable[[Life], None], ...] = (
    _move, _move, _cancel, _cancel, _restore, _restore, _cancel_session, _restore_session, _move_session, _spot,
    _choose_again, _choose_again, _stop, _call, _call,
)  # fmt: skip


def step(life: Life) -> None:
    """One act, perhaps refused; then some time passes, in which a worker sends what is due."""
    act = life.random.choice(ACTS)
    try:
        with life.tx.begin_nested():
            act(life)
            life.seen["acts"] += 1
    except Refused:
        life.seen["refused"] += 1
    check(life)
    work(life, life.now + life.random.choice(PAUSES))
    check(life)


def work(life: Life, until: datetime) -> None:
    """A worker goes on until this time; now and then it dies, and another sees to what it left."""
    while (due := _next(life)) is not None and due <= until:
        life.now = max(life.now, due)
        outbox.expire(life.tx, now=life.now)
        while outbox.expire_change(life.tx, now=life.now):
            life.tx.flush()
        claimed = outbox.claim(life.tx, now=life.now)
        if claimed:
            _send(life, claimed)
    life.now = until
    while outbox.expire_change(life.tx, now=life.now):
        life.tx.flush()


def _next(life: Life) -> datetime | None:
    planned = life.tx.scalar(select(func.min(Notice.next_at)).where(Notice.state == State.PLANNED))
    left = life.tx.scalar(select(func.min(Notice.lease_until)).where(Notice.state.in_([State.CLAIMED, State.SENDING])))
    return min((each for each in (planned, left) if each), default=None)


def _send(life: Life, claimed: Claim) -> None:
    notice = life.tx.get_one(Notice, claimed.notice_id)
    was_sending = notice.state is State.SENDING
    person = next((each for each in life.people if each.booked_id == notice.about_id), None)
    letter = outbox.begin(life.tx, claimed, Round(), now=life.now)
    if not isinstance(letter, Letter) or person is None:
        return
    assert not was_sending, "a message of unknown fate was sent again"
    _check_letter(life, person, notice, letter)
    fate = life.random.choice(FATES)
    if fate in (Fate.SENT, Fate.UNKNOWN, None):
        person.letters.append((life.now, notice.kind))
        belief = OFF if notice.kind is Kind.SESSION_CANCELLED else notice.starts_at
        person.hears(belief, surely=fate is Fate.SENT)
    life.seen["messages"] += 1
    if fate:
        outbox.settle(life.tx, claimed, fate, "x", now=life.now)


def _check_letter(life: Life, person: Person, notice: Notice, letter: Letter) -> None:
    contact = life.tx.scalars(select(Contact).where(Contact.beneficiary_id == person.helped.id)).one()
    reach = readers.reach_of(contact)
    choice = reach.choice
    assert contact.suspended is None
    assert choice.channel in (Channel.MAIL, Channel.SMS)
    assert letter.address == (choice.email if choice.channel is Channel.MAIL else choice.number)
    assert choice.is_shared is Shared.NO or contact.confirmed_at
    assert life.now < (contact.confirmed_at or contact.chosen_at) + CHOICE_LASTS
    assert choice.coordinator_agrees or not choice.is_minor
    _check_hours(life.now, notice.kind, choice.hours)
    assert life.now < notice.starts_at
    truth = life.truth(person)
    assert (OFF if notice.kind is Kind.SESSION_CANCELLED else notice.starts_at) == truth
    if notice.kind not in CHANGES:
        counted = [at for at, kind in person.letters if kind not in CHANGES]
        assert len(counted) < 2
        assert all(local_date(at) != local_date(life.now) for at in counted)


def _check_hours(at: datetime, kind: Kind, hours: Hours | None) -> None:
    wall = to_local(at)
    opens, closes = (hours.opens, hours.closes) if hours else (time(10), time(20) if kind in CHANGES else time(18))
    assert opens <= wall.time() < closes
    is_rest = wall.weekday() == 6 or wall.date() in _public_holidays()
    assert not is_rest or (hours is not None and hours.rest_days)


def check(life: Life) -> None:
    """Of each appointment one thing at most is about to be said; who believes what is not so is about to be told."""
    life.tx.flush()
    for person in life.people:
        waiting = _live(life, person)
        open_calls = _open_calls(life, person)
        assert len(waiting) + len(open_calls) <= 1, (waiting, open_calls)
        truth = life.truth(person)
        comes_in_vain = any(each != truth and (each or truth or life.now) > life.now for each in person.believes)
        misses_it = truth is not OFF and truth > life.now and person.believes != {truth}
        if (comes_in_vain and life.appointment(person).starts_at > life.now) or misses_it:
            assert waiting or open_calls or _is_under_way(life, person), (life.now, truth, person.believes)
            life.seen["untold for now"] += 1


def end(life: Life) -> None:
    """Until just before the first session begins: who has to know by then knows, or is to be called."""
    first = min((life.appointment(each).starts_at for each in life.people), default=life.now)
    if first - MINUTE <= life.now:
        return
    work(life, first - MINUTE)
    check(life)
    for person in life.people:
        truth, late = life.truth(person), _live(life, person)
        if life.appointment(person).starts_at == first and person.believes != {truth}:
            is_late = late and all(each.code for each in late)  # put off by the server, again and again
            assert _open_calls(life, person) or is_late or _is_under_way(life, person), (truth, person.believes)
            life.seen["called before it begins"] += 1


def _live(life: Life, person: Person) -> list[Notice]:
    """What waits to be said to her by message."""
    return _notices(life, person, *WAITING)


def _is_under_way(life: Life, person: Person) -> bool:
    """A worker died with it: another notes soon that nobody knows its fate."""
    return bool(_notices(life, person, State.SENDING))


def _notices(life: Life, person: Person, *states: State) -> list[Notice]:
    mine = select(Notice).where(Notice.about_id == person.booked_id, Notice.beneficiary_id.is_not(None))
    query = mine.where(Notice.kind.in_(LIVE), Notice.state.in_(states))
    return list(life.tx.scalars(query, execution_options={"populate_existing": True}))


def _open_calls(life: Life, person: Person) -> list[CallState]:
    query = select(Call.state).where(Call.about_id == person.booked_id, Call.state.in_(TO_MAKE))
    return list(life.tx.scalars(query))
