"""Workers killed among many notices: nothing is lost, and nothing is said twice but under the same name."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.contacts import Channel
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.jobs.send import send_due
from clinic.models import ContactTask, Notice
from tests import make
from tests.house.sources import ROOT
from tests.jobs import evidence, helped
from tests.jobs.killed import ANYWHERE, ONE_LEASE, POINTS
from tests.notices import gateway as gateways
from tests.notices import mailbox, told
from tests.notices.gateway import Gateway
from tests.notices.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # in the hours of those who are helped
PLANNED, TUESDAY = MONDAY - timedelta(minutes=10), MONDAY + timedelta(days=1)
SEED = 20261122
WORKERS = 8


@dataclass(frozen=True)
class Outside:
    """A mail server and a gateway that count what they are handed."""

    server: Mailbox
    gateway: Gateway


@pytest.fixture
def outside() -> Iterator[Outside]:
    """Both are kind."""
    with mailbox.opened() as server, gateways.opened() as gateway:
        yield Outside(server, gateway)


@dataclass(frozen=True)
class Many:
    """How many there are of whom, by which channel, and how many workers are killed among them."""

    volunteers: int
    members: int
    helped_by_mail: int
    helped_by_sms: int
    kills: int

    @property
    def notices(self) -> int:
        return self.volunteers + self.members + self.helped_by_mail + self.helped_by_sms


def test_S75_workers_killed_among_notices_lose_none(each_url: str, outside: Outside) -> None:
    _kill_among(each_url, outside, Many(16, 4, 8, 14, kills=10))


@pytest.mark.soak
def test_S75_300_workers_killed_among_2000_notices_lose_none(each_url: str, outside: Outside) -> None:
    engine = each_url.partition(":")[0].partition("+")[0]

    evidence.keep(engine, _kill_among(each_url, outside, Many(900, 100, 300, 700, kills=300)))


def _kill_among(url: str, outside: Outside, many: Many) -> str:
    """Kill eight workers at a time, each at a point of its own; then let one finish what they left."""
    database = Database(url)
    _plan(database, many)
    now, killed = _kill(url, outside, many.kills)
    post = replace(outside.server.mailer(), gateway=outside.gateway.settings())
    for _ in range(3):
        send_due(database, post, clock=lambda at=now: at)  # type: ignore[misc]
        now += ONE_LEASE
    rows = _rows(database)
    with database.read() as tx:
        tasks = tx.scalars(select(ContactTask.notice_id)).all()
    database.close()
    said = Counter(mail["Message-ID"].strip("<>").partition("@")[0] for mail in outside.server.mails)
    said.update(request.payload["id"] for request in outside.gateway.requests)

    at_work = {each.message_token for each in rows if each.kind is Kind.SHIFT_TAKEN}
    unsure = [each for each in rows if each.state is State.UNCONFIRMED]
    lost = [each for each in rows if not said[each.message_token] and each.state is not State.UNCONFIRMED]
    doubled = [name for name, times in said.items() if times > 1]
    assert killed == many.kills
    assert len(rows) == many.notices
    assert {each.state for each in rows} <= {State.SENT, State.UNCONFIRMED}
    assert lost == []
    assert set(doubled) <= at_work
    assert not at_work & {each.message_token for each in unsure}
    assert sum(said.values()) - len(said) + len(unsure) <= killed
    assert {each.id for each in unsure} == set(tasks)
    assert {each.went_by for each in rows} == {Channel.MAIL, Channel.SMS}
    return (
        f"{killed} kills among {len(rows)} notices ({many.volunteers} volunteers, {many.members} members,"
        f" {many.helped_by_mail} helped by mail, {many.helped_by_sms} by SMS): {len(lost)} lost,"
        f" {len(set(doubled) - at_work)} doubled to members and those helped, {len(doubled)} mails to volunteers"
        f" doubled under the same Message-ID, {len(unsure)} unconfirmed with a task each"
    )


def _plan(database: Database, many: Many) -> None:
    with database.write() as tx:
        session_id = make.make_session(tx, starts_at=TUESDAY)
        for _ in range(many.volunteers):
            told.tell(tx, told.make_held(tx, session_id=session_id), now=PLANNED)
        for _ in range(many.members):
            member = told.make_held(tx, role=Role.MEMBER, session_id=session_id)
            told.choose_mail(tx, member)
            told.tell(tx, member, Kind.REMINDER, now=PLANNED)
        make.make_person(tx, Role.COORDINATOR)
        mediator_id = make.make_person(tx, Role.MEDIATOR).id
        for channel in [Channel.MAIL] * many.helped_by_mail + [Channel.SMS] * many.helped_by_sms:
            helped.tell(tx, helped.make_told(tx, session_id, channel, mediator_id=mediator_id), now=PLANNED)


def _kill(url: str, outside: Outside, kills: int) -> tuple[datetime, int]:
    """The clock goes on by one lease after each eight; the time at the end, and how many died."""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    now, killed = MONDAY, 0
    ports = [str(outside.server.port), str(outside.gateway.port)]
    command = [sys.executable, "-m", "tests.jobs.killed", url, *ports]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as mother:
        assert mother.stdin
        assert mother.stdout
        while killed < kills:
            wanted = [_death(chance) for _ in range(min(WORKERS, kills - killed))]
            mother.stdin.write(f"{json.dumps([now.isoformat(), wanted])}\n")
            mother.stdin.flush()
            killed += int(mother.stdout.readline())
            now += ONE_LEASE
            assert now < TUESDAY, "there were too few notices for so many kills"
        mother.stdin.close()
    return now, killed


def _death(chance: random.Random) -> tuple[str, float]:
    point = chance.choice(POINTS)
    return point, chance.uniform(0, 0.1) if point == ANYWHERE else chance.randint(1, 3)


def _rows(database: Database) -> list[Notice]:
    with database.read() as tx:
        return list(tx.scalars(select(Notice).where(Notice.kind != Kind.ATTENTION)))
