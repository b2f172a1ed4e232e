"""Sending what is due, one notice at a time, each step in a transaction of its own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clinic.db import Database
from clinic.domain.notices import State
from clinic.notices import mail, smtp, words
from clinic.notices.smtp import Delivery
from clinic.queries.outbox import Letter
from clinic.services import outbox
from clinic.services.outbox import Claim, Fate
from clinic.settings import MailServer

Clock = Callable[[], datetime]
_LOG = logging.getLogger("clinic.notices")


@dataclass(frozen=True)
class Mailer:
    """The mail server, the sender's address, and how many seconds the server may take for an answer."""

    server: MailServer
    sender: str
    patience: float = smtp.PATIENCE


def send_due(
    database: Database, mailer: Mailer | None, *, clock: Clock, is_stopping: Callable[[], bool] = lambda: False
) -> Counter[State]:
    """Send all that is due, and count what became of it; without a mail server only what is too late is ended.

    When the server is down the rest waits for the next round. Raises `db.Unavailable`; what was done stays done.
    """
    done: Counter[State] = Counter()
    with database.write() as tx:
        done[State.EXPIRED] += outbox.expire(tx, now=clock())
    while mailer and not is_stopping():
        with database.write() as tx:
            claimed = outbox.claim(tx, now=clock())
        if claimed is None:
            break
        if isinstance(claimed, State):
            done[claimed] += 1
            continue
        delivery = _send_one(database, mailer, claimed, clock=clock, done=done)
        if delivery and delivery.is_down:
            break
    return +done


def _send_one(
    database: Database, mailer: Mailer, claimed: Claim, *, clock: Clock, done: Counter[State]
) -> Delivery | None:
    """Send one claimed notice. No transaction is open while the mail server is waited for."""
    with database.write() as tx:
        letter = outbox.begin(tx, claimed, now=clock())
    if letter is None:
        return None
    delivery = _deliver(letter, mailer, now=clock())
    with database.write() as tx:
        state = outbox.settle(tx, claimed, delivery.fate, delivery.code, now=clock())
    if state:
        done[state] += 1
    if delivery.code:
        _LOG.warning("notice %s: %s", letter.notice_id, delivery.code)
    return delivery


def _deliver(letter: Letter, mailer: Mailer, *, now: datetime) -> Delivery:
    try:
        composed = mail.compose(
            letter.facts,
            message_token=letter.message_token,
            sender=mailer.sender,
            address=letter.address,
            now=now,
        )
    except words.Unspeakable:
        return Delivery(Fate.REFUSED, "words")
    except ValueError:
        return Delivery(Fate.REFUSED, "address")
    return smtp.deliver(composed, mailer.server, patience=mailer.patience)
