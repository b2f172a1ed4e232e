"""What lay open in the fifth migration's tables is sealed by the sixth, and lies open again on the way down."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, text

from clinic import migrate
from clinic.db import Database
from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.text import look_up_form
from clinic.models import Appointment, Beneficiary
from clinic.queries import beneficiaries as queries
from clinic.services.appointments import Wish, hold
from tests.make import FRIDAY, NOW, key, make_person, make_session
from tests.postgres import PostgresServer

ALIASES = {"a" * 16: "Été d'Orée", "b" * 16: "IRIS", "c" * 16: "iris"}  # the third one is another mediator's
TOPICS = {"d" * 16: "asylum", "e" * 16: "family"}
TABLES = ("beneficiaries", "appointments")
MEDIATORS, PLACE, SERIES, SESSION = ("0" * 16, "9" * 16), "1" * 16, "2" * 16, "3" * 16


@pytest.fixture(params=["sqlite", "postgresql"])
def fifth(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database at the fifth migration in which three people are helped and two appointments are booked."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'fifth.db'}")
        yield _filled(database)
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database(migrated=False) as url:
        database = Database(url)
        yield _filled(database)
        database.close()


def test_S50_aliases_and_topics_are_sealed_on_the_way_up_and_found_again_by_keyed_digests(fifth: Database) -> None:
    migrate.upgrade(fifth)

    with fifth.read() as tx:
        helped = {each.id: each for each in tx.scalars(select(Beneficiary))}
        assert {each.id: each.alias for each in helped.values()} == ALIASES
        assert {each.alias_digest for each in helped.values()} == {
            queries.alias_digest(alias) for alias in ALIASES.values()
        }
        assert {each.languages for each in helped.values()} == {""}
        booked = {each.id: each for each in tx.scalars(select(Appointment))}
        assert {each: row.topic for each, row in booked.items()} == {each: Topic(said) for each, said in TOPICS.items()}
        assert {row.state for row in booked.values()} == {AppointmentState.BOOKED, AppointmentState.CANCELLED}
        iris = queries.called(tx, queries.alias_digest("Iris"), helped["b" * 16].mediator_id)
        assert iris is helped["b" * 16]
    everything = _all_bytes(fifth.engine)
    open_words = (*ALIASES.values(), *TOPICS.values(), *(_open_digest(each) for each in ALIASES.values()))
    assert b"booked" in everything
    assert not [each for each in open_words if each.encode() in everything]


def test_S50_what_lay_open_lies_open_again_on_the_way_down(fifth: Database) -> None:
    before = _rows(fifth.engine)
    assert before["appointments"]

    migrate.upgrade(fifth)
    migrate.downgrade(fifth, to="0005")

    assert _rows(fifth.engine) == before


def test_on_the_way_down_holds_are_lost_and_who_had_no_alias_has_a_part_of_her_id(fifth: Database) -> None:
    migrate.upgrade(fifth)
    with fifth.write() as tx:
        session_id, mediator = make_session(tx), make_person(tx)
        wish = Wish(session_id, FRIDAY, None, "eng", None)
        held_id = hold(tx, wish, key=key(), by=mediator, now=NOW)
        whom = tx.get_one(Appointment, held_id).beneficiary_id

    migrate.downgrade(fifth, to="0005")

    rows = _rows(fifth.engine)
    assert held_id not in {each["id"] for each in rows["appointments"]}
    (nameless,) = [each for each in rows["beneficiaries"] if each["id"] == whom]
    assert (nameless["alias"], nameless["alias_digest"]) == (whom[:8], _open_digest(whom[:8]))


def test_S70_the_last_net_under_double_booking_is_there_again_on_the_way_down(fifth: Database) -> None:
    migrate.upgrade(fifth)
    migrate.downgrade(fifth, to="0005")

    (found,) = [each for each in inspect(fifth.engine).get_indexes("appointments") if each["unique"]]
    assert (found["name"], found["column_names"]) == ("uq_appointments_desk", ["session_id", "starts_at", "desk"])


def _filled(database: Database) -> Database:
    migrate.upgrade(database, to="0005")
    with database.engine.begin() as connection:
        _put_open_rows(connection)
    return database


def _put_open_rows(connection: Connection) -> None:
    """What the fifth migration's tables hold: three who are helped, a series with a session, two appointments."""
    place, series, session = {"place_id": PLACE}, {"series_id": SERIES}, {"session_id": SESSION}
    until = {"starts_at": FRIDAY, "ends_at": FRIDAY + timedelta(minutes=30), "changed_at": NOW}
    for number, mediator_id in enumerate(MEDIATORS):
        _put(connection, "people", id=mediator_id, sign_in_name=f"mediator{number}", created_at=NOW)
    _put(connection, "places", id=PLACE)
    _put(connection, "series", id=SERIES, **place)
    _put(connection, "sessions", id=SESSION, **place, **series, **until, status="planned")
    for number, (whom, alias) in enumerate(ALIASES.items()):
        helped = {"id": whom, "alias": alias, "alias_digest": _open_digest(alias), "created_at": NOW}
        _put(connection, "beneficiaries", **helped, mediator_id=MEDIATORS[number // 2])
    for number, (booked_id, topic) in enumerate(TOPICS.items()):
        booked: dict[str, Any] = {"id": booked_id, "booked_by_id": MEDIATORS[0], "booked_at": NOW, "topic": topic}
        booked |= {"beneficiary_id": list(ALIASES)[number], "state": ("booked", "cancelled")[number]}
        _put(connection, "appointments", **booked, **session, **until)


def _put(connection: Connection, name: str, **row: Any) -> None:
    """Put a row into a table, with something harmless in each other column that must not be empty."""
    table = Table(name, MetaData(), autoload_with=connection)
    harmless = {"DATE": FRIDAY.date(), "TIME": FRIDAY.time(), "INTEGER": 1, "BOOLEAN": False}
    needed = [each for each in table.columns if not each.nullable and each.name not in row]
    row |= {each.name: harmless.get(str(each.type).split("(")[0].split()[0], "x") for each in needed}
    connection.execute(table.insert().values(**row))


def _open_digest(alias: str) -> str:
    return hashlib.sha256(look_up_form(alias).encode()).hexdigest()


def _rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The rows of the tables that held what was open, whatever the order of columns."""
    with engine.connect() as connection:
        found = {each: connection.execute(text(f"SELECT * FROM {each}")).mappings().all() for each in TABLES}  # noqa: S608
    return {table: sorted((dict(each) for each in rows), key=str) for table, rows in found.items()}


def _all_bytes(engine: Engine) -> bytes:
    """All that these tables hold, as it lies there."""
    with engine.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {each}")).all() for each in TABLES]  # noqa: S608
    values = [each for table in rows for row in table for each in row]
    return b" ".join(bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode() for each in values)
