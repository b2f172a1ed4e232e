"""The migrations lead to the tables that the models describe, and back, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, text

from clinic import migrate
from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Shared
from clinic.models import Base, Contact, Interpreter
from clinic.queries import readers
from clinic.services import contacts
from tests.house import sources
from tests.make import NOW
from tests.postgres import PostgresServer

VERSIONS = sources.ROOT / "migrations/versions"
DAY = timedelta(days=1)
CHOSE, SILENT, SAID_NOTHING, NAMELESS, INTERPRETS = "1" * 16, "2" * 16, "3" * 16, "4" * 16, "5" * 16
EMAILS = {CHOSE: "Elle@exemple.org", SILENT: "muette@exemple.org", SAID_NOTHING: "rien@exemple.org"}
PHONE = "06 12 34 56 78"
OPENED = ("people", "message_choices", "interpreters")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database(migrated=False) as url:
        yield url


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """A database without tables."""
    database = Database(empty_url)
    yield database
    database.close()


def test_the_migrations_go_up_down_and_up(empty: Database) -> None:
    migrate.upgrade(empty)
    first = _tables(empty.engine)
    migrate.downgrade(empty, to="base")
    nothing = _tables(empty.engine)
    migrate.upgrade(empty)

    assert set(nothing) == {"alembic_version"}
    assert _tables(empty.engine) == first
    assert migrate.is_current(empty)


def test_each_migration_goes_down_and_up_alone(empty: Database) -> None:
    migrate.upgrade(empty)

    for step in range(1, len(_names()) + 1):
        migrate.downgrade(empty, to=f"-{step}")
        assert not migrate.is_current(empty)
        migrate.upgrade(empty)

    assert migrate.is_current(empty)


def test_alembic_finds_nothing_that_the_models_have_and_the_migrations_lack(each_db: Database) -> None:
    with each_db.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)

    assert differences == []


def test_the_migrations_make_the_very_tables_of_the_models(empty: Database) -> None:
    """Also what Alembic does not compare: checks, partial indexes, the names of constraints."""
    migrate.upgrade(empty)
    migrated = _tables(empty.engine)
    migrate.downgrade(empty, to="base")

    Base.metadata.create_all(empty.engine)

    assert migrated == _tables(empty.engine)


def test_two_migrations_at_once_do_not_collide(empty_url: str) -> None:
    databases = [Database(empty_url) for _ in range(4)]
    failures: list[BaseException] = []

    def run(database: Database) -> None:
        try:
            migrate.upgrade(database)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert all(migrate.is_current(database) for database in databases)
    for database in databases:
        database.close()


def test_tables_of_another_program_are_left_alone(empty: Database) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id integer)"))

    with pytest.raises(migrate.OtherDatabase):
        migrate.upgrade(empty)

    assert set(_tables(empty.engine)) == {"invoices"}


def test_references_are_enforced_again_after_a_migration(db: Database) -> None:
    migrate.upgrade(db)

    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_S60_what_is_deleted_is_gone_from_the_file(db: Database) -> None:
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_the_file_head_names_the_newest_migration() -> None:
    """So that two branches that both add one collide in git."""
    newest = _names()[-1]

    assert (VERSIONS.parent / "HEAD").read_text("ascii") == f"{newest}\n"
    assert newest.split("_")[0] == migrate.head()


def test_the_migrations_are_numbered_without_a_gap() -> None:
    numbers = [name.split("_")[0] for name in _names()]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_S50_addresses_choices_and_telephone_numbers_are_sealed_on_the_way_up(empty: Database) -> None:
    migrate.upgrade(empty, to="0004")
    with empty.engine.begin() as connection:
        _put_open_addresses(connection)

    migrate.upgrade(empty, to="0005")

    with empty.read() as tx:
        assert {each: readers.choice_of(tx, each) for each in (CHOSE, SILENT, SAID_NOTHING, NAMELESS)} == {
            CHOSE: Choice(Channel.MAIL, Shared.YES, email=EMAILS[CHOSE]),
            SILENT: Choice(Channel.NONE, Shared.NO, email=EMAILS[SILENT]),
            SAID_NOTHING: Choice(Channel.MAIL, Shared.UNKNOWN, email=EMAILS[SAID_NOTHING]),
            NAMELESS: None,
        }
        kept = {each.person_id: each for each in tx.scalars(select(Contact))}
        assert (kept[CHOSE].chosen_at, kept[CHOSE].confirmed_at) == (NOW - 2 * DAY, NOW - DAY)
        assert (kept[SAID_NOTHING].chosen_at, kept[SAID_NOTHING].confirmed_at) == (NOW - 30 * DAY, None)
        assert {each: row.email_digest for each, row in kept.items()} == {
            each: contacts.email_digest(email) for each, email in EMAILS.items()
        }
        assert tx.get_one(Interpreter, INTERPRETS).phone == PHONE
        assert tx.get_one(Interpreter, NAMELESS).phone is None
    everything = _all_bytes(empty.engine)
    assert INTERPRETS.encode() in everything
    assert not any(each.encode() in everything for each in (*EMAILS.values(), PHONE, "exemple.org"))


def test_S50_the_rows_of_before_come_back_on_the_way_down(empty: Database) -> None:
    migrate.upgrade(empty, to="0004")
    with empty.engine.begin() as connection:
        _put_open_addresses(connection)
    before = _rows(empty.engine)

    migrate.upgrade(empty, to="0005")
    migrate.downgrade(empty, to="0004")

    assert before["message_choices"]
    assert _rows(empty.engine) == before


def _put_open_addresses(connection: Connection) -> None:
    """What the fourth migration's tables hold: who chose mail or silence, an address without a word, two phones."""
    kept = {name: Table(name, MetaData(), autoload_with=connection) for name in OPENED}
    for number, person_id in enumerate((CHOSE, SILENT, SAID_NOTHING, NAMELESS, INTERPRETS)):
        person = {"id": person_id, "sign_in_name": f"person{number}", "name": "Une", "session_version": 1}
        person |= {"created_at": NOW - 30 * DAY, "is_new": False, "email": EMAILS.get(person_id)}
        connection.execute(kept["people"].insert().values(**person))
    choice = kept["message_choices"].insert()
    chose = {"person_id": CHOSE, "channel": "mail", "is_shared": "yes", "confirmed_at": NOW - DAY}
    silent = {"person_id": SILENT, "channel": "none", "is_shared": "no", "confirmed_at": None}
    for each in (chose, silent):
        connection.execute(choice.values(**each, chosen_at=NOW - 2 * DAY))
    for person_id, phone in {INTERPRETS: PHONE, NAMELESS: None}.items():
        connection.execute(kept["interpreters"].insert().values(person_id=person_id, comes_on_site=True, phone=phone))


def _rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The rows of the tables that hold addresses, whatever the order of columns."""
    with engine.connect() as connection:
        found = {each: connection.execute(text(f"SELECT * FROM {each}")).mappings().all() for each in OPENED}  # noqa: S608
    return {table: sorted((dict(each) for each in rows), key=str) for table, rows in found.items()}


def _all_bytes(engine: Engine) -> bytes:
    """All that the tables hold, as it lies there."""
    with engine.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {each}")).all() for each in _tables(engine)]  # noqa: S608
    values = [each for table in rows for row in table for each in row]
    return b" ".join(bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode() for each in values)


def _names() -> list[str]:
    return sorted(path.stem for path in VERSIONS.glob("*.py"))


def _tables(engine: Engine) -> dict[str, Any]:
    """All that the database tells about its tables, the order of columns left aside."""
    seen = inspect(engine)
    return {
        table: {
            "columns": _sorted(seen.get_columns(table)),
            "key": seen.get_pk_constraint(table),
            "references": _sorted(seen.get_foreign_keys(table)),
            "unique": _sorted(seen.get_unique_constraints(table)),
            "checks": _sorted(seen.get_check_constraints(table)),
            "indexes": _sorted(seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
    }


def _sorted(rows: Any) -> list[str]:
    return sorted(_plain(row) for row in rows)


def _plain(value: Any) -> str:
    """In words, the clause of a partial index too, which would else be told by its address."""
    if isinstance(value, dict):
        return str(sorted((key, _plain(each)) for key, each in value.items()))
    return str(value)
