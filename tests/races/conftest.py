"""The crowd, the houses it goes to, and the page on which the full volumes are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
from tests.races import attempts, clients, counts
from tests.races.attempts import Attempts
from tests.races.clients import House
from tests.races.counts import Count
from tests.races.crowd import Crowd, gathered
from tests.races.evidence import Evidence


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Sixty-four clients in eight processes."""
    with gathered() as crowd:
        yield crowd


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh PostgreSQL database: its guards may be taken away."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def house(crowd: Crowd, each_url: str, tmp_path: Path) -> Iterator[House]:
    """A house on a fresh database, on SQLite and on PostgreSQL."""
    house = House(tmp_path, each_url)
    yield house
    crowd.all_at_once(clients.leave, house)


@pytest.fixture(scope="session")
def counted() -> Iterator[list[Count]]:
    """What `make soak` found of offers and seats, written down when all of it is there."""
    found: list[Count] = []
    yield found
    if found:
        counts.write(found)


@pytest.fixture(scope="session")
def attempted() -> Iterator[list[Attempts]]:
    """What `make soak` found at the desk, written down when all of it is there."""
    found: list[Attempts] = []
    yield found
    if found:
        counts.write(found, to=attempts.PAGE, text=attempts.TEXT)


@pytest.fixture(scope="session")
def evidence() -> Iterator[Evidence]:
    """What `make soak` found, written down when all of it is there."""
    found = Evidence([])
    yield found
    if found.tallies:
        found.write()
