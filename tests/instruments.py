"""What tests hold in their hands: a clock that stands still, and an ear at the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import event

from clinic.db import Database
from clinic.domain.idle import OF_COORDINATORS
from tests import make


class Clock:
    """The app's clock, standing still until it is set."""

    def __init__(self) -> None:
        self.now = make.NOW

    def __call__(self) -> datetime:
        return self.now

    def set(self, instant: datetime) -> None:
        """Set the instant that every request sees."""
        self.now = instant


def stay(client: FlaskClient, clock: Clock, until: datetime) -> None:
    """Let the time go by for somebody who goes on working: her page is not covered meanwhile (S33)."""
    while clock() < until:
        clock.set(min(clock() + OF_COORDINATORS, until))
        client.get("/not-there")  # takes nothing off that waits to be said


@contextmanager
def heard(database: Database) -> Iterator[list[str]]:
    """Collect the statements that go to a database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def close(database: Database) -> None:
    """Close a database, and fail the test that left a transaction open."""
    left_open = database.engine.pool.checkedout()  # type: ignore[attr-defined]
    database.close()
    assert left_open == 0, "a transaction was left open"
