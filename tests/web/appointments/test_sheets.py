"""The day sheet: who may print it, what stands on it, and what never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.appointments import CrewPart, Topic, Wanted
from clinic.domain.contacts import Channel, Choice, Helped, Shared
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason, Kind
from clinic.models import Appointment
from clinic.services import appointments, contacts, exclusions, interpreting, programme
from clinic.services.appointments import Wish
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY, NOW
from tests.web import pages

HALF_HOUR = timedelta(minutes=30)
SECRETS = (
    "canary-service", "canary-place", "canary-area", "canary-spot", "canary-mediator", "canary-lawyer",
    "canary-interpreter", "canary-outside", "canary-address", "Asylum", "Asile",
)  # fmt: skip


@pytest.fixture
def mediator(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR, name="canary-mediator")


@pytest.fixture
def session_id(db: Database, mediator: SignedIn) -> str:
    """Friday, 09:30 to 12:30 at two desks, with a crew; four are booked, one time is held."""
    with db.write() as tx:
        place_id = make.make_place(tx, Publicity.TOLD_LATE, name="canary-place", area="canary-area", spot="canary-spot")
        names = ("canary-service", "canary-service")
        session_id = make.make_session(tx, series_id=make.make_series(tx, names=names), place_id=place_id)
        make.make_shift(tx, session_id, mediator)
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name="canary-lawyer"))
        make.make_shift(tx, session_id, make.make_interpreter(tx, "bin", name="canary-interpreter"))
        ids = [_book(tx, session_id, mediator, *each) for each in enumerate(("Perle", "Galet", "Orge", None))]
        whose = Helped(tx.get_one(Appointment, ids[0]).beneficiary_id)
        contacts.choose(tx, whose, Choice(Channel.MAIL, Shared.NO, email="canary-address@example.org"), now=NOW)
        needs = [make.make_need(tx, session_id, by=mediator, appointment_id=each) for each in ids[1:3]]
        outside = make.make_interpreter(tx, name="canary-outside")
        interpreting.accept(tx, make.make_offer(tx, needs[0], outside), by=outside, now=NOW)
        held = Wish(session_id, FRIDAY + 5 * HALF_HOUR, "Lune", "fra", Topic.ASYLUM)
        appointments.hold(tx, held, key=make.key(), by=mediator, now=NOW)
        return session_id


def _book(tx: Session, session_id: str, by: SignedIn, slot: int, alias: str | None) -> str:
    wanted = (Wanted(CrewPart.INTERPRETER),) if alias == "Perle" else ()
    language = "bin" if alias == "Perle" else "ara"
    wish = Wish(session_id, FRIDAY + slot * HALF_HOUR, alias, language, Topic.ASYLUM, wanted=wanted)
    return appointments.book(tx, wish, key=make.key(), by=by, now=NOW)


def _rows(client: FlaskClient, session_id: str) -> list[list[str]]:
    """The lines of the first table on the paper, cell by cell."""
    page = pages.read(client.get(f"/appointments/sheet/{session_id}"))
    table = next(each for each in page.all("table") if each.get("class") == "lines")
    rows = [
        [" ".join(cell.text.split()) for cell in page.all("th", "td", inside=row)]
        for row in page.all("tr", inside=table)
    ]
    return rows[1:]


@pytest.fixture
def client(sign_in: SignIn, mediator: SignedIn) -> FlaskClient:
    """The mediator of the crew, who reads English."""
    client = sign_in(mediator)
    client.set_cookie("language", "en")
    return client


def _paper(client: FlaskClient, session_id: str) -> str:
    """All that is printed."""
    page = pages.read(client.get(f"/appointments/sheet/{session_id}"))
    sheet = next(each for each in page.all("table") if each.get("class") == "daysheet")
    return " ".join(sheet.text.split())


def test_the_paper_has_each_time_with_the_word_the_language_and_whether_somebody_interprets(
    client: FlaskClient, session_id: str
) -> None:
    rows = [row[:5] for row in _rows(client, session_id)]

    assert rows[::2] == [
        ["09:30", "1", "Perle", "Edo", "yes"],
        ["10:00", "1", "Galet", "Arabic", "yes"],
        ["10:30", "1", "Orge", "Arabic", "to ask"],
        ["11:00", "1", "—", "Arabic", "no"],
        ["11:30", "1", "", "", ""],
        ["12:00", "1", "–", "", ""],
    ]
    assert {tuple(row[2:]) for row in rows[1::2]} == {("", "", "")}


def test_an_interpreter_for_the_whole_session_counts_for_those_who_speak_the_language(
    client: FlaskClient, db: Database, session_id: str, mediator: SignedIn
) -> None:
    with db.write() as tx:
        person = make.make_interpreter(tx)
        offer_id = make.make_offer(tx, make.make_need(tx, session_id, by=mediator), person)
        interpreting.accept(tx, offer_id, by=person, now=NOW)

    assert [row[4] for row in _rows(client, session_id)[::2]] == ["yes", "yes", "yes", "yes", "", ""]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_S04_a_paper_left_on_a_table_says_a_neutral_word_and_nothing_of_place_people_topic_or_contact(
    client: FlaskClient, db: Database, sign_in: SignIn, session_id: str, language: str
) -> None:
    for reader in (client, sign_in(Role.COORDINATOR)):
        reader.set_cookie("language", language)

        printed = _paper(reader, session_id)

        assert [word for word in SECRETS if word.casefold() in printed.casefold()] == []
        assert ("Morning" if language == "en" else "Matin") in printed
        assert "http" not in printed


def test_the_paper_says_by_when_it_is_destroyed_and_keeps_lines_for_those_who_come_as_they_are(
    client: FlaskClient, session_id: str
) -> None:
    printed = _paper(client, session_id)

    assert "Destroy after typing in, at the latest on Friday 4 December." in printed
    assert "Without an appointment Number Word Language seen left 1 2 3 4 5 6 With an interpreter" in printed


@pytest.mark.parametrize("desks", [0, 1])
def test_the_bus_has_twelve_lines_and_no_desk_to_tell_apart(
    client: FlaskClient, db: Database, mediator: SignedIn, desks: int
) -> None:
    with db.write() as tx:
        bus = make.make_session(tx, series_id=make.make_series(tx, kind=Kind.BUS), desks=desks)
        make.make_shift(tx, bus, mediator)

    printed = _paper(client, bus)

    assert " 11 12 With" in printed
    assert "Desk" not in printed
    assert ("did not come" in printed) is (desks > 0)


def test_S07_of_somebody_whom_she_never_meets_the_paper_says_that_the_time_is_taken_and_no_more(
    db: Database, sign_in: SignIn, session_id: str
) -> None:
    with db.write() as tx:
        other, by = make.make_person(tx, Role.MEDIATOR), make.make_person(tx, Role.COORDINATOR)
        make.make_shift(tx, session_id, other)
        first = tx.scalars(select(Appointment).where(Appointment.starts_at == FRIDAY)).one()
        exclusions.exclude(tx, first.beneficiary_id, other.id, by=by, now=NOW)
    client = sign_in(other)

    first_row = _rows(client, session_id)[0]

    assert first_row[1:] == ["1", "–", "", "", "", "", ""]
    assert "Perle" not in client.get(f"/appointments/sheet/{session_id}").text


def test_S02_for_all_but_those_who_run_it_there_is_no_sheet(db: Database, sign_in: SignIn, session_id: str) -> None:
    for role in Role:
        client = sign_in(role)
        for path in ("sheet", "results"):
            answer, nowhere = (client.get(f"/appointments/{path}/{each}") for each in (session_id, "nowhere"))

            assert answer.status_code == (200 if role is Role.COORDINATOR else 404), role
            assert nowhere.status_code == 404
            assert role is Role.COORDINATOR or answer.text == nowhere.text


def test_there_is_no_sheet_of_a_workshop_and_none_of_what_is_called_off(
    db: Database, sign_in: SignIn, session_id: str
) -> None:
    with db.write() as tx:
        by, workshop = make.make_person(tx, Role.COORDINATOR), make.make_workshop(tx)
        programme.cancel(tx, session_id, CancelReason.CREW, by=by, now=NOW)
    client = sign_in(by)
    client.set_cookie("language", "en")

    cancelled = client.get(f"/appointments/sheet/{session_id}").text

    assert client.get(f"/appointments/sheet/{workshop}").status_code == 404
    assert "there is nothing to print" in cancelled
    assert "Perle" not in cancelled
    assert "/appointments/sheet/" not in client.get(f"/sessions/{session_id}").text


def test_S43_a_word_in_any_script_stands_apart_and_cannot_turn_the_line(
    client: FlaskClient, db: Database, session_id: str, mediator: SignedIn
) -> None:
    with db.write() as tx:
        make.make_appointment(tx, session_id, by=mediator, slot=4, alias="<b>ليلى</b>")

    page = client.get(f"/appointments/sheet/{session_id}").text

    assert "<bdi>&lt;b&gt;ليلى&lt;/b&gt;</bdi>" in page


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.LAWYER, Role.COORDINATOR])
def test_the_session_leads_to_the_sheet_and_the_results_those_who_run_it(
    db: Database, sign_in: SignIn, session_id: str, role: Role
) -> None:
    with db.write() as tx:
        somebody = make.make_person(tx, role)
        if role is not Role.COORDINATOR:
            make.make_shift(tx, session_id, somebody)

    links = [each.get("href") for each in pages.read(sign_in(somebody).get(f"/sessions/{session_id}")).all("a")]

    for path in ("sheet", "results"):
        assert (f"/appointments/{path}/{session_id}" in links) is (role is not Role.LAWYER)
