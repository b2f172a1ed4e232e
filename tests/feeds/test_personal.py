"""What a personal feed says at each level of detail (S17), and how it follows the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.db import Database
from clinic.domain.calendars import Detail
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.feeds import ics, personal
from clinic.models import ClinicSession, Person, Place, Shift
from clinic.queries import commitments
from clinic.services import programme, rota
from clinic.services.programme import MoveWish
from tests import make
from tests.feeds.entries import occurrences, unfolded

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.LAWYER)


def test_the_discreet_level_says_the_agenda_word_alone(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), lawyer)

    lines = unfolded(feed_of(db, lawyer, Detail.DISCREET))

    assert "SUMMARY:Matin" in lines
    assert not any(line.startswith(("LOCATION", "DESCRIPTION")) for line in lines)


def test_the_named_level_says_the_name_and_a_public_place(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, lawyer)
        spot = tx.get_one(Place, tx.get_one(ClinicSession, session_id).place_id).spot

    lines = unfolded(feed_of(db, lawyer, Detail.NAMED))

    assert {"SUMMARY:Point d'accès au droit", f"LOCATION:{spot}"} <= set(lines)
    assert not any(line.startswith("DESCRIPTION") for line in lines)


def test_the_named_level_never_says_a_place_that_is_told_late(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        place_id = make.make_place(tx, Publicity.TOLD_LATE)
        make.make_shift(tx, make.make_session(tx, place_id=place_id), lawyer)

    assert not any(line.startswith("LOCATION") for line in unfolded(feed_of(db, lawyer, Detail.NAMED)))


def test_a_feed_speaks_the_language_of_its_link(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), lawyer)

    assert "SUMMARY:Morning" in unfolded(feed_of(db, lawyer, Detail.DISCREET, "en"))
    assert "SUMMARY:Law access point" in unfolded(feed_of(db, lawyer, Detail.NAMED, "en"))


@pytest.mark.usefixtures("noise")
def test_a_feed_shows_exactly_the_shifts_of_its_owner(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        series_id = make.make_series(tx)
        for number in range(12):
            session_id = make.make_session(tx, starts_at=make.FRIDAY + number * WEEK, series_id=series_id)
            if number % 3:
                make.make_shift(tx, session_id, lawyer)

    read = occurrences(feed_of(db, lawyer, Detail.NAMED))

    with db.read() as tx:
        held = tx.query(Shift, ClinicSession).join(ClinicSession).filter(Shift.person_id == lawyer.id)
        assert sorted(read) == sorted((shift.uid, each.starts_at, each.ends_at) for shift, each in held)
    assert len(read) == 8


def test_S74_a_weekly_18_00_stays_18_00(db: Database, lawyer: SignedIn) -> None:
    instants = [
        datetime(2026, 10, 22, 16, tzinfo=UTC),
        datetime(2026, 10, 29, 17, tzinfo=UTC),
        datetime(2027, 3, 25, 17, tzinfo=UTC),
        datetime(2027, 4, 1, 16, tzinfo=UTC),
    ]
    before = instants[0] - WEEK
    with db.write() as tx:
        for starts_at in instants:
            make.make_shift(tx, make.make_session(tx, starts_at=starts_at), lawyer, now=before)

    feed = feed_of(db, lawyer, Detail.DISCREET, now=before)

    starts = [line for line in unfolded(feed) if line.startswith("DTSTART;")]
    assert len(starts) == 4
    assert all(line.endswith("T180000") for line in starts)
    assert [start for _uid, start, _end in occurrences(feed)] == instants


def test_a_move_a_cancellation_and_a_restoration_advance_the_sequence(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, lawyer)
        place_id = tx.get_one(ClinicSession, session_id).place_id
    seen = [event_lines(feed_of(db, lawyer, Detail.DISCREET))]

    later = make.FRIDAY + timedelta(hours=5)
    wish = MoveWish(later, later + timedelta(hours=2), place_id)
    with db.write() as tx:
        programme.move(tx, session_id, wish, leaving=frozenset(), by=lawyer, now=make.NOW + HOUR)
    seen.append(event_lines(feed_of(db, lawyer, Detail.DISCREET)))
    with db.write() as tx:
        programme.cancel(tx, session_id, CancelReason.VENUE, by=lawyer, now=make.NOW + 2 * HOUR)
    seen.append(event_lines(feed_of(db, lawyer, Detail.DISCREET)))
    with db.write() as tx:
        programme.restore(tx, session_id, by=lawyer, now=make.NOW + 3 * HOUR)
    seen.append(event_lines(feed_of(db, lawyer, Detail.DISCREET)))

    assert [each["STATUS"] for each in seen] == ["CONFIRMED", "TENTATIVE", "CANCELLED", "TENTATIVE"]
    assert len({each["UID"] for each in seen}) == 1
    assert [each["DTSTART;TZID=Europe/Paris"][-6:] for each in seen] == ["093000", "143000", "143000", "143000"]
    sequences = [int(each["SEQUENCE"]) for each in seen]
    assert sequences == sorted(set(sequences))
    changes = [each["LAST-MODIFIED"] for each in seen]
    assert changes == sorted(set(changes)) == [each["DTSTAMP"] for each in seen]


def test_a_shift_taken_again_keeps_its_uid_and_advances(db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 1})
        shift_id = rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=make.NOW)
    before = event_lines(feed_of(db, lawyer, Detail.DISCREET))

    with db.write() as tx:
        rota.give_back(tx, shift_id, by=lawyer, now=make.NOW)
    without = occurrences(feed_of(db, lawyer, Detail.DISCREET))
    with db.write() as tx:
        rota.take(tx, session_id, Role.LAWYER, by=lawyer, now=make.NOW)
    after = event_lines(feed_of(db, lawyer, Detail.DISCREET))

    assert without == []
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


@pytest.mark.parametrize("detail", Detail)
def test_S04_no_word_about_others_is_in_any_byte(db: Database, lawyer: SignedIn, detail: Detail) -> None:
    with db.write() as tx:
        place_id = make.make_place(tx, Publicity.TOLD_LATE, name="canaryplace")
        session_id = make.make_session(tx, place_id=place_id, desks=3, needs={Role.LAWYER: 7, Role.MEDIATOR: 9})
        make.make_shift(tx, session_id, lawyer)
    empty = feed_of(db, lawyer, detail)

    with db.write() as tx:
        mediator = make.make_person(tx, Role.MEDIATOR, name="canaryname", sign_in_name="canarysignin")
        make.make_shift(tx, session_id, mediator)
        tx.get_one(Person, lawyer.id).name = "canaryowner"
        for slot in range(3):
            make.make_appointment(tx, session_id, by=mediator, slot=slot, alias=f"canaryalias{slot}", language="bin")
    full = feed_of(db, lawyer, detail)

    assert full == empty, "the same bytes however many are booked"
    told_late = [b"canary", b"Quartier", b"rue de Suez", b"rights", b"bin:", lawyer.id.encode(), session_id.encode()]
    assert not [word for word in told_late if word in full]


def feed_of(db: Database, person: SignedIn, detail: Detail, language: str = "fr", now: datetime = make.NOW) -> bytes:
    with db.read() as tx:
        mine = commitments.of_person(tx, person.id, now=now)
    return ics.render(personal.entries(mine, detail, language), name="Agenda", is_public=False)


def event_lines(feed: bytes) -> dict[str, str]:
    """The properties of the one event of a feed."""
    lines = unfolded(feed)
    event = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]
    return {name: value for name, _colon, value in (line.partition(":") for line in event)}
