"""Cancelling against sending: what was taken back before it was marked as being sent is never sent."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.notices import UNDO_FOR, Kind, State
from clinic.domain.sessions import Status
from clinic.jobs.send import send_due
from clinic.models import ClinicSession, Notice
from clinic.queries import sessions
from clinic.services import notices
from tests.make import NOW
from tests.notices import mailbox, told
from tests.notices.mailbox import Mailbox
from tests.notices.told import Held

DUE: datetime = NOW + UNDO_FOR
SEED = 20261122
AT_ONCE = 8


@pytest.fixture
def server() -> Iterator[Mailbox]:
    """A kind mail server."""
    with mailbox.opened() as opened:
        yield opened


@pytest.mark.parametrize("forgets", [True, False])
def test_100_cancellations_against_two_workers_leave_nothing_stale(
    each_db: Database, server: Mailbox, *, forgets: bool
) -> None:
    _race(each_db, server, rounds=50, forgets=forgets)


@pytest.mark.soak
@pytest.mark.parametrize("forgets", [True, False])
def test_2000_cancellations_against_two_workers_leave_nothing_stale(
    each_db: Database, server: Mailbox, *, forgets: bool
) -> None:
    _race(each_db, server, rounds=2000, forgets=forgets)


def _race(database: Database, server: Mailbox, *, rounds: int, forgets: bool) -> None:
    """Cancel each session at a moment of its own while two workers send what is due about it.

    Each cancellation notes, under the session's lock, whether its notice was already on its way: only then may it have
    been sent. Without `forgets` nobody takes the notice back, and asking again alone must stop it.
    """
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    was_under_way: dict[str, bool] = {}
    for _ in range(0, rounds, AT_ONCE):
        with database.write() as tx:
            held = [told.make_held(tx) for _ in range(AT_ONCE)]
            for each in held:
                told.tell(tx, each)
        moments = [chance.uniform(0, 0.15) for _ in held]
        with ThreadPoolExecutor(2 + AT_ONCE) as crowd:
            workers = [crowd.submit(send_due, database, server.mailer(), clock=lambda: DUE) for _ in range(2)]
            cancels = [
                crowd.submit(_cancel, database, each, after, forgets=forgets)
                for each, after in zip(held, moments, strict=True)
            ]
            was_under_way |= dict(each.result() for each in cancels)
            for worker in workers:
                worker.result()
        send_due(database, server.mailer(), clock=lambda: DUE)

    sent = {mail["Message-ID"].strip("<>").partition("@")[0] for mail in server.mails}
    stale = [token for token, is_under_way in was_under_way.items() if token in sent and not is_under_way]
    assert stale == []
    assert len(was_under_way) >= rounds
    assert 0 < sum(was_under_way.values()) < len(was_under_way), "the race was won by one side alone"


def _cancel(database: Database, held: Held, after: float, *, forgets: bool) -> tuple[str, bool]:
    time.sleep(after)
    with database.write() as tx:
        session: ClinicSession = sessions.locked(tx, held.session_id)
        session.status = Status.CANCELLED
        tx.flush()
        notice = tx.scalars(select(Notice).where(Notice.about_id == held.about, Notice.kind == Kind.SHIFT_TAKEN)).one()
        if forgets:
            notices.forget(tx, [held.about])
            tx.refresh(notice)
        return notice.message_token, notice.state in (State.SENDING, State.SENT)
