"""What every test may ask for: databases, the app, clients, the clock."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from clinic import migrate
from clinic.app import create_app
from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.settings import Settings, read_settings
from clinic.web.shared import activity, identity
from clinic.web.shared.cookies import cookie_name
from clinic.web.shared.ground import Ground, lay
from tests import compiled, keyring, make, postgres
from tests.instruments import Clock, close, heard
from tests.postgres import PostgresServer

gc.set_threshold(100_000, 50, 100)  # test processes end soon: looking for rubbish all the time takes an eighth longer

pytest_plugins = ["tests.outside", "tests.demonstrations"]

CountQueries = Callable[[Database], AbstractContextManager[list[str]]]
SignIn = Callable[[SignedIn | Role], FlaskClient]


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Some tests have an app of their own; compiling the templates anew in each would take longer than all else."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": cache}


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> None:
    """Each test has engines of its own, and compiles no statement anew."""
    compiled.install()


@pytest.fixture(scope="session", autouse=True)
def installed_keys() -> None:
    """Whatever a test keeps is sealed with the keys of all tests."""
    keyring.install()


@pytest.fixture
def clock() -> Clock:
    """Sunday 22 November 2026, 09:00 UTC."""
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server for this test process."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "clinic.db"
    template = Database(f"sqlite:///{path}")
    migrate.upgrade(template)
    template.close()
    compiled.share(template)
    return path


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """Settings of a house with a fresh SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "clinic.db")
    return read_settings(_environ(tmp_path))


def _environ(folder: Path) -> dict[str, str]:
    return {"CLINIC_DATA": str(folder), "CLINIC_SECRET_KEY": "a key for tests alone", "CLINIC_KEYS": keyring.KEYS}


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """A fresh SQLite database with our tables."""
    database = Database(settings.database_url)
    yield database
    close(database)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The address of a PostgreSQL database with our tables, emptied for this test."""
    return postgres_server.emptied()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database with our tables: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        settings: Settings = request.getfixturevalue("settings")
        return settings.database_url
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def each_db(each_url: str) -> Iterator[Database]:
    """A fresh database with our tables: the test runs on SQLite and on PostgreSQL."""
    database = Database(each_url)
    yield database
    close(database)


@pytest.fixture(scope="session")
def one_app(sqlite_template: Path) -> Flask:
    """Made once for a test process: each test puts a ground of its own under it."""
    app = create_app(read_settings(_environ(sqlite_template.parent)))
    app.testing = True
    return app


@pytest.fixture
def app(one_app: Flask, settings: Settings, db: Database, clock: Clock) -> Flask:
    """The app on the database of `db`, with the clock of `clock`."""
    lay(one_app, Ground(db, settings, clock))
    return one_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who did not sign in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, db: Database) -> SignIn:
    """`sign_in(person)` gives a client in which she signed in; `sign_in(Role.LAWYER)` makes a person of that role."""

    def open_client(who: SignedIn | Role) -> FlaskClient:
        if isinstance(who, Role):
            with db.write() as tx:
                who = make.make_person(tx, who)
        with app.test_request_context():
            assert identity.sign_in(who.id, 1)
            kept, active, name = dict(session), activity.mark(), cookie_name(activity.COOKIE)
        client = app.test_client()
        client.set_cookie(name, active)
        with client.session_transaction() as cookie:
            cookie.update(kept)
        return client

    return open_client


@pytest.fixture
def noise(db: Database) -> None:
    """Rows that have nothing to do with the test."""
    with db.write() as tx:
        make.make_noise(tx)


@pytest.fixture
def count_queries() -> CountQueries:
    """`with count_queries(db) as statements:` collects what was asked of the database."""
    return heard
