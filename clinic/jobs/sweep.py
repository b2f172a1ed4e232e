"""The sweep: making the sessions that are due, ending offers that ran out, forgetting what is no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic.db import Database
from clinic.services import interpreting, notices, repeats, sessions


@dataclass(frozen=True)
class Swept:
    """How much was made, ended and forgotten."""

    sessions_made: int
    offers_expired: int
    keys_forgotten: int
    notices_forgotten: int


def sweep(database: Database, *, now: datetime) -> Swept:
    """Do it all, each part in a transaction of its own. Raises `db.Unavailable`."""
    with database.write() as tx:
        made = sessions.extend(tx, now=now)
    with database.write() as tx:
        expired = interpreting.expire(tx, now=now)
    with database.write() as tx:
        keys = repeats.forget(tx, now=now)
    with database.write() as tx:
        cleared = notices.clear(tx, now=now)
    return Swept(made, expired, keys, cleared)
