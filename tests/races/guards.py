"""Taking a named guard out, for a control that must fail without it."""

from __future__ import annotations

import re
import time
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from clinic.db import Database

DAWDLE = 0.02  # seconds between reading and writing, in controls alone: it makes the gap wide enough to be hit

_LOCKS = re.compile(r" FOR (NO KEY )?UPDATE( OF \w+(, \w+)*)?( SKIP LOCKED)?|BEGIN IMMEDIATE")
_DECISIVE = (
    "INSERT INTO appointments", "INSERT INTO shifts", "UPDATE interpreter_needs SET state", "UPDATE registrations SET",
    "UPDATE searches SET",
)  # fmt: skip

Rewritten = tuple[str, Any]
_ONE_AT_A_TIME = Lock()

# What stands between two bookings of one desk, and between two places of one person, as a last net.
CONSTRAINTS = {
    "desk": {"sqlite": ["DROP INDEX uq_appointments_desk"], "postgresql": ["DROP INDEX uq_appointments_desk"]},
    "person": {
        "sqlite": [
            "ALTER TABLE occupancy RENAME TO occupancy_with_key",
            "CREATE TABLE occupancy AS SELECT * FROM occupancy_with_key WHERE false",
        ],
        "postgresql": ["ALTER TABLE occupancy DROP CONSTRAINT pk_occupancy"],
    },
    "acceptance": {"sqlite": ["DROP INDEX uq_offers_accepted"], "postgresql": ["DROP INDEX uq_offers_accepted"]},
    "stand_in": {
        "sqlite": [
            "ALTER TABLE asks RENAME TO asks_with_key",
            "CREATE TABLE asks AS SELECT * FROM asks_with_key WHERE false",
        ],
        "postgresql": ["ALTER TABLE asks DROP CONSTRAINT uq_asks_search_id_place"],
    },
    "claim": {
        "sqlite": [
            "ALTER TABLE repeats RENAME TO repeats_with_key",
            "CREATE TABLE repeats AS SELECT * FROM repeats_with_key WHERE false",
        ],
        "postgresql": ["ALTER TABLE repeats DROP CONSTRAINT pk_repeats"],
    },
    "seat": {
        "sqlite": [
            "ALTER TABLE registrations RENAME TO registrations_with_key",
            "CREATE TABLE registrations AS SELECT * FROM registrations_with_key WHERE false",
        ],
        "postgresql": ["ALTER TABLE registrations DROP CONSTRAINT uq_registrations_session_id_seat"],
    },
}


def take_lock_out(engine: Engine) -> None:
    """Let transactions decide on what they did not lock; doing so twice is the same as once."""
    with _ONE_AT_A_TIME:
        if not event.contains(engine, "before_cursor_execute", _without_lock):
            event.listen(engine, "before_cursor_execute", _without_lock, retval=True)


def put_lock_back(engine: Engine) -> None:
    """Take and keep locks again."""
    with _ONE_AT_A_TIME:
        if event.contains(engine, "before_cursor_execute", _without_lock):
            event.remove(engine, "before_cursor_execute", _without_lock)


def take_hold_out(engine: Engine) -> None:
    """Let those who were beaten keep the hold without which nobody can accept; doing so twice is the same as once."""
    with _ONE_AT_A_TIME:
        if not event.contains(engine, "before_cursor_execute", _without_release):
            event.listen(engine, "before_cursor_execute", _without_release, retval=True)


def drop_constraint(database: Database, which: str) -> None:
    """Remove the last net from this database, for good."""
    with database.engine.execution_options(is_writing=True).begin() as connection:
        for statement in CONSTRAINTS[which][database.engine.dialect.name]:
            connection.execute(text(statement))


def _without_lock(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> Rewritten:
    """PostgreSQL: no row locks. SQLite: no transaction around a request, since there the transaction is the lock; each
    statement stands for itself, as with the driver's own settings."""
    if statement.startswith(_DECISIVE):
        time.sleep(DAWDLE)
    return _LOCKS.sub("", statement), parameters


def _without_release(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> Rewritten:
    is_release = statement.startswith("DELETE FROM occupancy WHERE occupancy.holder IN")
    return f"{statement} AND 1 = 0" if is_release else statement, parameters
