"""My today, the week and the month."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason
from clinic.services import programme
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY, NOW
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


@pytest.mark.parametrize("month", ["2026-12", "2027-02", "2000-02", "2100-12"])
def test_a_month_is_shown(sign_in: SignIn, month: str) -> None:
    assert sign_in(Role.MEMBER).get(f"/agenda/{month}").status_code == 200


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "1999-12", "2101-01", "202-012", "2026-1", "٢٠٢٦-12"])
def test_a_month_that_does_not_exist_is_not_there(sign_in: SignIn, month: str) -> None:
    assert sign_in(Role.MEMBER).get(f"/agenda/{month}").status_code == 404


def test_the_month_is_a_table_of_weeks_with_what_is_missing_and_what_is_called_off(
    db: Database, sign_in: SignIn
) -> None:
    with db.write() as tx:
        coordinator = make.make_person(tx, Role.COORDINATOR)
        make.make_session(tx, needs={Role.LAWYER: 2})
        called_off = make.make_session(tx, starts_at=FRIDAY - timedelta(days=1), needs={Role.LAWYER: 1})
        programme.cancel(tx, called_off, CancelReason.CREW, by=coordinator, now=NOW)
    client = sign_in(coordinator)
    client.set_cookie("language", "en")

    page = pages.read(client.get("/agenda/2026-11"))

    (table,) = page.all("table")
    assert [each.text for each in page.all("th", inside=table)][::6] == ["Monday", "Sunday"]
    assert len(page.all("tr", inside=table)) == 1 + 6
    assert "2 lawyers missing" in table.text
    assert [" ".join(each.text.split()) for each in page.all("s")] == ["09:30 Law access point"]
    assert table.text.count("cancelled") == 1


def test_a_day_of_a_month_says_which_holidays_it_lies_in(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        make.make_session(tx, starts_at=FRIDAY + timedelta(days=28))
    client = sign_in(Role.MEDIATOR)
    client.set_cookie("language", "en")

    page = client.get("/agenda/2026-12").text

    assert "Christmas Day" in page
    assert "Christmas school holidays" in page


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MEDIATOR, Role.LAWYER])
def test_in_the_month_names_of_the_crew_are_for_those_who_may_know_them(
    db: Database, sign_in: SignIn, role: Role
) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 2})
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name="Avocate Une"))

    page = sign_in(role).get("/agenda/2026-11").text

    assert session_id in page
    assert ("Avocate Une" in page) is (role is Role.COORDINATOR)


@pytest.mark.parametrize("role", [Role.INTERPRETER, Role.MEMBER, Role.WORKSHOP_ORGANISER])
def test_who_is_on_nothing_sees_no_session_of_others_in_the_month(db: Database, sign_in: SignIn, role: Role) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.LAWYER: 1, Role.INTERPRETER: 1})

    assert session_id not in sign_in(role).get("/agenda/2026-11").text


def test_in_the_month_one_finds_ones_own(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER)
        make.make_shift(tx, make.make_session(tx), lawyer)
    client = sign_in(lawyer)
    client.set_cookie("language", "en")

    assert "you are on the crew" in client.get("/agenda/2026-11").text


def test_an_empty_month_names_the_next_session(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, starts_at=FRIDAY + timedelta(days=14))

    page = sign_in(Role.MEDIATOR).get("/agenda/2026-11").text

    assert f'href="/sessions/{session_id}"' in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("path", "role", "views"),
    [
        ("/agenda/2026-W48", Role.COORDINATOR, ["/agenda/2026-W48", "/agenda/2026-11", "/rota"]),
        ("/agenda/2026-W49", Role.LAWYER, ["/agenda/2026-W49", "/agenda/2026-12", "/rota"]),
        ("/agenda/2026-12", Role.MEDIATOR, ["/agenda/2026-W49", "/agenda/2026-12", "/rota"]),
        ("/agenda/2026-11", Role.MEMBER, ["/agenda/2026-W47", "/agenda/2026-11"]),
        ("/rota", Role.MEDIATOR, ["/agenda/2026-W47", "/agenda/2026-11", "/rota"]),
    ],
)
def test_week_month_and_list_lead_to_each_other(sign_in: SignIn, path: str, role: Role, views: list[str]) -> None:
    page = pages.read(sign_in(role).get(path))

    nav = next(each for each in page.all("nav") if each.get("class") == "views")
    links = page.all("a", inside=nav)
    assert [each.get("href") for each in links] == views
    assert [each.get("href") for each in links if each.get("aria-current")] == [path]
