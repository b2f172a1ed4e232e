"""What came differently: a session moved, sessions called off, one that runs with fewer people."""

from __future__ import annotations

from datetime import time, timedelta

from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.sessions import CancelReason
from clinic.domain.times import local_date, span
from clinic.queries import crews
from clinic.services import decisions, programme
from clinic.services.programme import MoveWish


def make_all(stage: Stage, made: Made) -> None:
    """Move a Friday to Thursday afternoon, whose crew has to confirm; call off a bus for a storm, and one to come; let
    another run with fewer people."""
    for session in made.law_access.coming[3:4]:
        thursday = local_date(session.starts_at) - timedelta(days=1)
        wish = MoveWish(*span(thursday, time(14, 0), time(17, 0)), session.place_id)
        programme.move(stage.tx, session.id, wish, leaving=frozenset(), by=stage.coordinator, now=stage.now)
    for session in made.bus.past[:1]:
        at = stage.before(session, 1)
        programme.cancel(stage.tx, session.id, CancelReason.WEATHER, by=stage.coordinator, now=at)
    for session in made.bus.coming[1:2]:
        programme.cancel(stage.tx, session.id, CancelReason.TRANSPORT, by=stage.coordinator, now=stage.now)
    for session in made.bus.coming[2:3]:
        missing = crews.shortfalls(stage.tx, [session.id], now=stage.now)[session.id]
        decisions.run_short(stage.tx, session.id, shortfall=missing, by=stage.coordinator, now=stage.now)
