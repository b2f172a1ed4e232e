"""What a peer's calendar says of her telephone meetings: one neutral word, at either level (S17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.db import Database
from clinic.domain.calendars import Detail
from clinic.feeds import ics, personal
from clinic.queries import commitments
from clinic.services import meetings
from tests.feeds.entries import unfolded
from tests.make import FRIDAY, NOW
from tests.services.telephone import LATER, Two, arrange, make_two, wish

DAY = timedelta(days=1)


@pytest.fixture
def two(db: Database) -> Two:
    with db.write() as tx:
        return make_two(tx, alias="Mimosa")


@pytest.fixture
def meeting_id(db: Database, two: Two) -> str:
    with db.write() as tx:
        return arrange(tx, two)


def _feed(db: Database, two: Two, detail: Detail = Detail.NAMED, days: int = 0) -> list[str]:
    with db.read() as tx:
        mine = commitments.of_person(tx, two.peer.id, now=NOW + days * DAY)
    entries = personal.entries(mine, detail, "fr", of_meetings="Rendez-vous")
    return unfolded(ics.render(entries, name="Agenda", is_public=False))


@pytest.mark.parametrize("detail", Detail)
def test_S17_both_levels_say_one_word_and_nothing_of_her(
    db: Database, two: Two, meeting_id: str, detail: Detail
) -> None:
    lines = _feed(db, two, detail)

    assert "SUMMARY:Rendez-vous" in lines
    assert "CLASS:PRIVATE" in lines
    assert not [each for each in lines if each.startswith(("LOCATION", "DESCRIPTION", "ATTENDEE", "BEGIN:VALARM"))]
    assert not [each for each in lines if "Mimosa" in each or two.her in each or meeting_id in each]


def test_S17_moved_it_keeps_its_uid_and_its_sequence_grows(db: Database, two: Two, meeting_id: str) -> None:
    before = _feed(db, two)
    with db.write() as tx:
        meetings.change(tx, meeting_id, wish(two, LATER), by=two.mediator, now=NOW)
    after = _feed(db, two)

    assert _of(before, "UID") == _of(after, "UID")
    assert (_of(before, "SEQUENCE"), _of(after, "SEQUENCE")) == (["SEQUENCE:0"], ["SEQUENCE:1"])
    assert _of(before, "DTSTART") != _of(after, "DTSTART")


def test_called_off_it_stays_for_14_days_as_called_off(db: Database, two: Two, meeting_id: str) -> None:
    with db.write() as tx:
        meetings.cancel(tx, meeting_id, by=two.mediator, now=NOW)
    days = (FRIDAY - NOW).days

    assert _of(_feed(db, two, days=days + 14), "STATUS") == ["STATUS:CANCELLED"]
    assert _of(_feed(db, two, days=days + 16), "STATUS") == []
    with db.read() as tx:
        assert commitments.last_change(tx, two.peer.id) == NOW


def test_nobody_elses_calendar_knows_of_it(db: Database, two: Two, meeting_id: str) -> None:
    with db.read() as tx:
        assert commitments.of_person(tx, two.mediator.id, now=NOW) == []


def _of(lines: list[str], name: str) -> list[str]:
    return [each for each in lines if each.startswith(name)]
