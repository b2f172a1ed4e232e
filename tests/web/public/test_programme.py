"""The public programme: where to go and when, and exact places only where these are public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.places import Publicity
from clinic.domain.sessions import Kind, Status
from clinic.models import ClinicSession, Place, Workshop
from tests import make
from tests.make import FRIDAY


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


@pytest.mark.parametrize(("publicity", "is_told"), [(Publicity.PUBLIC, True), (Publicity.TOLD_LATE, False)])
def test_the_exact_spot_is_shown_only_where_it_is_public(
    db: Database, reader: FlaskClient, publicity: Publicity, *, is_told: bool
) -> None:
    with db.write() as tx:
        place_id = make.make_place(tx, publicity)
        place = tx.get_one(Place, place_id)
        place.spot, place.area = "2 rue de Suez", "Paris 18e"
        make.make_session(tx, place_id=place_id)

    page = reader.get("/").text

    assert ("2 rue de Suez" in page) is is_told
    assert ("Paris 18e" in page) is not is_told


def test_a_session_that_is_not_public_is_not_shown(db: Database, reader: FlaskClient) -> None:
    with db.write() as tx:
        make.make_session(tx, series_id=make.make_series(tx, names=("Réunion", "Staff meeting"), is_public=False))

    assert "Staff meeting" not in reader.get("/").text


@pytest.mark.parametrize(("days", "is_shown"), [(-8, False), (0, True), (7, True), (14, False)])
def test_the_next_two_weeks_are_shown(db: Database, reader: FlaskClient, days: int, *, is_shown: bool) -> None:
    with db.write() as tx:
        make.make_session(tx, starts_at=FRIDAY + timedelta(days=days))

    assert ("Law access point</h3>" in reader.get("/").text) is is_shown


def test_a_cancelled_session_says_so(db: Database, reader: FlaskClient) -> None:
    with db.write() as tx:
        tx.get_one(ClinicSession, make.make_session(tx)).status = Status.CANCELLED

    assert '<span class="tag stop">cancelled</span>' in reader.get("/").text


def test_a_workshop_shows_film_speaker_and_topic_and_not_its_place(db: Database, reader: FlaskClient) -> None:
    with db.write() as tx:
        place_id = make.make_place(tx, Publicity.TOLD_LATE)
        series_id = make.make_series(tx, kind=Kind.WORKSHOP, place_id=place_id)
        session_id = make.make_session(tx, series_id=series_id, place_id=place_id)
        tx.add(Workshop(session_id=session_id, film="Joy", speaker="Ada Obi", topic_fr="Récit", topic_en="Telling"))
        spot = tx.get_one(Place, place_id).spot

    page = reader.get("/").text

    assert all(word in page for word in ("Joy", "Ada Obi", "Telling"))
    assert spot not in page


def test_an_empty_programme_says_what_to_do(reader: FlaskClient) -> None:
    page = reader.get("/").text

    assert "Nothing is planned in the next two weeks." in page
    assert "The next workshops are not fixed yet." in page
