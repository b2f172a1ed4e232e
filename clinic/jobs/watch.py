"""Watching the clock: nothing is sent by a clock that cannot be trusted, because late means never."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.db import Database
from clinic.domain.valves import Hold, has_jumped
from clinic.queries import valves as queries
from clinic.services import valves

Clock = Callable[[], datetime]
Steady = Callable[[], float]
_LOG = logging.getLogger("clinic.notices")


@dataclass(frozen=True)
class Look:
    """What the clock showed, and how many seconds the machine had counted then."""

    at: datetime
    steady: float


def seconds_of_machine() -> float:
    """How long this machine has run, in seconds, its sleep included where that is known; nobody sets this clock."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def look(database: Database, before: Look | None, *, clock: Clock, steady: Steady) -> Look:
    """Look at the clock; if it cannot be trusted, hold everything until a coordinator says so.

    Raises `db.Unavailable`.
    """
    now = Look(clock(), steady())
    last = before or now
    passed = {"wall": now.at - last.at, "steady": timedelta(seconds=now.steady - last.steady)}
    with database.read() as tx:
        is_wrong = queries.is_clock_wrong(tx, now.at, **passed)
    if not is_wrong:
        database.touch(lambda tx: valves.saw(tx, now=now.at))
        return now
    with database.write() as tx:
        is_new = valves.hold_all(tx, Hold.CLOCK, now=now.at)
    if is_new:
        _LOG.error("the clock of this machine cannot be trusted: nothing goes until a coordinator releases it")
    return now


def is_off(since: Look, *, clock: Clock, steady: Steady) -> bool:
    """Whether the clock jumped since that look."""
    ran = timedelta(seconds=steady() - since.steady)
    return has_jumped(clock(), None, wall=clock() - since.at, steady=ran)
