"""The unit of work: the engine, reading, and the one writing transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

BUSY_SECONDS = 20
WAL_IS_SOUND = (3, 51, 3)


class Unavailable(Exception):
    """The database cannot be reached or read; nothing was written."""


class Busy(Unavailable):
    """The database was locked by other writers for too long; nothing was written."""


class _TakenBack(Exception):
    """Ends a rehearsal."""


class Database:
    """One engine; `read`, `write`, `rehearse` and `touch` are the only ways in."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a short reading transaction; close it before a page is rendered. Raises `Unavailable`."""
        try:
            with Session(self.engine) as tx:
                yield tx
        except OperationalError as error:
            raise Unavailable from error

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open the writing transaction: leaving the block commits all of it or nothing.

        SQLite takes its write lock at once (`BEGIN IMMEDIATE`), so that what was read still holds when it is
        written; on PostgreSQL the services lock the rows they decide on. Raises `Busy` when no
        lock was had, `Unavailable` when there is no database.
        """
        engine = self.engine.execution_options(is_writing=True)
        try:
            with Session(engine, expire_on_commit=False) as tx, tx.begin():
                yield tx
        except OperationalError as error:
            raise (Busy if is_lock_conflict(error) else Unavailable) from error

    @contextmanager
    def rehearse(self) -> Iterator[Session]:
        """Open a writing transaction that is always taken back: what would happen is seen by doing it.

        Raises what `write` raises.
        """
        with suppress(_TakenBack), self.write() as tx:
            yield tx
            raise _TakenBack

    def touch(self, work: Callable[[Session], None]) -> None:
        """Do a best-effort write beside an answer (last fetched, last seen): it never delays or fails the answer."""
        with suppress(SQLAlchemyError), Session(self.engine) as tx, tx.begin():
            tx.execute(text(_SHORT_WAIT[self.engine.dialect.name]))
            work(tx)

    def close(self) -> None:
        self.engine.dispose()


_SHORT_WAIT = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET LOCAL lock_timeout = '50ms'"}
_LOCK_NOT_HAD = {"55P03", "40P01", "40001"}  # lock_not_available, deadlock_detected, serialization_failure


def is_lock_conflict(error: OperationalError) -> bool:
    """Tell whether the database refused only because others were writing."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return getattr(error.orig, "sqlstate", None) in _LOCK_NOT_HAD


def _engine(url: str) -> Engine:
    """Make the engine; no error it raises repeats what was to be written (S52)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "checkout", _restore_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Take transaction control from the driver, and choose the durable journal for this SQLite.

    Before 3.51.3 the write-ahead log could, rarely, be corrupted: the rollback journal is used there.
    """
    connection.isolation_level = None
    journal, synchronous = ("WAL", "FULL") if sqlite3.sqlite_version_info >= WAL_IS_SOUND else ("DELETE", "EXTRA")
    kept = f"journal_mode = {journal}", f"synchronous = {synchronous}", "foreign_keys = ON"
    for pragma in (*kept, "secure_delete = ON"):  # what is forgotten is gone from the file as well (S60)
        connection.execute(f"PRAGMA {pragma}")


def _restore_sqlite(connection: sqlite3.Connection, _record: Any, _proxy: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
