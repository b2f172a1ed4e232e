"""The demonstration, for tests that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic import demo
from clinic.db import Database
from clinic.demo import Outcome
from tests import make
from tests.instruments import close


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demonstration, to be copied."""
    path = tmp_path_factory.mktemp("demo") / "clinic.db"
    database = Database(f"sqlite:///{path}")
    assert demo.prepare(database, now=make.NOW) is Outcome.LOADED
    database.close()
    return path


@pytest.fixture
def loaded(demo_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The demonstration around Sunday 22 November 2026."""
    shutil.copy(demo_file, tmp_path / "demo.db")
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    yield database
    close(database)
