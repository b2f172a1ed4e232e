"""The sweep: making sessions that are due, ending what ran out, asking the next and asking again, forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic.db import Database
from clinic.services import (
    beneficiaries,
    calls,
    decisions,
    holds,
    interpreting,
    notices,
    repeats,
    searches,
    sessions,
)


@dataclass(frozen=True)
class Swept:
    """How much was made, ended and forgotten."""

    sessions_made: int
    offers_expired: int
    holds_lapsed: int
    people_asked: int
    decisions_asked: int
    calls_dropped: int
    choices_run_out: int
    keys_forgotten: int
    notices_forgotten: int


def sweep(database: Database, *, now: datetime) -> Swept:
    """Do it all, each part in a transaction of its own. Raises `db.Unavailable`."""
    with database.write() as tx:
        made = sessions.extend(tx, now=now)
    with database.write() as tx:
        expired = interpreting.expire(tx, now=now)
    with database.write() as tx:
        lapsed = holds.expire(tx, now=now)
    with database.write() as tx:
        asked = searches.ask_next(tx, now=now)
    with database.write() as tx:
        to_decide = decisions.ask_coordinators(tx, now=now)
    with database.write() as tx:
        dropped = calls.expire(tx, now=now)
    with database.write() as tx:
        run_out = beneficiaries.ask_again(tx, now=now)
    with database.write() as tx:
        keys = repeats.forget(tx, now=now)
    with database.write() as tx:
        cleared = notices.clear(tx, now=now)
    return Swept(made, expired, lapsed, asked, to_decide, dropped, run_out, keys, cleared)
