"""Sending what is due, one notice at a time, each step in a transaction of its own."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from clinic.db import Database, Unavailable
from clinic.domain.contacts import WRITTEN
from clinic.domain.notices import State
from clinic.domain.valves import Shut, Why
from clinic.jobs import post as ways_out
from clinic.jobs.post import DRY, HandOver, Post
from clinic.notices.smtp import Delivery
from clinic.queries.outbox import Letter
from clinic.services import outbox, valves
from clinic.services.outbox import Claim
from clinic.services.valves import Round

Clock = Callable[[], datetime]
_Result = TypeVar("_Result")
_TRIES, _PAUSE = 5, 1.0  # what is known of a message is worth some seconds of trying to write it down
_LOG = logging.getLogger("clinic.notices")


def send_due(
    database: Database, post: Post, *, clock: Clock, is_stopping: Callable[[], bool] = lambda: False
) -> Counter[State]:
    """Send all that is due, and count what became of it; what nobody serves waits, and what is too late is ended.

    A server in trouble is left alone for the rest of the round. Raises `db.Unavailable`; what was done stays done.
    """
    done: Counter[State] = Counter()
    _end_what_is_late(database, clock, done)
    this_round = Round({each: Shut(Why.NO_CHANNEL) for each in WRITTEN if each not in post.served})
    with ways_out.opened(post) as hand_over:
        turn = _Turn(database, hand_over, this_round, clock, is_stopping, done)
        claimed = turn.claim()
        while claimed:
            claimed = turn.see_through(claimed) or turn.claim()
    _say_what_is_shut(this_round)
    return +done


def _end_what_is_late(database: Database, clock: Clock, done: Counter[State]) -> None:
    with database.write() as tx:
        done[State.EXPIRED] += outbox.expire(tx, now=clock())
    while True:
        with database.write() as tx:
            ended = outbox.expire_change(tx, now=clock())
        if ended is None:
            return
        done[ended] += 1


@dataclass(frozen=True)
class _Turn:
    """One worker's round: what it works with, and what became of what it did so far."""

    database: Database
    hand_over: HandOver
    this_round: Round
    clock: Clock
    is_stopping: Callable[[], bool]
    done: Counter[State]

    def claim(self) -> Claim | None:
        """Claim the next one, unless this round is over."""
        return _write(self.database, self._claim)

    def see_through(self, claimed: Claim) -> Claim | None:
        """Send one claimed notice; return the next one, if it was claimed along with noting what became of this one.

        What is wrong with one alone must not stop the others: its lease ends, and it is tried again.
        """
        try:
            begun = _write(self.database, lambda tx: outbox.begin(tx, claimed, self.this_round, now=self.clock()))
            if isinstance(begun, Letter):
                return self._send(claimed, begun)
            self._count(begun)
        except Unavailable:
            raise
        except Exception as error:  # logged by its kind alone: its text may hold what was read
            _LOG.error("notice %s: %s", claimed.notice_id, type(error).__name__)
        return None

    def _send(self, claimed: Claim, letter: Letter) -> Claim | None:
        """Hand one letter over and note what became of it; no transaction is open while a server is waited for."""
        delivery = self.hand_over(letter, self.clock())
        if delivery.code not in (None, DRY):
            _LOG.warning("notice %s: %s", letter.notice_id, delivery.code)

        def settle(tx: Session) -> tuple[State | None, Claim | None]:
            return _settle(tx, claimed, letter, delivery, self.this_round, self.clock()), self._claim(tx)

        state, following = _write(self.database, settle)
        self._count(state)
        return following

    def _claim(self, tx: Session) -> Claim | None:
        if self.this_round.is_over or self.is_stopping():
            return None
        return outbox.claim(tx, now=self.clock())

    def _count(self, state: State | None) -> None:
        if state:
            self.done[state] += 1


def _settle(
    tx: Session, claimed: Claim, letter: Letter, delivery: Delivery, this_round: Round, now: datetime
) -> State | None:
    state = outbox.settle(tx, claimed, delivery.fate, delivery.code, now=now)
    channel = letter.facts.voice.channel
    valves.note(tx, channel, this_round, is_down=delivery.is_down, code=delivery.code, now=now)
    return state


def _write(database: Database, work: Callable[[Session], _Result]) -> _Result:
    """Do this in a transaction, again if others were in the way or the database was gone for some seconds."""
    for _ in range(_TRIES - 1):
        try:
            with database.write() as tx:
                return work(tx)
        except Unavailable:
            time.sleep(_PAUSE)
    with database.write() as tx:
        return work(tx)


def _say_what_is_shut(this_round: Round) -> None:
    for channel, shut in this_round.shut.items():
        if shut.why is not Why.NO_CHANNEL:
            _LOG.warning("%s: nothing goes (%s)", channel, shut.why)
