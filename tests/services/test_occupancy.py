"""Nobody and nothing is in two places at once, on either engine."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import Refused
from clinic.models import Occupancy
from clinic.services import occupancy
from tests.make import FRIDAY, NOW, make_person

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_what_is_held_is_held_by_quarter_hours(each_db: Database) -> None:
    with each_db.write() as tx:
        _hold(tx, "person:a", 0, 60, holder="shift")

    assert _rows(each_db) == 4


def test_a_span_off_the_quarters_holds_every_quarter_it_touches(each_db: Database) -> None:
    with each_db.write() as tx:
        _hold(tx, "person:a", 10, 20, holder="shift")

    assert _rows(each_db) == 2


@pytest.mark.parametrize(("begins", "ends"), [(-30, 15), (0, 60), (15, 30), (45, 120), (-60, 120)])
def test_S70_an_overlap_is_refused_and_leaves_nothing(each_db: Database, begins: int, ends: int) -> None:
    with each_db.write() as tx:
        _hold(tx, "person:a", 0, 60, holder="first")

        with pytest.raises(Refused, match="person_busy"):
            _hold(tx, "person:a", begins, ends, holder="second")
        make_person(tx)  # the transaction is still usable

    assert _rows(each_db) == 4


def test_what_follows_at_once_is_no_overlap(each_db: Database) -> None:
    with each_db.write() as tx:
        _hold(tx, "person:a", 0, 60, holder="first")
        _hold(tx, "person:a", 60, 120, holder="second")
        _hold(tx, "person:b", 0, 60, holder="third")

    assert _rows(each_db) == 12


def test_what_is_released_can_be_held_again(each_db: Database) -> None:
    with each_db.write() as tx:
        _hold(tx, "person:a", 0, 60, holder="first")
        _hold(tx, "person:a", 240, 300, holder="other")

        occupancy.release(tx, ["first"])
        _hold(tx, "person:a", 0, 120, holder="again")

    assert _rows(each_db) == 12


def test_a_hold_that_ran_out_makes_way_and_one_that_did_not_stays(each_db: Database) -> None:
    with each_db.write() as tx:
        _hold(tx, "person:a", 0, 60, holder="asked", until=NOW + HOUR)
        _hold(tx, "person:b", 0, 60, holder="asked too", until=NOW + 3 * HOUR)

        _hold(tx, "person:a", 30, 90, holder="later", now=NOW + 2 * HOUR)
        with pytest.raises(Refused, match="person_busy"):
            _hold(tx, "person:b", 30, 90, holder="later", now=NOW + 2 * HOUR)

    assert _rows(each_db, holder="asked") == 2
    assert _rows(each_db, holder="later") == 4


def _hold(
    tx: Session,
    resource: str,
    begins: int,
    ends: int,
    *,
    holder: str,
    now: datetime = NOW,
    until: datetime | None = None,
) -> None:
    """Hold from and to these minutes after Friday's beginning."""
    span = (FRIDAY + begins * MINUTE, FRIDAY + ends * MINUTE)
    occupancy.hold(tx, resource, span, holder=holder, otherwise="person_busy", now=now, until=until)


def _rows(db: Database, holder: str | None = None) -> int | None:
    rows = select(func.count()).select_from(Occupancy)
    with db.read() as tx:
        return tx.scalar(rows.where(Occupancy.holder == holder) if holder else rows)
