"""Workers, cancellations, new choices and releases at once: nobody waits in a circle, and nothing is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from clinic.db import Busy, Database
from clinic.domain.contacts import Channel, Choice
from clinic.domain.notices import UNDER_WAY, Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.domain.valves import Hold
from clinic.jobs.send import send_due
from clinic.models import ContactTask, Notice
from clinic.services import contacts, programme, valves
from tests import make
from tests.jobs import helped
from tests.jobs.helped import Told
from tests.notices import told
from tests.notices.gateway import Gateway
from tests.notices.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PLANNED, TUESDAY = MONDAY - timedelta(minutes=10), MONDAY + timedelta(days=1)
SEED = 20261122
SESSIONS, WORKERS = 6, 4


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """A gateway of which nobody knows what it did."""
    gateway.status = 500
    return gateway


def test_S75_all_at_once_nobody_waits_in_a_circle(each_db: Database, server: Mailbox, gateway: Gateway) -> None:
    boss, every = _plan(each_db)
    post = replace(server.mailer(), gateway=gateway.settings())
    busy: list[str] = []

    with ThreadPoolExecutor(WORKERS + 4) as crowd:
        for number in range(WORKERS):
            crowd.submit(_again_and_again, busy, number, lambda: send_due(each_db, post, clock=lambda: MONDAY))
        crowd.submit(_again_and_again, busy, 10, lambda: _hold_and_release(each_db, boss))
        crowd.submit(_each, busy, 11, [lambda its=each: _cancel(each_db, its.session_id, boss) for each in every[::4]])  # type: ignore[misc]
        crowd.submit(_each, busy, 12, [lambda her=each: _choose_nothing(each_db, her) for each in every[::3]])  # type: ignore[misc]
    gateway.status = 202
    for minute in (40, 80, 120):
        send_due(each_db, post, clock=lambda at=minute: MONDAY + timedelta(minutes=at))  # type: ignore[misc]

    assert busy == []
    with each_db.read() as tx:
        rows = tx.scalars(select(Notice).where(Notice.kind != Kind.ATTENTION)).all()
        tasks = tx.scalars(select(ContactTask.notice_id)).all()
    unsure = {each.id for each in rows if each.state is State.UNCONFIRMED}
    assert [each.code for each in rows if each.state in UNDER_WAY and each.due_at <= MONDAY] == []
    assert unsure <= set(tasks)
    ids = [request.payload["id"] for request in gateway.requests]
    assert len(ids) == len(set(ids)) > 0


def _plan(database: Database) -> tuple[SignedIn, list[Told]]:
    """Sessions with a crew and with people who are helped by mail and by SMS; all are to be told something."""
    every = []
    with database.write() as tx:
        boss = make.make_person(tx, Role.COORDINATOR)
        make.give_address(tx, boss.id)
        for _ in range(SESSIONS):
            session_id = make.make_session(tx, starts_at=TUESDAY)
            for _ in range(3):
                told.tell(tx, told.make_held(tx, session_id=session_id), now=PLANNED)
            for channel in (Channel.MAIL, Channel.SMS, Channel.MAIL, Channel.SMS):
                every.append(helped.make_told(tx, session_id, channel))
                helped.tell(tx, every[-1], now=PLANNED)
    return boss, every


def _again_and_again(busy: list[str], seed: int, work: Callable[[], object]) -> None:
    _each(busy, seed, [work] * 8)


def _each(busy: list[str], seed: int, works: list[Callable[[], object]]) -> None:
    """Do one after another, with pauses by chance; note each time that the database had no lock to give."""
    chance = random.Random(SEED + seed)  # noqa: S311 (no secret)
    for work in works:
        time.sleep(chance.uniform(0, 0.08))
        try:
            work()
        except Busy:
            busy.append(str(seed))
        except Exception as error:
            busy.append(f"{seed}: {error!r}")
            raise


def _cancel(database: Database, session_id: str, boss: SignedIn) -> None:
    with database.write() as tx:
        programme.cancel(tx, session_id, CancelReason.WEATHER, by=boss, now=PLANNED)


def _choose_nothing(database: Database, her: Told) -> None:
    with database.write() as tx:
        contacts.choose(tx, her.helped, Choice(Channel.NONE), now=MONDAY)


def _hold_and_release(database: Database, boss: SignedIn) -> None:
    with database.write() as tx:
        valves.hold_all(tx, Hold.FLOOD, now=MONDAY)
    with database.write() as tx:
        for channel in (Channel.MAIL, Channel.SMS):
            valves.release(tx, channel, by=boss, now=MONDAY)
