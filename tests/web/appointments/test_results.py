"""Typing in the results of an evening: one page, saved as a whole, and nothing typed is ever lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment, Beneficiary, Visit
from clinic.services import attendance, bookings, programme, queue
from clinic.services.queue import Arrival
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock, stay
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.forms import post

AFTER = FRIDAY + timedelta(hours=4)


@pytest.fixture
def mediator(db: Database) -> SignedIn:
    with db.write() as tx:
        return make.make_person(tx, Role.MEDIATOR)


@pytest.fixture
def session_id(db: Database, mediator: SignedIn) -> str:
    with db.write() as tx:
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, mediator)
        return session_id


@pytest.fixture
def booked(db: Database, mediator: SignedIn, session_id: str) -> list[str]:
    """Three appointments: Perle, Galet, Orge."""
    with db.write() as tx:
        return [
            make.make_appointment(tx, session_id, by=mediator, slot=slot, alias=alias, language="bin")
            for slot, alias in enumerate(("Perle", "Galet", "Orge"))
        ]


@pytest.fixture
def client(sign_in: SignIn, mediator: SignedIn, booked: list[str], clock: Clock) -> FlaskClient:
    """The mediator, who reads English, an hour after the session."""
    return _signed_in_at(AFTER, sign_in, mediator, clock)


def _signed_in_at(at: datetime, sign_in: SignIn, mediator: SignedIn, clock: Clock) -> FlaskClient:
    clock.set(at)
    client = sign_in(mediator)
    client.set_cookie("language", "en")
    return client


def _open(client: FlaskClient, session_id: str) -> TestResponse:
    answer = client.get(f"/appointments/results/{session_id}")
    assert answer.status_code == 200
    return answer


def _save(client: FlaskClient, page: TestResponse, **typed: str) -> TestResponse:
    return pages.press(client, page, "Save", more=None, **typed)


def _outcomes(db: Database, booked: list[str]) -> list[Outcome | None]:
    with db.read() as tx:
        return [tx.get_one(Appointment, each).outcome for each in booked]


def _visits(db: Database) -> list[tuple[str | None, str, VisitState]]:
    query = select(Visit, Beneficiary).join(Beneficiary, Visit.beneficiary_id == Beneficiary.id).order_by(Visit.number)
    with db.read() as tx:
        return [(her.alias, each.language, each.state) for each, her in tx.execute(query)]


def _note(db: Database, appointment_id: str, outcome: Outcome, by: SignedIn) -> None:
    with db.write() as tx:
        attendance.note(tx, appointment_id, outcome, seen=None, by=by, now=AFTER)


def test_all_of_an_evening_is_saved_at_once_counted_and_shown_again(
    client: FlaskClient, db: Database, session_id: str, booked: list[str]
) -> None:
    first, second, third = (f"outcome_{each}" for each in booked)
    people = {"alias_0": "Lune", "language_0": "yor", "language_4": "ron", "fate_4": "left"}

    answer = _save(client, _open(client, session_id), **{first: "came", second: "excused", third: "no_show"}, **people)
    shown = client.get(answer.location)

    assert answer.status_code == 303
    assert _outcomes(db, booked) == [Outcome.CAME, Outcome.EXCUSED, Outcome.NO_SHOW]
    assert _visits(db) == [("Lune", "yor", VisitState.DONE), (None, "ron", VisitState.LEFT)]
    assert "Noted by now: 1 came, 1 excused, 1 did not come, 2 walk-ins." in shown.text
    assert {name: pages.form_of(shown, "Save")[name] for name in (first, second, third)} == {
        first: "came", second: "excused", third: "no_show",
    }  # fmt: skip
    for words in ("Lune", "Somebody without a record", "left without being seen", f"/appointments/queue/{session_id}"):
        assert words in shown.text


def test_a_saved_result_is_changed_back_on_the_same_page(
    client: FlaskClient, db: Database, session_id: str, booked: list[str]
) -> None:
    field = f"outcome_{booked[0]}"
    _save(client, _open(client, session_id), **{field: "came"})

    _save(client, _open(client, session_id), **{field: ""})

    assert _outcomes(db, booked) == [None, None, None]


def test_S72_a_double_click_gives_one_result_of_each(
    client: FlaskClient, db: Database, session_id: str, booked: list[str]
) -> None:
    page = _open(client, session_id)
    typed = {f"outcome_{booked[0]}": "came", "alias_0": "Lune", "language_0": "yor", "language_1": "ron"}

    answers = [_save(client, page, **typed) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert len(_visits(db)) == 2


def test_S73_what_somebody_else_noted_is_shown_and_saving_again_decides(
    client: FlaskClient, db: Database, session_id: str, booked: list[str], mediator: SignedIn
) -> None:
    page, field = _open(client, session_id), f"outcome_{booked[0]}"
    _note(db, booked[0], Outcome.EXCUSED, mediator)
    _note(db, booked[1], Outcome.CAME, mediator)

    stale = _save(client, page, **{field: "came", "alias_2": "Lune", "language_2": "yor"})
    before = _outcomes(db, booked)
    again = _save(client, stale)

    told = pages.read(stale)
    words = "Somebody noted meanwhile: excused herself. Yours is still chosen: save again to keep it."
    assert (stale.status_code, told.errors(), words in told.errors_at(field)) == (409, [words], True)
    assert pages.form_of(stale, "Save")["alias_2"] == "Lune"
    assert before == [Outcome.EXCUSED, Outcome.CAME, None]
    assert again.status_code == 303
    assert _outcomes(db, booked) == [Outcome.CAME, Outcome.CAME, None]
    assert len(_visits(db)) == 1


def test_S73_who_was_put_in_the_line_meanwhile_is_shown_before_anybody_is_counted_twice(
    client: FlaskClient, db: Database, session_id: str, mediator: SignedIn
) -> None:
    page = _open(client, session_id)
    with db.write() as tx:
        queue.arrive(tx, session_id, Arrival("Lune", "yor", None), key=make.key(), by=mediator, now=AFTER)

    stale = _save(client, page, alias_0="Lune", language_0="yor")
    again = _save(client, stale)

    assert "Somebody put people in the line meanwhile" in pages.read(stale).errors()[0]
    assert pages.read(again).errors() == ["This person is in the line already."]
    assert pages.read(again).errors_at("alias_0")
    assert (stale.status_code, again.status_code, len(_visits(db))) == (409, 409, 1)


def test_S73_an_appointment_that_was_called_off_meanwhile_takes_nothing_else_with_it(
    sign_in: SignIn, db: Database, session_id: str, booked: list[str], mediator: SignedIn, clock: Clock
) -> None:
    client = _signed_in_at(FRIDAY - timedelta(hours=1), sign_in, mediator, clock)
    page = _open(client, session_id)
    with db.write() as tx:
        bookings.cancel(tx, booked[2], by=mediator, now=clock())

    told = _save(client, page, **{f"outcome_{each}": "excused" for each in booked[1:]})
    again = _save(client, told)

    assert told.status_code == 422
    assert "it is not in the list any more" in pages.read(told).errors()[0]
    assert again.status_code == 303
    assert _outcomes(db, booked) == [None, Outcome.EXCUSED, None]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("typed", "field"), [
    ({"alias_3": "Lune"}, "language_3"), ({"fate_3": "left"}, "language_3"), ({"language_3": "zzz1"}, "language_3"),
    ({"alias_3": "x" * 41, "language_3": "yor"}, "alias_3"), ({"alias_3": "Iris\u202e"}, "alias_3"),
    ({"alias_3": "I" + "\u0301" * 5, "language_3": "yor"}, "alias_3"), ({"fate_3": "eaten"}, "fate_3"),
])  # fmt: skip
def test_what_is_wrong_in_a_line_is_said_at_that_line_and_nothing_typed_is_lost(
    client: FlaskClient, db: Database, session_id: str, booked: list[str], language: str, typed: dict[str, str],
    field: str,
) -> None:  # fmt: skip
    client.set_cookie("language", language)
    page = _open(client, session_id)
    save = pages.read(page).all("button")[-2].text
    others = {f"outcome_{booked[0]}": "came", "alias_0": "Ìfẹ́", "language_0": "yor"}

    answer = pages.press(client, page, save, **{**others, **typed})

    kept = pages.form_of(answer, save)
    assert answer.status_code == 422
    assert pages.read(answer).errors_at(field)
    assert pages.problems(answer.text) == []
    assert {name: kept.get(name) for name in others} == others
    assert _visits(db) == []
    assert _outcomes(db, booked) == [None, None, None]


def test_S43_names_of_lines_in_any_script_are_kept(client: FlaskClient, db: Database, session_id: str) -> None:
    aliases = ["Ìfẹ́", "ليلى", "小雨", "Ана", "<i>Iris</i>"]
    typed = {f"alias_{number}": alias for number, alias in enumerate(aliases)}
    answer = _save(
        client, _open(client, session_id), **typed, **{f"language_{number}": "eng" for number in range(len(aliases))}
    )

    shown = client.get(answer.location).text

    assert [alias for alias, _language, _state in _visits(db)] == aliases
    assert "<bdi>&lt;i&gt;Iris&lt;/i&gt;</bdi>" in shown


def test_more_lines_keep_what_was_typed_and_save_nothing(
    client: FlaskClient, db: Database, session_id: str, booked: list[str]
) -> None:
    page = _open(client, session_id)

    more = pages.press(client, page, "More lines", **{f"outcome_{booked[0]}": "came", "alias_7": "Lune", "more": "y"})
    form = pages.form_of(more, "Save")
    answer = _save(client, more, language_7="yor", language_15="ron")

    assert more.status_code == 200
    assert (form["alias_7"], form[f"outcome_{booked[0]}"], "alias_15" in form, "alias_16" in form) == (
        "Lune", "came", True, False,
    )  # fmt: skip
    assert answer.status_code == 303
    assert len(_visits(db)) == 2


def test_that_she_did_not_come_is_offered_only_after_the_start(
    sign_in: SignIn, mediator: SignedIn, session_id: str, booked: list[str], clock: Clock
) -> None:
    client = _signed_in_at(FRIDAY + timedelta(minutes=1), sign_in, mediator, clock)
    page = _open(client, session_id)

    offered = {each.get("name") for each in pages.read(page).all("input") if each.get("value") == Outcome.NO_SHOW.value}
    forced = _save(client, page, **{f"outcome_{booked[1]}": "no_show"})

    assert offered == {f"outcome_{booked[0]}"}
    assert forced.status_code == 422


def test_a_day_later_nobody_is_added_but_who_came_is_still_noted(
    sign_in: SignIn, mediator: SignedIn, db: Database, session_id: str, booked: list[str], clock: Clock
) -> None:
    client = _signed_in_at(FRIDAY + timedelta(hours=26), sign_in, mediator, clock)
    opened = _open(client, session_id)
    stay(client, clock, FRIDAY + timedelta(hours=28))

    too_late = _save(client, opened, language_0="yor")
    page = _open(client, session_id)
    _save(client, page, **{f"outcome_{booked[0]}": "came"})

    assert too_late.status_code == 409
    assert pages.read(too_late).errors_at("alias_0")
    assert "nobody can be added any more" in page.text
    assert _outcomes(db, booked)[0] is Outcome.CAME


def test_a_session_that_is_called_off_takes_no_results(client: FlaskClient, db: Database, session_id: str) -> None:
    page = _open(client, session_id)
    with db.write() as tx:
        programme.cancel(tx, session_id, CancelReason.CREW, by=make.make_person(tx, Role.COORDINATOR), now=NOW)

    answer = _save(client, page, language_0="yor")

    assert answer.status_code == 409
    assert pages.read(answer).errors() == ["This session is cancelled."]
    assert _visits(db) == []


@pytest.mark.parametrize("wrong", [{"unknown": "x"}, {"key": "x"}, {"seen": "eaten"}])
def test_S05_what_no_page_of_ours_sends_is_a_bad_request(
    client: FlaskClient, session_id: str, booked: list[str], wrong: dict[str, str]
) -> None:
    typed = {f"seen_{booked[0]}": value if name == "seen" else "" for name, value in wrong.items()}

    answer = post(client, f"/appointments/results/{session_id}", {**typed, **wrong} if "seen" not in wrong else typed)

    assert answer.status_code == 400


def test_S02_somebody_elses_appointment_cannot_be_typed_in(
    client: FlaskClient, db: Database, session_id: str, mediator: SignedIn
) -> None:
    with db.write() as tx:
        foreign = make.make_appointment(tx, make.make_session(tx), by=make.make_person(tx, Role.MEDIATOR), now=NOW)

    answer = post(client, f"/appointments/results/{session_id}", {f"outcome_{foreign}": "came", f"seen_{foreign}": ""})

    assert answer.status_code == 422
    assert _outcomes(db, [foreign]) == [None]
