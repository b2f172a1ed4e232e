"""The demonstration, for tests that look at it."""

from __future__ import annotations

import fcntl
import os
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
    """A SQLite file with the demonstration, to be copied; the first test process lays it for all of them."""
    folder = tmp_path_factory.getbasetemp()
    path = (folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder) / "demonstration.db"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            lay(path)
    return path


def lay(path: Path) -> None:
    """Make a SQLite file with the demonstration around Sunday 22 November 2026."""
    unfinished = path.with_suffix(".unfinished")
    database = Database(f"sqlite:///{unfinished}")
    assert demo.prepare(database, now=make.NOW) is Outcome.LOADED
    database.close()
    unfinished.rename(path)


@pytest.fixture
def loaded(demo_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The demonstration around Sunday 22 November 2026."""
    shutil.copy(demo_file, tmp_path / "demo.db")
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    yield database
    close(database)
