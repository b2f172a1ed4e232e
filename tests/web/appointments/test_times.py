"""Several people required at once: times at which all are free, refusals that say who is missing and nothing else."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.appointments import AppointmentState, CrewPart, Wanted
from clinic.domain.people import Role
from clinic.models import Appointment, Beneficiary
from clinic.services import appointments, exclusions
from clinic.services.appointments import Wish
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY, NOW
from tests.web import pages
from tests.web.appointments.desk import SLOT, WEEK, Desk, live, sentences, there, times, wish
from tests.web.forms import post

BOOKED, HELD = AppointmentState.BOOKED, AppointmentState.HELD
THIS_DAY, NEXT_DAY = "Friday 27 November Law access point", "Friday 4 December Law access point"


def _take_lawyer(db: Database, desk: Desk, *slots: int, session_id: str | None = None) -> None:
    """Somebody else's appointments with the lawyer."""
    with db.write() as tx:
        other = make.make_person(tx, name="Une Autre")
        for slot in slots:
            at = FRIDAY + slot * SLOT + (WEEK if session_id == desk.second else 0 * WEEK)
            each = Wish(session_id or desk.first, at, f"Secrète {slot}", "ron", None, wanted=(Wanted(CrewPart.LEGAL),))
            appointments.book(tx, each, key=make.key(), by=other, now=NOW)


def _select(page: pages.Page, name: str) -> list[str]:
    field = next(each for each in page.all("select") if each.get("name") == name)
    return [each.text for each in page.all("option", inside=field)]


def test_without_a_time_all_times_at_which_all_are_free_are_shown_and_one_press_books(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    _take_lawyer(db, desk, 1)
    asked = mina.get(f"/appointments/new/{desk.first}")

    shown = pages.press(
        mina, asked, "Book", alias="Iris", language="bin", legal="any", mediator=desk.mediator.id, at=""
    )
    booked = pages.press(mina, shown, "10:30")

    assert (shown.status_code, shown.request.query_string) == (200, b"")
    assert times(shown) == {THIS_DAY: ["09:30", "10:30"], NEXT_DAY: ["09:30", "10:00", "10:30"]}
    assert not pages.problems(shown.text)
    assert booked.status_code == 303
    assert (BOOKED, desk.first, FRIDAY + 2 * SLOT) in live(db)
    with db.read() as tx:
        whose = tx.scalars(select(Appointment).where(Appointment.language == "bin")).one()
    assert booked.location == f"/sessions/{whose.session_id}"


def test_a_time_of_another_date_is_booked_there_and_kept_if_that_was_chosen(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    shown = post(mina, f"/appointments/new/{desk.first}", wish(at="", legal="any"))
    page = pages.read(shown)
    later = next(each for each in page.all("button") if each.get("formaction").endswith(desk.second))
    form = page.values(next(each for each in later.inside if each.tag == "form"))

    answer = mina.post(later.get("formaction"), data={**form, "at": later.get("value"), "act": "hold"})

    assert (answer.status_code, [each[:2] for each in live(db)]) == (303, [(HELD, desk.second)])


def test_who_is_missing_is_said_with_the_times_that_are_free_and_nothing_of_anybody_elses_appointment(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    _take_lawyer(db, desk, 0)

    answer = post(mina, f"/appointments/new/{desk.first}", wish(legal="any"))

    assert answer.status_code == 409
    assert pages.read(answer).errors() == [
        "At 09:30, nobody is free as: lawyer or legal adviser. Free times: 10:00, 10:30."
    ]
    assert times(answer)[THIS_DAY] == ["10:00", "10:30"]
    for secret in ("Secrète", "Romanian<", "Une Autre", "Ada"):
        assert secret not in answer.text
    assert not pages.problems(answer.text)


def test_a_date_on_which_somebody_is_always_missing_says_who_and_which_date_is_next(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    _take_lawyer(db, desk, 0, 1, 2)

    answer = post(mina, f"/appointments/new/{desk.first}", wish(at="", legal=desk.lawyer.id, mediator="any"))

    said = sentences(answer)
    assert times(answer) == {THIS_DAY: [], NEXT_DAY: ["09:30", "10:00", "10:30"]}
    assert "No time at which all of them are free. Missing at all times: lawyer or legal adviser." in said
    assert "Next possible date: Friday 4 December" in said
    assert "Times at which all of them are free: lawyer or legal adviser, mediator." in said


def test_when_no_date_has_such_a_time_it_is_said_and_what_was_wished_can_be_changed_with_nothing_lost(
    mina: FlaskClient, desk: Desk
) -> None:
    answer = post(mina, f"/appointments/new/{desk.first}", wish(at="", interpreter="on_site", topic="asylum"))

    changed = pages.press(mina, answer, "Change what I said", change="y")

    said = "No date of the next ones has such a time. Change who must be there, or look at another session."
    assert said in sentences(answer)
    assert "No time at which all of them are free. Missing at all times: interpreter." in sentences(answer)
    kept = pages.form_of(changed, "Book")
    assert changed.status_code == 200
    assert [kept[each] for each in ("alias", "language", "topic", "interpreter", "key")] == [
        "Iris", "bin", "asylum", "on_site", pages.form_of(answer, "Change")["key"]
    ]  # fmt: skip


def test_S72_a_time_pressed_twice_is_booked_once(mina: FlaskClient, db: Database, desk: Desk) -> None:
    shown = post(mina, f"/appointments/new/{desk.first}", wish(at="", mediator="any"))

    answers = [pages.press(mina, shown, "10:00", at="20261127T0900Z") for _ in range(3)]

    assert {(each.status_code, each.location) for each in answers} == {(303, f"/sessions/{desk.first}")}
    assert live(db) == [(BOOKED, desk.first, FRIDAY + SLOT)]


def test_S72_a_form_that_kept_a_time_says_so_again_when_it_is_sent_again_to_book(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    said = wish()

    held, again = (post(mina, f"/appointments/new/{desk.first}", {**said, "act": act}) for act in ("hold", "book"))

    assert held.location == again.location
    assert "The time is kept until 10:15." in mina.get(again.location).text
    assert [each[0] for each in live(db)] == [HELD]


def test_somebody_without_a_record_is_booked(mina: FlaskClient, db: Database, desk: Desk) -> None:
    answer = post(mina, f"/appointments/new/{desk.first}", wish(alias=""))

    assert answer.status_code == 303
    assert "Somebody without a record" in mina.get(answer.location).text
    assert "Somebody without a record" not in mina.get("/beneficiaries").text
    with db.read() as tx:
        assert tx.scalars(select(Beneficiary.alias)).all() == [None]


def test_somebody_known_is_chosen_by_name_or_from_an_address_with_her_language_and_her_mediator(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    with db.write() as tx:
        make.make_appointment(tx, desk.second, by=desk.mediator, alias="Nacre", language="yor")
        whom_id = tx.scalars(select(Beneficiary.id)).one()

    asked = mina.get(f"/appointments/new/{desk.first}?for={whom_id}")
    kept = pages.form_of(asked, "Book")
    booked = pages.press(mina, asked, "Book", at="20261127T0830Z")

    assert [kept[each] for each in ("who", "language", "mediator")] == [whom_id, "yor", desk.mediator.id]
    assert _select(pages.read(asked), "who") == ["Somebody who is not on my list", "Nacre"]
    assert booked.status_code == 303
    assert there(db) == {CrewPart.MEDIATOR: desk.mediator.id}


def test_a_choice_from_the_list_and_a_word_besides_is_one_too_many(mina: FlaskClient, db: Database, desk: Desk) -> None:
    with db.write() as tx:
        make.make_appointment(tx, desk.second, by=desk.mediator)
        whom_id = tx.scalars(select(Beneficiary.id)).one()

    answer = post(mina, f"/appointments/new/{desk.first}", wish(who=whom_id))

    assert answer.status_code == 422
    assert "Choose her from the list, or give a word: not both." in pages.read(answer).errors_at("who")


def test_S07_whom_she_never_meets_stands_in_no_list_and_is_simply_missing(
    mina: FlaskClient, db: Database, desk: Desk
) -> None:
    with db.write() as tx:
        make.make_appointment(tx, desk.second, by=desk.mediator)
        whom_id = tx.scalars(select(Beneficiary.id)).one()
        exclusions.exclude(tx, whom_id, desk.lawyer.id, by=desk.mediator, now=NOW)

    open_to_all = mina.get(f"/appointments/new/{desk.first}")
    for_her = mina.get(f"/appointments/new/{desk.first}?for={whom_id}")
    named = post(mina, f"/appointments/new/{desk.first}", wish(alias="", who=whom_id, legal=desk.lawyer.id))

    assert "Ada" in _select(pages.read(open_to_all), "legal")
    assert _select(pages.read(for_her), "legal") == ["Nobody in particular", "Anybody who is free"]
    assert pages.read(named).errors() == [
        "At 09:30, nobody is free as: lawyer or legal adviser. No other time is free at this session."
    ]
    assert "Ada" not in named.text


@pytest.mark.parametrize("field", ["who", "after"])
def test_S02_somebody_elses_person_or_appointment_is_the_same_404_as_none(
    mina: FlaskClient, db: Database, desk: Desk, field: str
) -> None:
    with db.write() as tx:
        other_session = make.make_session(tx)
        booked_id = make.make_appointment(tx, other_session, by=make.make_person(tx))
        whom_id = tx.get_one(Appointment, booked_id).beneficiary_id
    url = f"/appointments/new/{desk.first}"

    foreign = {"who": whom_id, "after": booked_id}[field]
    answers = [post(mina, url, wish(alias="", **{field: each})) for each in (foreign, "0" * 16, "'; drop --")]
    asked = [mina.get(f"{url}?for={each}") for each in (whom_id, "0" * 16)]

    assert {each.status_code for each in (*answers, *asked)} == {404}
    assert len({each.text for each in answers}) == len({each.text for each in asked}) == 1


@pytest.mark.parametrize("field", ["legal", "mediator", "interpreter", "act", "topic", "at", "change"])
def test_hostile_text_in_a_choice_books_nobody_and_breaks_nothing(
    mina: FlaskClient, db: Database, desk: Desk, field: str
) -> None:
    answer = post(mina, f"/appointments/new/{desk.first}", wish(**{field: "<b>\u202e' OR 1=1 --"}))

    assert answer.status_code in {200, 409, 422}
    assert "<b>\u202e" not in answer.text
    assert live(db) == []


def test_S05_an_unknown_field_is_refused(mina: FlaskClient, desk: Desk) -> None:
    assert post(mina, f"/appointments/new/{desk.first}", wish(desk="1")).status_code == 400


def test_a_mediator_who_is_not_on_the_crew_names_nobody_and_books_whoever_is_free(
    sign_in: SignIn, db: Database, desk: Desk
) -> None:
    client = sign_in(Role.MEDIATOR)
    client.set_cookie("language", "en")
    asked = client.get(f"/appointments/new/{desk.first}")

    booked = pages.press(client, asked, "Book", alias="Iris", language="bin", legal="any", at="20261127T0830Z")
    with db.read() as tx:
        booked_id = tx.scalars(select(Appointment.id)).one()
    page = client.get(f"/appointments/{booked_id}")

    assert _select(pages.read(asked), "legal") == ["Nobody in particular", "Anybody who is free"]
    assert (booked.status_code, there(db)) == (303, {CrewPart.LEGAL: desk.lawyer.id})
    assert "lawyer or legal adviser" in page.text
    assert "Ada" not in page.text
