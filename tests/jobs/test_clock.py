"""A clock that cannot be trusted: everything is held, because late means never and early would be wrong."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.contacts import Channel
from clinic.domain.people import Role
from clinic.domain.valves import Hold
from clinic.jobs import worker
from clinic.models import AuditEntry, Valve
from clinic.services import valves
from tests import make
from tests.make import NOW
from tests.notices import told
from tests.notices.mailbox import Mailbox

DUE = NOW + timedelta(minutes=5)


class Hours(threading.Event):
    """Lets a worker do as many rounds as there are moments, each by the clock and by the count of its machine."""

    def __init__(self, *moments: tuple[datetime, float]) -> None:
        super().__init__()
        self.moments = list(moments)
        self.waited: list[float] = []

    def clock(self) -> datetime:
        return self.moments[0][0]

    def steady(self) -> float:
        return self.moments[0][1]

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        if len(self.moments) == 1:
            self.set()
        else:
            self.moments.pop(0)
        return self.is_set()


def test_a_clock_that_jumps_ahead_of_the_machine_holds_everything(
    db: Database, server: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    _plan(db)

    _work(db, server, (NOW, 0), (NOW + timedelta(days=1), 60), (NOW + timedelta(days=1, minutes=1), 120))

    assert server.mails == []
    assert _held(db) == [Hold.CLOCK, Hold.CLOCK]
    with db.read() as tx:
        acts = tx.execute(select(AuditEntry.action, AuditEntry.object_id, AuditEntry.reason)).all()
    assert sorted(acts) == [("valve.hold", "mail", "clock"), ("valve.hold", "sms", "clock")]
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR] == [
        "the clock of this machine cannot be trusted: nothing goes until a coordinator releases it"
    ]


def test_a_clock_behind_what_another_worker_saw_holds_everything(db: Database, server: Mailbox) -> None:
    _plan(db)
    _work(db, server, (DUE - timedelta(minutes=1), 0))

    _work(db, server, (DUE - timedelta(hours=1), 0))

    assert _held(db) == [Hold.CLOCK, Hold.CLOCK]


def test_a_machine_that_slept_or_was_slow_is_trusted(db: Database, server: Mailbox) -> None:
    _plan(db)

    _work(db, server, (NOW, 0), (NOW + timedelta(hours=2), 7200), (NOW + timedelta(hours=2, minutes=4), 7260))

    assert _held(db) == [None, None]
    assert len(server.mails) == 1


def test_once_released_the_time_of_then_is_believed(db: Database, server: Mailbox) -> None:
    _plan(db)
    _work(db, server, (NOW + timedelta(days=300), 0))
    _work(db, server, (NOW, 0))
    with db.write() as tx:
        boss = make.make_person(tx, Role.COORDINATOR)
        for each in (Channel.MAIL, Channel.SMS):
            valves.release(tx, each, by=boss, now=NOW)

    _work(db, server, (DUE, 0))

    assert _held(db) == [None, None]


def test_a_clock_unlike_that_of_postgresql_holds_everything(each_db: Database, server: Mailbox) -> None:
    _plan(each_db)

    _work(each_db, server, (DUE, 0))

    is_shared = each_db.engine.dialect.name == "postgresql"
    assert _held(each_db) == ([Hold.CLOCK] * 2 if is_shared else [None] * 2)


def test_a_clock_that_is_right_is_trusted(each_db: Database, server: Mailbox) -> None:
    stop = Hours((NOW, 0))

    worker.run(each_db, server.mailer(), clock=lambda: datetime.now(UTC), stop=stop, steady=stop.steady)

    assert _held(each_db) == [None, None]


def test_rounds_are_spaced_by_the_machine_whatever_the_clock_says(db: Database, server: Mailbox) -> None:
    hours = Hours((NOW, 0), (NOW - timedelta(days=2), 60), (NOW + timedelta(days=2), 120))

    worker.run(db, server.mailer(), clock=hours.clock, stop=hours, steady=hours.steady)

    assert hours.waited == [60.0, 60.0, 60.0]


def _plan(database: Database) -> None:
    with database.write() as tx:
        told.tell(tx, told.make_held(tx))


def _work(database: Database, server: Mailbox, *moments: tuple[datetime, float]) -> None:
    hours = Hours(*moments)
    worker.run(database, server.mailer(), clock=hours.clock, stop=hours, steady=hours.steady)


def _held(database: Database) -> list[Hold | None]:
    with database.read() as tx:
        return list(tx.scalars(select(Valve.held).order_by(Valve.channel)))
