"""The rota as a file: its rows, its cells, who may take it, and that it is written down (S44)."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.rota import Staffing
from clinic.domain.sessions import CancelReason
from clinic.models import AuditEntry
from clinic.services import programme
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.forms import post


@pytest.fixture
def coordinator(sign_in: SignIn) -> FlaskClient:
    client = sign_in(Role.COORDINATOR)
    client.set_cookie("language", "en")
    return client


def _rows(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(answer.data.decode("utf-8-sig").splitlines(), delimiter=";"))


def _exports(db: Database) -> int:
    with db.read() as tx:
        return len(tx.scalars(select(AuditEntry).where(AuditEntry.action == "rota.export")).all())


def test_each_person_and_each_gap_is_a_row(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        place_id = make.make_place(tx, area="Paris 18e")
        needs: dict[Role, int | Staffing] = {Role.LAWYER: 3, Role.MEDIATOR: Staffing(1, 2)}
        session_id = make.make_session(tx, needs=needs, place_id=place_id)
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name="Zoé; « Ada »"))
        make.make_session(tx, starts_at=FRIDAY + timedelta(days=7), place_id=place_id)

    answer = pages.press(coordinator, coordinator.get("/rota"), "Download as a table (CSV)")

    one = ["2026-11-27", "09:30", "12:30", "Law access point", "Paris 18e"]
    assert answer.status_code == 200
    assert _rows(answer) == [
        ["Date", "From", "To", "Service", "Area", "Role", "Person", "State", "Session"],
        [*one, "Lawyer", "Zoé; « Ada »", "held", "planned"],
        [*one, "Lawyer", "", "missing: 2", "planned"],
        [*one, "Peer mediation", "", "missing: 1", "planned"],
        [*one, "Peer mediation", "", "wished for: 1", "planned"],
        ["2026-12-04", *one[1:], "", "", "", "planned"],
    ]


def test_a_moved_session_and_a_cancelled_one_say_so(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        mediator = make.make_person(tx, name="Mia")
        moved, cancelled = make.make_session(tx), make.make_session(tx, starts_at=FRIDAY + timedelta(days=7))
        make.make_shift(tx, moved, mediator)
        make.move_session(tx, moved, FRIDAY + timedelta(days=1), by=mediator)
        programme.cancel(tx, cancelled, CancelReason.CREW, by=mediator, now=NOW)

    rows = _rows(post(coordinator, "/rota/export", {"order": "date"}))

    assert [row[-3:] for row in rows[1:]] == [["Mia", "to confirm", "moved"], ["", "", "cancelled"]]


def test_the_file_is_a_table_to_keep_with_a_name_that_says_nothing(coordinator: FlaskClient) -> None:
    answer = post(coordinator, "/rota/export")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agenda-2026-11-22.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["=1+1", "+33", "-1", "@SUM(A1)", '=HYPERLINK("x";"y")'])
def test_S44_no_name_becomes_a_formula(db: Database, coordinator: FlaskClient, name: str) -> None:
    with db.write() as tx:
        series_id = make.make_series(tx, names=(name, name))
        session_id = make.make_session(tx, series_id=series_id, place_id=make.make_place(tx, area=name))
        make.make_shift(tx, session_id, make.make_person(tx, Role.LAWYER, name=name))

    (row,) = _rows(post(coordinator, "/rota/export"))[1:]

    assert [row[3], row[4], row[6]] == [f"'{name}"] * 3
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_file_holds_what_the_list_was_narrowed_to(db: Database, coordinator: FlaskClient) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, name="Ada")
        make.make_shift(tx, make.make_session(tx), lawyer)
        make.make_shift(tx, make.make_session(tx), make.make_person(tx, Role.LAWYER, name="Zoé"))

    answer = pages.press(coordinator, coordinator.get(f"/rota?person={lawyer.id}"), "Download as a table (CSV)")

    assert [row[6] for row in _rows(answer)[1:]] == ["Ada"]


def test_each_file_leaves_one_entry_in_the_audit_trail(db: Database, coordinator: FlaskClient) -> None:
    before = _exports(db)
    coordinator.get("/rota")

    post(coordinator, "/rota/export")

    assert (before, _exports(db)) == (0, 1)


def test_what_the_page_never_sends_is_a_bad_request_and_no_entry(db: Database, coordinator: FlaskClient) -> None:
    assert post(coordinator, "/rota/export", {"everything": "1"}).status_code == 400
    assert coordinator.post("/rota/export").status_code == 400
    assert _exports(db) == 0


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.LAWYER, Role.INTERPRETER, Role.MEMBER])
def test_only_the_coordinator_takes_the_file(db: Database, sign_in: SignIn, role: Role) -> None:
    assert post(sign_in(role), "/rota/export").status_code == 403
    assert _exports(db) == 0
