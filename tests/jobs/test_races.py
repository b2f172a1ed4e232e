"""Cancelling against sending: what was taken back before it was marked as being sent is never sent."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from time import sleep

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.contacts import Channel, Hours
from clinic.domain.notices import State
from clinic.domain.sessions import Status
from clinic.domain.timing import UNDO_FOR
from clinic.jobs.send import send_due
from clinic.models import ClinicSession, Notice
from clinic.queries import sessions
from clinic.services import notices
from tests import make
from tests.jobs import helped
from tests.jobs.helped import Told
from tests.make import NOW
from tests.notices import told
from tests.notices.mailbox import Mailbox
from tests.notices.told import Held

DUE: datetime = NOW + UNDO_FOR
TOMORROW = NOW + timedelta(days=1)
ALWAYS = Hours(time(8), time(20), rest_days=True)
SEED = 20261122
AT_ONCE = 8


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
            held = [_planned(tx, is_helped=bool(number % 2)) for number in range(AT_ONCE)]
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


def _planned(tx: Session, *, is_helped: bool) -> Held | Told:
    """One of the crew, or one who is helped, of a session of her own; she is to be told of what she has there."""
    if not is_helped:
        held = told.make_held(tx, starts_at=TOMORROW)
        told.tell(tx, held)
        return held
    her = helped.make_told(tx, make.make_session(tx, starts_at=TOMORROW), Channel.MAIL, hours=ALWAYS)
    helped.tell(tx, her)
    return her


def _cancel(database: Database, held: Held | Told, after: float, *, forgets: bool) -> tuple[str, bool]:
    sleep(after)
    with database.write() as tx:
        session: ClinicSession = sessions.locked(tx, held.session_id)
        session.status = Status.CANCELLED
        tx.flush()
        notice = tx.scalars(select(Notice).where(Notice.about_id == held.about)).one()
        if forgets:
            notices.forget(tx, [held.about])
            tx.refresh(notice)
        return notice.message_token, notice.state in (State.SENDING, State.SENT)
