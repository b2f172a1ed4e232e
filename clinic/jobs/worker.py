"""The worker: every minute it sends what is due and sweeps, until it is told to stop."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event

from clinic.db import Database, Unavailable
from clinic.jobs.send import Clock, Mailer, send_due
from clinic.jobs.sweep import sweep

EVERY = timedelta(minutes=1)
_LOG = logging.getLogger("clinic.worker")


def run(database: Database, mailer: Mailer | None, *, clock: Clock, stop: Event) -> None:
    """Work until `stop` is set; the notice in hand is seen through first. A database that is away is waited for."""
    while not stop.is_set():
        began_at = clock()
        try:
            _round(database, mailer, clock=clock, stop=stop)
        except Unavailable:
            _LOG.warning("the database cannot be reached; trying again in a minute")
        stop.wait(max((EVERY - (clock() - began_at)).total_seconds(), 0))


def _round(database: Database, mailer: Mailer | None, *, clock: Clock, stop: Event) -> None:
    done = send_due(database, mailer, clock=clock, is_stopping=stop.is_set)
    if done:
        _LOG.info("notices: %s", ", ".join(f"{count} {state}" for state, count in sorted(done.items())))
    swept = sweep(database, now=clock())
    if swept.sessions_made:
        _LOG.info("sessions made: %d", swept.sessions_made)
