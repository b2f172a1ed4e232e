"""Places and closures, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.models import ClinicSession
from clinic.queries import places as queries
from clinic.services import places
from clinic.services.places import ClosureDraft, PlaceDraft
from tests import make
from tests.make import FRIDAY, NOW

BUS = PlaceDraft("Bus", "Bois de Vincennes", "Parking de la route du lac", Publicity.TOLD_LATE)
AUGUST = ClosureDraft("Trêve d'été", None, date(2027, 8, 1), date(2027, 8, 31))


@pytest.fixture
def coordinator(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx, Role.COORDINATOR)


def test_S72_the_same_form_sent_twice_adds_one_place(each_db: Database, coordinator: SignedIn) -> None:
    key = make.key()

    for _ in range(2):
        with each_db.write() as tx:
            place_id = places.add(tx, BUS, key=key, by=coordinator, now=NOW)

    with each_db.read() as tx:
        assert queries.places(tx) == [queries.PlaceRow(place_id, BUS.name, BUS.area, BUS.spot, BUS.publicity)]


def test_a_changed_place_makes_calendars_read_its_coming_sessions_again(
    each_db: Database, coordinator: SignedIn
) -> None:
    with each_db.write() as tx:
        place_id = places.add(tx, BUS, key=make.key(), by=coordinator, now=NOW)
        coming = make.make_session(tx, place_id=place_id)
        past = make.make_session(tx, place_id=place_id, starts_at=FRIDAY - timedelta(days=7))
        elsewhere = make.make_session(tx)

    for _ in range(2):  # the second time nothing changes any more
        with each_db.write() as tx:
            places.change(tx, place_id, replace(BUS, spot="Porte Dorée"), by=coordinator, now=NOW)

    with each_db.read() as tx:
        assert queries.place(tx, place_id).spot == "Porte Dorée"
        sequences = [tx.get_one(ClinicSession, each).sequence for each in (coming, past, elsewhere)]
        assert sequences == [1, 0, 0]
        assert tx.get_one(ClinicSession, coming).changed_at == NOW


def test_a_place_or_closure_that_is_not_there_is_not_found(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        with pytest.raises(NotFound):
            places.change(tx, "0" * 16, BUS, by=coordinator, now=NOW)
        with pytest.raises(NotFound):
            places.reopen(tx, "0" * 16, by=coordinator, now=NOW)


def test_S72_the_same_closure_sent_twice_is_noted_once(each_db: Database, coordinator: SignedIn) -> None:
    key = make.key()

    ids = set()
    for _ in range(2):
        with each_db.write() as tx:
            ids.add(places.close(tx, AUGUST, key=key, by=coordinator, now=NOW))

    assert len(ids) == 1
    with each_db.read() as tx:
        assert len(queries.closures(tx, NOW.date())) == 1


def test_a_removed_closure_says_what_it_was_so_that_it_can_come_back(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        closure_id = places.close(tx, AUGUST, key=make.key(), by=coordinator, now=NOW)

    with each_db.write() as tx:
        removed = places.reopen(tx, closure_id, by=coordinator, now=NOW)

    assert removed == AUGUST
    with each_db.read() as tx:
        assert queries.closures(tx, NOW.date()) == []


def test_closures_are_listed_until_their_last_day_with_their_place(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        place_id = make.make_place(tx, name="Salle")
        places.close(tx, AUGUST, key=make.key(), by=coordinator, now=NOW)
        works = ClosureDraft("Travaux", place_id, date(2027, 1, 4), date(2027, 1, 4))
        places.close(tx, works, key=make.key(), by=coordinator, now=NOW)

    with each_db.read() as tx:
        listed = [(row.name, row.place_name) for row in queries.closures(tx, date(2027, 1, 4))]
        assert listed == [("Travaux", "Salle"), ("Trêve d'été", None)]
        assert [row.name for row in queries.closures(tx, date(2027, 1, 5))] == ["Trêve d'été"]
        assert {period.name for period in queries.closed_periods(tx, place_id)} == {"Travaux", "Trêve d'été"}
