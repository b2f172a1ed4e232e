"""The worker: every minute it sends what is due and sweeps, until it is told to stop."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event

from clinic.db import Busy, Database, Unavailable
from clinic.jobs import watch
from clinic.jobs.post import Post
from clinic.jobs.send import Clock, send_due
from clinic.jobs.sweep import sweep
from clinic.jobs.watch import Look, Steady

EVERY = timedelta(minutes=1)
_SOON = timedelta(seconds=1)
_LOG = logging.getLogger("clinic.worker")


def run(
    database: Database, post: Post, *, clock: Clock, stop: Event, steady: Steady = watch.seconds_of_machine
) -> None:
    """Work until `stop` is set; the notice in hand is seen through first. A database that is away is waited for.

    `steady` counts seconds and cannot be set: by it the rounds are spaced, and the clock is judged.
    """
    seen: Look | None = None
    while not stop.is_set():
        began, pause = steady(), EVERY
        try:
            seen = watch.look(database, seen, clock=clock, steady=steady)
            _round(database, post, seen, clock=clock, stop=stop, steady=steady)
        except Busy:
            _LOG.warning("the database was busy; trying again at once")
            pause = _SOON
        except Unavailable:
            _LOG.warning("the database cannot be reached; trying again in a minute")
        stop.wait(max(pause.total_seconds() - (steady() - began), 0))


def _round(database: Database, post: Post, seen: Look, *, clock: Clock, stop: Event, steady: Steady) -> None:
    def is_stopping() -> bool:
        return stop.is_set() or watch.is_off(seen, clock=clock, steady=steady)

    done = send_due(database, post, clock=clock, is_stopping=is_stopping)
    if done:
        _LOG.info("notices: %s", ", ".join(f"{count} {state}" for state, count in sorted(done.items())))
    swept = sweep(database, now=clock())
    if swept.sessions_made:
        _LOG.info("sessions made: %d", swept.sessions_made)
