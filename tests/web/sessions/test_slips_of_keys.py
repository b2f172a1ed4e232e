"""What nobody means to send: years that no agenda has, and an undo at no instant."""

from __future__ import annotations

import pytest

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import ClinicSession
from tests.conftest import SignIn
from tests.make import FRIDAY, make_place, make_series, make_session
from tests.web.forms import post

YEARS = ["0001-01-01", "2126-11-27", "9999-12-31"]


@pytest.mark.parametrize("on", YEARS)
def test_a_session_is_not_moved_or_added_in_a_year_that_no_agenda_has(db: Database, sign_in: SignIn, on: str) -> None:
    with db.write() as tx:
        place_id = make_place(tx)
        series_id = make_series(tx, place_id=place_id)
        session_id = make_session(tx, place_id=place_id, series_id=series_id)
    client = sign_in(Role.COORDINATOR)
    wish = {"on": on, "starts": "22:00", "ends": "02:00", "place_id": place_id}

    for url in (f"/sessions/{session_id}/move", f"/sessions/series/{series_id}/add"):
        answer = post(client, url, wish)

        assert answer.status_code == 422
        assert "d’ici deux ans" in answer.text
        assert on in answer.text
    with db.read() as tx:
        assert tx.get_one(ClinicSession, session_id).starts_at == FRIDAY


@pytest.mark.parametrize("until", ["9" * 5000, "-1", "soon"])
def test_an_undo_at_no_instant_is_a_bad_request(db: Database, sign_in: SignIn, until: str) -> None:
    with db.write() as tx:
        session_id = make_session(tx)

    answer = post(sign_in(Role.COORDINATOR), f"/sessions/{session_id}/restore", {"undo_until": until})

    assert answer.status_code == 400
