"""Nobody and nothing is in two places at once, on either engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from clinic.db import Database
from clinic.domain.answers import Refused
from clinic.models import Occupancy
from clinic.services import occupancy
from tests.make import FRIDAY, NOW, make_person

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_what_is_held_is_held_by_quarter_hours(each_db: Database) -> None:
    with each_db.write() as tx:
        occupancy.hold(tx, "person:a", FRIDAY, FRIDAY + HOUR, holder="shift", otherwise="person_busy")

    assert _rows(each_db) == 4


def test_a_span_off_the_quarters_holds_every_quarter_it_touches(each_db: Database) -> None:
    with each_db.write() as tx:
        occupancy.hold(
            tx, "person:a", FRIDAY + 10 * MINUTE, FRIDAY + 20 * MINUTE, holder="shift", otherwise="person_busy"
        )

    assert _rows(each_db) == 2


@pytest.mark.parametrize(("begins", "ends"), [(-30, 15), (0, 60), (15, 30), (45, 120), (-60, 120)])
def test_S70_an_overlap_is_refused_and_leaves_nothing(each_db: Database, begins: int, ends: int) -> None:
    with each_db.write() as tx:
        occupancy.hold(tx, "person:a", FRIDAY, FRIDAY + HOUR, holder="first", otherwise="person_busy")

        with pytest.raises(Refused, match="person_busy"):
            occupancy.hold(
                tx,
                "person:a",
                FRIDAY + begins * MINUTE,
                FRIDAY + ends * MINUTE,
                holder="second",
                otherwise="person_busy",
            )
        make_person(tx)  # the transaction is still usable

    assert _rows(each_db) == 4


def test_what_follows_at_once_is_no_overlap(each_db: Database) -> None:
    with each_db.write() as tx:
        occupancy.hold(tx, "person:a", FRIDAY, FRIDAY + HOUR, holder="first", otherwise="person_busy")
        occupancy.hold(tx, "person:a", FRIDAY + HOUR, FRIDAY + 2 * HOUR, holder="second", otherwise="person_busy")
        occupancy.hold(tx, "person:b", FRIDAY, FRIDAY + HOUR, holder="third", otherwise="person_busy")

    assert _rows(each_db) == 12


def test_what_is_released_can_be_held_again(each_db: Database) -> None:
    with each_db.write() as tx:
        occupancy.hold(tx, "person:a", FRIDAY, FRIDAY + HOUR, holder="first", otherwise="person_busy")
        occupancy.hold(tx, "person:a", NOW, NOW + HOUR, holder="other", otherwise="person_busy")

        occupancy.release(tx, ["first"])
        occupancy.hold(tx, "person:a", FRIDAY, FRIDAY + 2 * HOUR, holder="again", otherwise="person_busy")

    assert _rows(each_db) == 12


def _rows(db: Database) -> int | None:
    with db.read() as tx:
        return tx.scalar(select(func.count()).select_from(Occupancy))
