"""What tests hold in their hands: a clock that stands still, and an ear at the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import event

from clinic.db import Database
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
