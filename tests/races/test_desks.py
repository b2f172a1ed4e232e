"""Sixty-four clients want eight desks: eight get one, and without both guards more than eight do."""

from __future__ import annotations

import pytest

from clinic.db import Database
from tests.races import clients, guards
from tests.races.clients import House
from tests.races.crowd import CLIENTS, Crowd
from tests.races.evidence import Evidence
from tests.races.rounds import PLACES, Race, Tally


def test_S70_of_64_clients_for_8_desks_8_win_and_each_guard_alone_is_enough(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    tallies = _race(Race(crowd, house, each_db), crowd, house, each_db, rounds=2)

    _judge(*tallies)


@pytest.mark.soak
def test_S70_twenty_rounds_of_64_clients_for_8_desks(
    crowd: Crowd, house: House, each_db: Database, evidence: Evidence
) -> None:
    tallies = _race(Race(crowd, house, each_db), crowd, house, each_db, rounds=20)

    evidence.tallies += tallies
    _judge(*tallies)


def _race(race: Race, crowd: Crowd, house: House, database: Database, *, rounds: int) -> list[Tally]:
    """The same rounds with both guards, with each one alone, and with neither, until a desk was given twice."""
    both = race.run("lock and constraint", rounds)
    crowd.all_at_once(clients.without_lock, house)
    constraint_alone = race.run("constraint alone", rounds // 2)
    crowd.all_at_once(clients.with_lock, house)
    guards.drop_constraint(database, "desk")
    lock_alone = race.run("lock alone", rounds // 2)
    crowd.all_at_once(clients.without_lock, house)
    neither = race.run("neither", 10, until_doubled=True)
    return [both, lock_alone, constraint_alone, neither]


def _judge(both: Tally, lock_alone: Tally, constraint_alone: Tally, neither: Tally) -> None:
    for guarded in (both, lock_alone):
        assert (guarded.fewest, guarded.most) == (PLACES, PLACES), guarded
        assert (guarded.doubles, guarded.lost, guarded.errors, guarded.untold) == (0, 0, 0, 0), guarded
        assert guarded.winners < guarded.rounds * CLIENTS
    assert (constraint_alone.doubles, constraint_alone.lost) == (0, 0), constraint_alone
    assert neither.doubles > 0, neither
