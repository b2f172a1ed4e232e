"""Valves: a server in trouble is left alone, a flood and a clock that jumped wait for a coordinator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from clinic.db import Database
from clinic.domain.contacts import Channel
from clinic.domain.notices import State
from clinic.domain.people import Role
from clinic.domain.valves import ALWAYS_ALLOWED, Hold, Shut, Why
from clinic.jobs.post import Post
from clinic.jobs.send import send_due
from clinic.models import AuditEntry, Notice, Valve
from clinic.queries import valves as queries
from clinic.queries.valves import ValveView
from clinic.services import valves
from clinic.services.valves import Round
from tests import make
from tests.jobs import helped
from tests.notices import mailbox, told
from tests.notices.gateway import Gateway
from tests.notices.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TUESDAY, PLANNED = MONDAY + timedelta(days=1), MONDAY - timedelta(minutes=10)
FRIDAY = make.FRIDAY
SENT = State.SENT


def test_S76_five_troubles_in_a_row_and_the_server_is_left_alone_for_all(each_db: Database, server: Mailbox) -> None:
    _plan(each_db, volunteers=3)
    down = replace(server.mailer(), mail_server=replace(server.settings(), port=mailbox.free_port()))
    tries = [sum(_send(each_db, down, minute).values()) for minute in range(0, 10, 2)]

    resting = _send(each_db, server.mailer(), 8)

    assert tries == [1, 1, 1, 1, 1]
    assert resting[SENT] == 0
    view = ValveView(Channel.MAIL, Why.RESTING, until=_at(9), code="no_connection", failures=5)
    assert _overview(each_db, 8)[0] == view


def test_S76_after_the_rest_one_message_over_all_workers_tries(each_db: Database, server: Mailbox) -> None:
    _plan(each_db, volunteers=6)
    _trouble(each_db, times=5, minute=0)
    server.seconds_to_answer = 0.3

    with ThreadPoolExecutor(3) as crowd:
        done = list(crowd.map(lambda _: _send(each_db, server.mailer(), 2), range(3)))

    assert sorted(each[SENT] for each in done)[:2] == [0, 0]
    assert _send(each_db, server.mailer(), 3)[SENT] + sum(each[SENT] for each in done) == 6
    assert [each.why for each in _overview(each_db, 3)] == [None, None]


def test_S76_each_failed_try_doubles_the_rest_up_to_half_an_hour(each_db: Database) -> None:
    rests = []
    minute = _trouble(each_db, times=4, minute=0)
    for _ in range(8):
        minute = _trouble(each_db, times=1, minute=minute)
        until = _overview(each_db, minute)[0].until
        assert until
        rests.append((until - _at(minute)) // timedelta(minutes=1))
        minute += rests[-1]

    assert rests == [1, 2, 4, 8, 16, 30, 30, 30]


def test_S76_workers_under_way_when_it_broke_count_once(each_db: Database) -> None:
    _trouble(each_db, times=5, minute=0)

    with each_db.write() as tx:
        for _ in range(7):
            valves.note(tx, Channel.MAIL, Round(), is_down=True, code="timeout", now=_at(0))

    assert _overview(each_db, 0)[0].failures == 5


def test_S76_one_channel_resting_does_not_starve_the_other(
    each_db: Database, server: Mailbox, gateway: Gateway
) -> None:
    _trouble(each_db, times=5, minute=0)
    _plan(each_db, volunteers=12, by_sms=1)

    done = _send(each_db, replace(server.mailer(), gateway=gateway.settings()), 0)

    assert done[SENT] == len(gateway.requests) == 1
    with each_db.read() as tx:
        waiting = tx.execute(select(Notice.code, Notice.tries).where(Notice.state == State.PLANNED)).all()
    assert {tuple(each) for each in waiting} == {("resting", 0)}


def test_too_many_at_once_are_held_until_a_coordinator_releases_them(each_db: Database, server: Mailbox) -> None:
    _plan(each_db, volunteers=ALWAYS_ALLOWED + 5, starts_at=FRIDAY)

    flooded = _send(each_db, server.mailer(), 0)
    still = _send(each_db, server.mailer(), 50)
    with each_db.write() as tx:
        boss = make.make_person(tx, Role.COORDINATOR)
        valves.release(tx, Channel.MAIL, by=boss, now=_at(51))
    released = _send(each_db, server.mailer(), 51)

    assert (flooded[SENT], still[SENT], released[SENT]) == (ALWAYS_ALLOWED, 0, 5)
    with each_db.read() as tx:
        acts = [(each.action, each.actor_id, each.object_id, each.reason) for each in tx.scalars(select(AuditEntry))]
    assert ("valve.hold", None, "mail", "flood") in acts
    assert ("valve.release", boss.id, "mail", "flood") in acts


def test_what_the_next_two_days_justify_is_no_flood(each_db: Database, server: Mailbox) -> None:
    _plan(each_db, volunteers=ALWAYS_ALLOWED + 5)

    assert _send(each_db, server.mailer(), 0) == {SENT: ALWAYS_ALLOWED + 5}


def test_everybody_concerned_by_the_next_two_days_is_counted(each_db: Database) -> None:
    with each_db.write() as tx:
        make.make_noise(tx)
        session_id = make.make_session(tx, starts_at=TUESDAY)
        told.make_held(tx, session_id=session_id)
        told.make_held(tx, session_id=session_id, role=Role.MEMBER)
        helped.make_told(tx, session_id)
        need_id = make.make_need(tx, session_id, by=make.make_person(tx))
        make.make_offer(tx, need_id, make.make_interpreter(tx))

    with each_db.read() as tx:
        assert queries.justified(tx, now=MONDAY) == 4


def test_several_workers_go_hardly_over_what_an_hour_allows(each_db: Database, server: Mailbox) -> None:
    _plan(each_db, volunteers=ALWAYS_ALLOWED + 20, starts_at=FRIDAY)

    with ThreadPoolExecutor(4) as crowd:
        done = list(crowd.map(lambda _: _send(each_db, server.mailer(), 0), range(4)))

    assert ALWAYS_ALLOWED <= sum(each[SENT] for each in done) <= ALWAYS_ALLOWED + 4
    assert _overview(each_db, 1)[0] == ValveView(Channel.MAIL, Why.FLOOD, since=MONDAY)


def test_a_hold_of_one_channel_leaves_the_other_alone(each_db: Database, server: Mailbox, gateway: Gateway) -> None:
    with each_db.write() as tx:
        assert valves.hold(tx, Channel.MAIL, Hold.FLOOD, now=MONDAY)
        assert not valves.hold(tx, Channel.MAIL, Hold.CLOCK, now=MONDAY)
    _plan(each_db, volunteers=1, by_sms=1)

    _send(each_db, replace(server.mailer(), gateway=gateway.settings()), 0)

    assert (len(server.mails), len(gateway.requests)) == (0, 1)


def test_S14_held_is_no_excuse_for_late(each_db: Database, server: Mailbox) -> None:
    _plan(each_db, volunteers=1)
    with each_db.write() as tx:
        valves.hold_all(tx, Hold.CLOCK, now=MONDAY)

    assert _send(each_db, server.mailer(), 60 * 24) == {State.EXPIRED: 1}


def test_releasing_what_is_not_held_changes_nothing(each_db: Database) -> None:
    with each_db.write() as tx:
        valves.release(tx, Channel.SMS, by=make.make_person(tx, Role.COORDINATOR), now=MONDAY)

    with each_db.read() as tx:
        assert tx.scalars(select(AuditEntry)).all() == []
        assert tx.scalars(select(Valve.released_at)).one() is None


def test_what_waits_for_a_valve_is_looked_at_less_and_less_often() -> None:
    shut = Shut(Why.FLOOD)

    waits = [shut.look_again_at(MONDAY, _at(minute)) - _at(minute) for minute in (0, 3, 40)]

    assert waits == [timedelta(minutes=minutes) for minutes in (1, 3, 30)]


def _plan(database: Database, *, volunteers: int, by_sms: int = 0, starts_at: datetime = TUESDAY) -> None:
    with database.write() as tx:
        session_id = make.make_session(tx, starts_at=starts_at)
        for _ in range(volunteers):
            told.tell(tx, told.make_held(tx, session_id=session_id), now=PLANNED)
        for _ in range(by_sms):
            helped.tell(tx, helped.make_told(tx, session_id), now=PLANNED)


def _at(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def _send(database: Database, post: Post, minute: int) -> dict[State, int]:
    return send_due(database, post, clock=lambda: _at(minute))


def _trouble(database: Database, *, times: int, minute: int) -> int:
    """So often in a row the mail server is of no use, tried as a worker would."""
    for _ in range(times):
        with database.write() as tx:
            this_round = Round()
            assert valves.admit(tx, Channel.MAIL, this_round, now=_at(minute)) is None
            valves.note(tx, Channel.MAIL, this_round, is_down=True, code="timeout", now=_at(minute))
    return minute


def _overview(database: Database, minute: int) -> list[ValveView]:
    with database.read() as tx:
        return queries.overview(tx, now=_at(minute))
