"""Bringing the tables of a database up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from clinic.db import Database
from clinic.keys import CannotOpen
from clinic.models import KeyProof, sealed
from clinic.paths import beside

_LOCK = 0x6D697374  # any number, the same for all who migrate
_VERSIONS = "alembic_version"


class OtherDatabase(Exception):
    """The database holds tables that are not ours."""


class OtherKeys(Exception):
    """The keys in use are not those that the database was made with."""


def upgrade(database: Database, *, to: str = "head") -> None:
    """Go up to a revision, the newest unless one is named; all or nothing. Raises `OtherDatabase`, `OtherKeys`."""
    with _migrating(database) as connection:
        tables = inspect(connection).get_table_names()
        if tables and _VERSIONS not in tables:
            raise OtherDatabase
        _is_unproven(connection)
        command.upgrade(_config(connection=connection), to)
        if _is_unproven(connection):
            connection.execute(insert(KeyProof).values(id=1, proof=sealed.proof()))


def downgrade(database: Database, *, to: str) -> None:
    """Go back down to a revision (`base`: no tables at all); what the later ones held is lost."""
    with _migrating(database) as connection:
        command.downgrade(_config(connection=connection), to)


def is_current(database: Database) -> bool:
    """Tell whether the tables are those this program needs."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head()


def check_keys(database: Database) -> None:
    """Raise `OtherKeys` when the database was made with others than those in use."""
    with database.engine.connect() as connection:
        _is_unproven(connection)


def head() -> str | None:
    """The newest revision this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _is_unproven(connection: Connection) -> bool:
    """Tell whether the proof of the keys is still to be written (S50). Raises `OtherKeys`."""
    if not inspect(connection).has_table(KeyProof.__tablename__):
        return False
    try:
        proof = connection.scalar(select(KeyProof.proof))
    except CannotOpen:
        raise OtherKeys from None
    if proof not in (None, sealed.proof()):
        raise OtherKeys
    return proof is None


def _config(**attributes: Any) -> Config:
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(beside("migrations")).replace("%", "%%"))
    return config


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """Open the one transaction of a migration; a second `clinic migrate` at the same time waits for its end."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    with database.engine.execution_options(is_writing=True).connect() as connection:
        try:
            _enforce_references(connection, is_sqlite=is_sqlite, on=False)
            with connection.begin():
                if not is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
                if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("the migration would leave rows that refer to nothing; it was taken back")
        finally:
            _enforce_references(connection, is_sqlite=is_sqlite, on=True)


def _enforce_references(connection: Connection, *, is_sqlite: bool, on: bool) -> None:
    """SQLite makes a table anew to alter it: with references enforced, dropping the old one would delete what refers
    to it. The pragma only works outside a transaction, so it goes to the driver directly."""
    driver = connection.connection.driver_connection
    if is_sqlite and driver:
        driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
