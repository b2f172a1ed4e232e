"""What follows when a message to one who is helped, or to a member, did not surely arrive: a task, a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import LargeBinary, literal, select, update
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.calls import CallState, Change
from clinic.domain.contacts import Channel, Choice, Shared, TaskKind
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.sessions import Status
from clinic.domain.timing import LEASE
from clinic.models import Appointment, Call, ClinicSession, Contact, ContactTask, Notice, Person
from clinic.queries import standing
from clinic.queries.outbox import Letter
from clinic.services import contacts, notices, outbox
from clinic.services.outbox import Claim, Fate
from clinic.services.valves import Round
from tests import make
from tests.jobs import helped
from tests.jobs.helped import Told
from tests.notices import told

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 10:30 in Paris
TUESDAY, PLANNED = MONDAY + timedelta(days=1), MONDAY - timedelta(minutes=10)


@pytest.fixture
def cancelled(each_db: Database) -> Told:
    """She is to be told by SMS that her appointment of tomorrow does not take place."""
    with each_db.write() as tx:
        her = helped.make_told(tx, make.make_session(tx, starts_at=TUESDAY))
        _cancel(tx, her.session_id)
        helped.tell(tx, her, Kind.SESSION_CANCELLED, now=PLANNED)
    return her


@pytest.fixture
def reminded(each_db: Database) -> Told:
    """She is to be reminded by SMS of her appointment of tomorrow."""
    with each_db.write() as tx:
        her = helped.make_told(tx, make.make_session(tx, starts_at=TUESDAY))
        helped.tell(tx, her, now=PLANNED)
    return her


def test_S75_of_unknown_fate_her_mediator_is_asked_to_find_out(each_db: Database, reminded: Told) -> None:
    assert _send(each_db, Fate.UNKNOWN, "timeout") is State.UNCONFIRMED

    assert _tasks(each_db) == [(reminded.helped.id, TaskKind.UNCONFIRMED)]
    assert _asked_to_look(each_db) == [reminded.mediator_id]
    assert _calls(each_db) == []


def test_S75_a_change_of_unknown_fate_is_called_as_well(each_db: Database, cancelled: Told) -> None:
    _send(each_db, Fate.UNKNOWN, "timeout")

    assert _calls(each_db) == [(cancelled.helped.id, Change.CANCELLED, CallState.OPEN)]
    assert len(_tasks(each_db)) == 1


def test_S75_where_her_mediator_left_the_coordinators_look(each_db: Database, reminded: Told) -> None:
    with each_db.write() as tx:
        boss = make.make_person(tx, Role.COORDINATOR)
        tx.get_one(Person, reminded.mediator_id).disabled_at = MONDAY

    _send(each_db, Fate.UNKNOWN, "timeout")

    assert _asked_to_look(each_db) == [boss.id]


def test_S75_what_a_dead_worker_perhaps_said_is_not_said_again(each_db: Database, cancelled: Told) -> None:
    assert isinstance(_begin(each_db, MONDAY), Letter)

    assert _begin(each_db, MONDAY + LEASE) is State.UNCONFIRMED

    assert len(_tasks(each_db)) == len(_calls(each_db)) == 1


def test_S75_of_a_member_the_coordinators_look(each_db: Database) -> None:
    with each_db.write() as tx:
        boss = make.make_person(tx, Role.COORDINATOR)
        member = told.make_held(tx, role=Role.MEMBER, starts_at=TUESDAY)
        told.choose_mail(tx, member)
        told.tell(tx, member, Kind.REGISTERED, now=PLANNED)

    assert _send(each_db, Fate.UNKNOWN, "timeout") is State.UNCONFIRMED

    assert _asked_to_look(each_db) == [boss.id]
    assert _tasks(each_db) == [(member.person.id, TaskKind.UNCONFIRMED)]


@pytest.mark.parametrize("is_left", [False, True])
def test_S75_a_volunteers_sms_is_not_said_twice_and_makes_no_task(each_db: Database, *, is_left: bool) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx, starts_at=TUESDAY)
        contacts.choose(tx, held.person.id, Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=PLANNED)
        told.tell(tx, held, now=PLANNED)

    if is_left:
        assert isinstance(_begin(each_db, MONDAY), Letter)
        assert _begin(each_db, MONDAY + LEASE) is State.UNCONFIRMED
    else:
        assert _send(each_db, Fate.UNKNOWN, "timeout") is State.UNCONFIRMED

    assert _tasks(each_db) == []


def test_S75_a_volunteer_who_changed_her_channel_meanwhile_is_not_told_by_the_other(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx, starts_at=TUESDAY)
        told.tell(tx, held, now=PLANNED)
    assert isinstance(_begin(each_db, MONDAY), Letter)
    with each_db.write() as tx:
        contacts.choose(tx, held.person.id, Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=MONDAY)

    assert _begin(each_db, MONDAY + LEASE) is State.UNCONFIRMED


def test_S14_a_change_that_is_refused_for_good_is_called(each_db: Database, cancelled: Told) -> None:
    assert _send(each_db, Fate.REFUSED, "gateway_400") is State.FAILED

    assert _calls(each_db) == [(cancelled.helped.id, Change.CANCELLED, CallState.OPEN)]
    assert _tasks(each_db) == []


def test_S14_a_reminder_that_is_refused_for_good_is_no_call(each_db: Database, reminded: Told) -> None:
    assert _send(each_db, Fate.REFUSED, "gateway_400") is State.FAILED

    assert (_calls(each_db), _tasks(each_db)) == ([], [])


def test_S14_a_change_to_one_who_chose_nothing_any_more_is_called(each_db: Database, cancelled: Told) -> None:
    with each_db.write() as tx:
        contacts.choose(tx, cancelled.helped, Choice(Channel.NONE), now=MONDAY)

    assert _begin(each_db, MONDAY) is State.SKIPPED

    assert _calls(each_db) == [(cancelled.helped.id, Change.CANCELLED, CallState.OPEN)]


def test_S14_a_damaged_choice_stops_nobody_and_her_change_is_called(each_db: Database, cancelled: Told) -> None:
    with each_db.write() as tx:
        tx.execute(update(Contact).values(said=literal(b"damaged", LargeBinary)))

    assert _begin(each_db, MONDAY) is State.SKIPPED

    assert _calls(each_db) == [(cancelled.helped.id, Change.CANCELLED, CallState.OPEN)]


def test_S14_a_change_that_is_no_longer_so_is_no_call(each_db: Database, cancelled: Told) -> None:
    with each_db.write() as tx:
        tx.get_one(ClinicSession, cancelled.session_id).status = Status.PLANNED

    assert _begin(each_db, MONDAY) is State.SKIPPED
    assert _calls(each_db) == []


def test_S14_a_change_that_waits_in_vain_is_called_while_there_is_time(each_db: Database) -> None:
    with each_db.write() as tx:
        her = helped.make_told(tx, make.make_session(tx, starts_at=MONDAY + timedelta(hours=3)))
        _cancel(tx, her.session_id)
        helped.tell(tx, her, Kind.SESSION_CANCELLED, now=MONDAY)

    ended = [_expire_change(each_db, MONDAY + timedelta(minutes=minutes)) for minutes in (59, 61, 62)]

    assert ended == [None, State.EXPIRED, None]
    assert _calls(each_db) == [(her.helped.id, Change.CANCELLED, CallState.OPEN)]


def test_S14_a_change_just_made_is_given_its_time_to_go(each_db: Database) -> None:
    with each_db.write() as tx:
        her = helped.make_told(tx, make.make_session(tx, starts_at=MONDAY + timedelta(hours=1)))
        _cancel(tx, her.session_id)
        helped.tell(tx, her, Kind.SESSION_CANCELLED, now=MONDAY)

    assert _expire_change(each_db, MONDAY + timedelta(minutes=10)) is None
    assert isinstance(_begin(each_db, MONDAY + timedelta(minutes=10)), Letter)


def test_S14_of_two_on_one_day_she_is_reminded_of_the_first(each_db: Database) -> None:
    with each_db.write() as tx:
        first, then = (
            helped.make_told(tx, make.make_session(tx, starts_at=TUESDAY + each * LEASE)) for each in (0, 60)
        )
        tx.get_one(Appointment, then.about).beneficiary_id = first.helped.id
        for about, session_id, first_in_order in (
            (first.about, first.session_id, "f"),
            (then.about, then.session_id, "0"),
        ):
            notices.tell(tx, Kind.REMINDER, to=first.helped, about=about, session_id=session_id, now=PLANNED)
            planned = tx.scalars(select(Notice).where(Notice.about_id == about)).one()
            tx.execute(update(Notice).where(Notice.id == planned.id).values(id=first_in_order * 16))

    begun = [_begin(each_db, MONDAY) for _ in range(2)]

    assert isinstance(begun[0], Letter)
    assert begun[0].facts.starts_at == TUESDAY
    assert begun[1] in (State.PLANNED, State.EXPIRED)


def test_S14_a_move_that_waits_in_vain_is_called_before_the_old_time(each_db: Database) -> None:
    with each_db.write() as tx:
        her = helped.make_told(tx, make.make_session(tx, starts_at=MONDAY + timedelta(hours=3)))
        was = standing.whereabouts(tx, her.about, her.session_id)
        booked = tx.get_one(Appointment, her.about)
        booked.starts_at, booked.ends_at = was.starts_at + timedelta(days=14), was.ends_at + timedelta(days=14)
        here = {"about": her.about, "session_id": her.session_id}
        notices.tell(tx, Kind.SESSION_MOVED, to=her.helped, **here, was=was, now=MONDAY)

    ended = [_expire_change(each_db, MONDAY + timedelta(minutes=minutes)) for minutes in (59, 61, 62)]

    assert ended == [None, State.EXPIRED, None]
    assert _calls(each_db) == [(her.helped.id, Change.MOVED, CallState.OPEN)]


def test_a_change_to_one_who_works_here_waits_as_long_as_it_is_worth(each_db: Database) -> None:
    with each_db.write() as tx:
        held = told.make_held(tx, starts_at=MONDAY + timedelta(hours=2))
        _cancel(tx, held.session_id)
        told.tell(tx, held, Kind.SESSION_CANCELLED, now=MONDAY)

    ended = [_expire_change(each_db, MONDAY + timedelta(minutes=minutes)) for minutes in (119, 120)]

    assert ended == [None, State.EXPIRED]
    assert _calls(each_db) == []


def _cancel(tx: Session, session_id: str) -> None:
    tx.get_one(ClinicSession, session_id).status = Status.CANCELLED


def _begin(database: Database, now: datetime) -> Letter | State | None:
    with database.write() as tx:
        claimed = outbox.claim(tx, now=now)
    assert claimed
    with database.write() as tx:
        return outbox.begin(tx, claimed, Round(), now=now)


def _send(database: Database, fate: Fate, code: str) -> State | None:
    with database.write() as tx:
        claimed = outbox.claim(tx, now=MONDAY)
    assert isinstance(claimed, Claim)
    with database.write() as tx:
        assert isinstance(outbox.begin(tx, claimed, Round(), now=MONDAY), Letter)
    with database.write() as tx:
        return outbox.settle(tx, claimed, fate, code, now=MONDAY)


def _expire_change(database: Database, now: datetime) -> State | None:
    with database.write() as tx:
        return outbox.expire_change(tx, now=now)


def _tasks(database: Database) -> list[tuple[str | None, TaskKind]]:
    with database.read() as tx:
        query = select(Contact.beneficiary_id, Contact.person_id, ContactTask.kind).join(ContactTask.contact)
        return [(helped_id or person_id, kind) for helped_id, person_id, kind in tx.execute(query)]


def _asked_to_look(database: Database) -> list[str | None]:
    with database.read() as tx:
        return list(tx.scalars(select(Notice.person_id).where(Notice.kind == Kind.ATTENTION)))


def _calls(database: Database) -> list[tuple[str | None, Change, CallState]]:
    with database.read() as tx:
        return [(each.beneficiary_id, each.change, each.state) for each in tx.scalars(select(Call))]
