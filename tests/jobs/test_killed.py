"""Workers killed among many notices: nothing is lost, and nothing is said twice but under the same name."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.jobs.send import send_due
from clinic.models import Notice
from tests.house.sources import ROOT
from tests.jobs.killed import ONE_LEASE
from tests.make import NOW
from tests.notices import mailbox, told
from tests.notices.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # in the hours of members
SEED = 20261122


@pytest.fixture
def server() -> Iterator[Mailbox]:
    """A kind mail server."""
    with mailbox.opened() as opened:
        yield opened


def test_S75_workers_killed_among_notices_lose_none(each_url: str, server: Mailbox) -> None:
    _kill_among(each_url, server, volunteers=24, members=8, kills=4)


@pytest.mark.soak
def test_S75_50_workers_killed_among_500_notices_lose_none(each_url: str, server: Mailbox) -> None:
    _kill_among(each_url, server, volunteers=400, members=100, kills=50)


def _kill_among(url: str, server: Mailbox, *, volunteers: int, members: int, kills: int) -> None:
    """Kill one worker after another, then let the last one finish; the clock goes on by one lease each time."""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    server.seconds_to_answer = 0.01
    database = Database(url)
    _plan(database, volunteers, members)
    now, killed = MONDAY, 0
    for _ in range(kills):
        killed += _run_and_kill(url, server.port, now, after=chance.uniform(0, 0.25))
        now += ONE_LEASE
    server.seconds_to_answer = 0.0
    for _ in range(3):
        send_due(database, server.mailer(), clock=lambda at=now: at)  # type: ignore[misc]
        now += ONE_LEASE

    states = _states(database)
    database.close()
    names = Counter(mail["Message-ID"].strip("<>").partition("@")[0] for mail in server.mails)

    assert killed > 0
    assert {state for state, _ in states.values()} <= {State.SENT, State.UNCONFIRMED}
    assert len(states) == volunteers + members
    for name, (state, is_member) in states.items():
        assert state is State.SENT or is_member
        assert names[name] >= 1 or state is State.UNCONFIRMED
        assert names[name] <= 1 or not is_member
    assert sum(names.values()) - len(names) <= kills
    assert sum(state is State.UNCONFIRMED for state, _ in states.values()) <= kills


def _plan(database: Database, volunteers: int, members: int) -> None:
    with database.write() as tx:
        session_id = told.make_held(tx).session_id
        for _ in range(volunteers):
            told.tell(tx, told.make_held(tx, session_id=session_id), now=NOW)
        for _ in range(members):
            member = told.make_held(tx, role=Role.MEMBER, session_id=session_id)
            told.choose_mail(tx, member)
            told.tell(tx, member, Kind.REGISTERED, now=NOW)
        for notice in tx.scalars(select(Notice)):
            notice.valid_until = MONDAY.replace(hour=16, minute=59)


def _run_and_kill(url: str, port: int, now: datetime, *, after: float) -> int:
    command = [sys.executable, "-m", "tests.jobs.killed", url, str(port), now.isoformat()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        time.sleep(after)
        worker.kill()
        return int(worker.wait() != 0)


def _states(database: Database) -> dict[str, tuple[State, bool]]:
    with database.read() as tx:
        rows = tx.execute(select(Notice.message_token, Notice.state, Notice.kind))
        return {token: (state, kind is Kind.REGISTERED) for token, state, kind in rows}
