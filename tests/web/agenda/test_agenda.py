"""My today, and the week."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY
from tests.web import pages


def test_a_lawyer_sees_first_what_is_next_and_then_what_lacks_her(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        mine = make.make_session(tx, starts_at=FRIDAY + timedelta(days=7))
        make.make_shift(tx, mine, lawyer)
        lacking = make.make_session(tx, needs={Role.LAWYER: 1})
    client = sign_in(lawyer)
    client.set_cookie("language", "en")

    page = client.get("/agenda").text

    assert page.index(mine) < page.index(lacking)
    assert "Directions" in page
    assert "I take it" in page


def test_a_session_at_a_place_told_late_is_opened_in_her_own_map_alone(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        make.make_shift(tx, make.make_session(tx, place_id=make.make_place(tx, Publicity.TOLD_LATE)), lawyer)
    links = [each.get("href") for each in pages.read(sign_in(lawyer).get("/agenda")).all("a")]

    assert [link for link in links if link.startswith("geo:")]
    assert not [link for link in links if link.startswith("http")]


@pytest.mark.parametrize("week", ["2026-W48", "2026-W53", "2000-W01", "2100-W52"])
def test_a_week_is_shown(sign_in: SignIn, week: str) -> None:
    assert sign_in(Role.MEMBER).get(f"/agenda/{week}").status_code == 200


@pytest.mark.parametrize(
    "week", ["2026-W54", "2025-W53", "2026-48", "1999-W52", "2101-W01", "x", "2026-W00", "٢٠٢٦-W48"]
)
def test_a_week_that_does_not_exist_is_not_there(sign_in: SignIn, week: str) -> None:
    assert sign_in(Role.MEMBER).get(f"/agenda/{week}").status_code == 404


def test_an_empty_week_names_the_next_session(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, starts_at=FRIDAY + timedelta(days=14))

    assert f'href="/sessions/{session_id}"' in sign_in(Role.MEDIATOR).get("/agenda/2026-W48").text


def test_the_board_tells_the_coordinator_who_is_on_and_what_is_missing(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 2, Role.INTERPRETER: 1})
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name="Avocate Une"))
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")

    page = client.get("/agenda/2026-W48").text

    assert all(
        words in page for words in ("Avocate Une", "1 lawyer missing", "1 interpreter missing", "0 of 12 booked")
    )


def test_a_mediator_sees_how_many_are_on_and_no_names(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        make.make_shift(tx, make.make_session(tx), make.make_person(tx, Role.LAWYER, name="Avocate Une"))
    client = sign_in(Role.MEDIATOR)
    client.set_cookie("language", "en")

    page = client.get("/agenda/2026-W48").text

    assert "1 lawyer" in page
    assert "Avocate Une" not in page


@pytest.mark.parametrize("role", [Role.INTERPRETER, Role.MEMBER, Role.WORKSHOP_ORGANISER])
def test_who_is_on_nothing_sees_no_session_of_others(db: Database, sign_in: SignIn, role: Role) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 1, Role.INTERPRETER: 1})
    client = sign_in(role)

    assert session_id not in client.get("/agenda").text + client.get("/agenda/2026-W48").text
