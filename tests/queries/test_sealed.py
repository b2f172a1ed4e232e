"""Sealed columns, and the proof that the keys belong to the database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from clinic import cli, keys, migrate
from clinic.app import create_app
from clinic.db import Database
from clinic.keys import CannotOpen, KeyRing
from clinic.models import KeyProof, sealed
from clinic.models.sealed import NoKeys, Sealed, SealedJson
from clinic.settings import Settings
from tests import instruments, keyring
from tests.keyring import RING

CANARY = "canary-Ọmọ́-0612345678"
DRAWERS = Table(
    "drawers",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("word", Sealed("drawers.word")),
    Column("paper", SealedJson("drawers.paper")),
)
COMMANDS = ("serve", "worker", "send-notices", "sweep", "demo", "migrate")
OTHER_KEYS = "Error: These keys are not those of this database: nothing was written."


@pytest.fixture(autouse=True)
def own_keys_again() -> Iterator[None]:
    """After a test with other keys, or none, the keys of all tests are back."""
    yield
    keyring.install()


@pytest.fixture
def drawers(each_db: Database) -> Iterator[Database]:
    """A database, on either engine, with one more table."""
    DRAWERS.create(each_db.engine)
    yield each_db
    DRAWERS.drop(each_db.engine)


def test_S50_a_sealed_column_gives_back_what_was_put_in(drawers: Database) -> None:
    paper = {"number": CANARY, "lives": ["é", 1, None, True]}

    _put(drawers, word=CANARY, paper=paper)
    _put(drawers, word="", paper={})
    _put(drawers, word=None, paper=None)

    with drawers.read() as tx:
        rows = tx.execute(select(DRAWERS.c.word, DRAWERS.c.paper).order_by(DRAWERS.c.id)).all()
        empty = tx.scalars(select(DRAWERS.c.id).where(DRAWERS.c.word.is_(None))).all()
    assert [tuple(row) for row in rows] == [(CANARY, paper), ("", {}), (None, None)]
    assert len(empty) == 1


def test_S50_a_row_holds_nothing_plain(drawers: Database) -> None:
    _put(drawers, word=CANARY, paper={"b": CANARY, "a": 1})

    with drawers.read() as tx:
        word, paper = (bytes(each) for each in tx.execute(text("SELECT word, paper FROM drawers")).one())
    assert RING.open(word, "drawers.word") == CANARY
    assert RING.open(paper, "drawers.paper") == f'{{"a":1,"b":"{CANARY}"}}'
    assert not any(part in word + paper for part in _plain())


def test_S50_the_file_of_the_database_holds_nothing_plain(db: Database, tmp_path: Path) -> None:
    DRAWERS.create(db.engine)

    _put(db, word=CANARY, paper={"number": CANARY})
    _put(db, word="a word", paper=None)
    db.close()

    content = b"".join(path.read_bytes() for path in tmp_path.glob("clinic.db*"))
    assert b"drawers" in content
    assert not any(part in content for part in _plain())


def test_S50_what_is_moved_to_another_column_does_not_open(drawers: Database) -> None:
    _put(drawers, word="a word", paper={})
    with drawers.write() as tx:
        tx.execute(text("UPDATE drawers SET word = paper"))

    with pytest.raises(CannotOpen, match=r"drawers\.word"), drawers.read() as tx:
        tx.scalars(select(DRAWERS.c.word)).all()


def test_S50_a_document_that_does_not_open_is_read_as_none_and_logged(
    drawers: Database, caplog: pytest.LogCaptureFixture
) -> None:
    _put(drawers, word="{}", paper={"a": 1})
    with drawers.write() as tx:
        tx.execute(text("UPDATE drawers SET paper = word"))

    with drawers.read() as tx:
        assert tx.scalars(select(DRAWERS.c.paper)).all() == [None]
    assert "drawers.paper" in caplog.text


@pytest.mark.parametrize(
    "ask",
    [
        lambda: DRAWERS.c.word == CANARY,
        lambda: DRAWERS.c.word != CANARY,
        lambda: DRAWERS.c.word.in_([CANARY]),
        lambda: DRAWERS.c.paper == {},
    ],
    ids=["is", "is not", "is one of", "is the document"],
)
def test_S50_a_sealed_column_cannot_be_compared(ask: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="is sealed: it cannot be compared"):
        ask()


def test_S50_without_keys_nothing_is_sealed_opened_or_digested(
    drawers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(drawers, word=CANARY)
    monkeypatch.setattr(sealed, "_in_use", [])

    with pytest.raises(NoKeys, match="no keys are in use"), drawers.write() as tx:
        tx.execute(insert(DRAWERS).values(word=CANARY))
    with pytest.raises(NoKeys), drawers.read() as tx:
        tx.scalars(select(DRAWERS.c.word)).all()
    with pytest.raises(NoKeys):
        sealed.digest(CANARY, "drawers.word")


def test_S52_what_goes_wrong_in_writing_repeats_nothing_sealed(drawers: Database) -> None:
    _put(drawers, id=1, word=CANARY)

    with pytest.raises(SQLAlchemyError) as twice, drawers.write() as tx:
        tx.execute(insert(DRAWERS).values(id=1, word=CANARY))
    with pytest.raises(SQLAlchemyError) as no_text, drawers.write() as tx:
        tx.execute(insert(DRAWERS).values(word=CANARY, paper={"set": {CANARY}}))

    assert CANARY not in f"{twice.value} {no_text.value}"


def test_S52_logs_of_the_database_hold_no_key(drawers: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    _put(drawers, word=CANARY)

    for key in (*RING.sealing.values(), RING.look_up):
        assert key.decode() not in caplog.text
    assert CANARY not in caplog.text


def test_S50_a_migration_leaves_one_proof_of_the_keys(each_db: Database) -> None:
    migrate.upgrade(each_db)
    migrate.upgrade(each_db)

    with each_db.read() as tx:
        assert tx.execute(select(KeyProof.id, KeyProof.proof)).all() == [(1, sealed.proof())]
    migrate.check_keys(each_db)


@pytest.mark.parametrize("change", ["sealing", "look_up"])
def test_S50_the_keys_of_another_database_are_refused_and_change_nothing(each_db: Database, change: str) -> None:
    before = _raw_proof(each_db)
    others = keys.parse(keys.make())
    sealed.use(KeyRing(**{"sealing": RING.sealing, "look_up": RING.look_up, change: getattr(others, change)}))

    with pytest.raises(migrate.OtherKeys):
        migrate.check_keys(each_db)
    with pytest.raises(migrate.OtherKeys):
        migrate.upgrade(each_db)

    assert _raw_proof(each_db) == before


def test_S50_a_new_first_key_is_taken_while_the_old_one_is_there(each_db: Database) -> None:
    sealed.use(KeyRing({"new": bytes(32), **RING.sealing}, RING.look_up))

    migrate.upgrade(each_db)
    migrate.check_keys(each_db)


def test_S50_a_database_without_a_proof_is_proven_by_the_next_migration(each_db: Database) -> None:
    with each_db.write() as tx:
        tx.execute(text("DELETE FROM key_proofs"))

    migrate.check_keys(each_db)
    migrate.upgrade(each_db)

    assert len(_raw_proof(each_db)) > 256


@pytest.mark.parametrize("command", COMMANDS)
def test_S50_no_command_works_with_the_keys_of_another_database(
    db: Database, settings: Settings, tmp_path: Path, command: str
) -> None:
    before = (tmp_path / "clinic.db").read_bytes()
    env = {"CLINIC_DATA": str(settings.data), "CLINIC_SECRET_KEY": "a key", "CLINIC_KEYS": keys.make()}

    result = CliRunner().invoke(cli.main, [command], env=env)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(OTHER_KEYS)
    assert result.stderr.count("\n") == 1
    assert (tmp_path / "clinic.db").read_bytes() == before


def test_S50_the_app_does_not_start_with_the_keys_of_another_database(db: Database, settings: Settings) -> None:
    with pytest.raises(migrate.OtherKeys):
        create_app(replace(settings, keys=keys.parse(keys.make())))


@pytest.mark.parametrize("name", ["gone/clinic.db", "new.db", "keys"])
def test_S77_the_app_starts_while_the_database_is_gone_empty_or_damaged(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    (tmp_path / "keys").write_text("no database at all")

    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / name}"))

    instruments.close(app.extensions["clinic"].database)


def test_S50_the_app_leaves_no_connection_open_when_it_starts(db: Database, settings: Settings) -> None:
    app = create_app(settings)

    database: Database = app.extensions["clinic"].database
    assert database.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
    instruments.close(database)


def _put(database: Database, **values: object) -> None:
    with database.write() as tx:
        tx.execute(insert(DRAWERS).values(**values))


def _raw_proof(database: Database) -> bytes:
    with database.read() as tx:
        return bytes(tx.execute(text("SELECT proof FROM key_proofs")).scalar_one())


def _plain() -> list[bytes]:
    """Parts of the canary, as text and as JSON might hold them."""
    return [CANARY.encode(), b"0612345678", CANARY.encode("utf-16-le"), CANARY.encode("ascii", "backslashreplace")]
