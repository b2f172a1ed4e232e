"""The page of the queue: its steps, its refusals, what a telephone asks by itself, without any script."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from clinic.db import Database
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role
from clinic.domain.queue import VisitState
from clinic.models import Appointment, Beneficiary, Visit
from clinic.services import exclusions, queue
from tests import make
from tests.bus_night import STARTS, Night, come, make_night, step, visit
from tests.conftest import CountQueries, SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.forms import post

MINUTE = timedelta(minutes=1)


@pytest.fixture
def night(db: Database, clock: Clock) -> Night:
    """The bus has just arrived."""
    clock.set(STARTS)
    with db.write() as tx:
        return make_night(tx)


def test_somebody_is_put_in_line_with_a_language_and_nothing_else(night: Night, db: Database, sign_in: SignIn) -> None:
    client = _english(sign_in(night.mediator))
    form = client.get(f"{_url(night)}/new")

    answer = pages.press(client, form, "Put in the line", language="pcm")
    twice = pages.press(client, form, "Put in the line", language="pcm")

    assert (answer.status_code, twice.status_code) == (303, 303)
    page = client.get(answer.headers["Location"])
    assert "n° 1 is in the line." in page.text
    assert pages.read(page).text("h2") == "Next: n° 1"
    with db.read() as tx:
        assert tx.scalar(select(func.count()).select_from(Visit)) == 1
    undone = pages.press(client, page, "Undo")
    assert "Nobody waits" in client.get(undone.headers["Location"]).text
    assert pages.press(client, page, "Undo").status_code == 303
    with db.read() as tx:
        assert tx.scalars(select(Beneficiary)).all() == []


@pytest.mark.parametrize(("typed", "language"), [
    ({"language": "bin"}, "bin"), ({"another": "und"}, "und"), ({"language": "bin", "another": "ron"}, "ron"),
])  # fmt: skip
def test_the_language_is_ticked_or_looked_for_or_not_known_yet(
    night: Night, db: Database, sign_in: SignIn, typed: dict[str, str], language: str
) -> None:
    client = _english(sign_in(night.mediator))

    answer = pages.press(
        client, client.get(f"{_url(night)}/new"), "Put in the line", alias="Iris", topic="work", **typed
    )

    assert answer.status_code == 303
    with db.read() as tx:
        there = visit(tx, night, 1)
        assert (there.language, there.topic) == (language, "work")


@pytest.mark.parametrize("typed", [{}, {"another": "xxx"}, {"language": "nonsense"}, {"language": "bin", "topic": "x"}])
def test_what_cannot_be_read_is_asked_again_and_stays(
    night: Night, db: Database, sign_in: SignIn, typed: dict[str, str]
) -> None:
    client = _english(sign_in(night.mediator))

    answer = pages.press(client, client.get(f"{_url(night)}/new"), "Put in the line", alias="Iris", **typed)

    assert answer.status_code == 422
    assert pages.read(answer).errors()
    assert 'value="Iris"' in answer.text
    with db.read() as tx:
        assert tx.scalars(select(Visit)).all() == []


def test_one_who_is_in_line_already_is_refused_at_the_alias(night: Night, sign_in: SignIn) -> None:
    client = _english(sign_in(night.mediator))

    answers = [
        pages.press(client, client.get(f"{_url(night)}/new"), "Put in the line", alias="Iris", language="pcm")
        for _ in range(2)
    ]

    assert [each.status_code for each in answers] == [303, 409]
    assert pages.read(answers[1]).errors_at("alias") == "Error: This person is in the line already."


def test_one_with_an_appointment_is_here_by_one_press(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        booked_id = make.make_appointment(tx, night.session_id, by=night.colleague, alias="Iris", slot=2)
        other_id = make.make_appointment(tx, make.make_session(tx), by=night.mediator)
    client = _english(sign_in(night.mediator))

    answer = pages.press(client, client.get(_url(night)), "She is here")

    page = client.get(answer.headers["Location"])
    assert "Iris" in page.text
    assert "booked 20:30" in page.text
    assert "Booked, not here yet" not in page.text
    with db.read() as tx:
        assert tx.get_one(Appointment, booked_id).outcome is Outcome.CAME
    assert post(client, f"{_url(night)}/here/{other_id}").status_code == 404


def test_each_step_is_one_press_and_can_be_undone(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        for _ in range(2):
            come(tx, night)
    client = _english(sign_in(night.mediator))
    page = client.get(_url(night))

    for button, said, state in (
        ("to Me Adam", "n° 1 is being seen.", "seen"), ("Done", "n° 1 was seen.", "done"),
        ("Back to the line", "n° 1 is back in the line.", "waiting"), ("Left", "n° 1 left without being seen.", "left"),
    ):  # fmt: skip
        page = client.get(pages.press(client, page, button).headers["Location"])
        assert said in page.text
        assert _state(db, night) == state
        undone = client.get(pages.press(client, page, "Undo").headers["Location"])
        assert _state(db, night) == {"seen": "waiting", "done": "seen", "waiting": "done", "left": "waiting"}[state]
        page = client.get(pages.press(client, undone, button).headers["Location"])
        assert _state(db, night) == state


def test_who_goes_first_is_the_next_and_back_in_order(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        for _ in range(2):
            come(tx, night)
    client = _english(sign_in(night.mediator))

    page = client.get(pages.press(client, client.get(_url(night)), "Goes next").headers["Location"])

    assert pages.read(page).text("h2") == "Next: n° 2"
    page = client.get(pages.press(client, page, "Undo").headers["Location"])
    assert pages.read(page).text("h2") == "Next: n° 1"


def test_S73_a_step_from_an_old_screen_is_not_taken_and_the_page_says_how_it_stands(
    night: Night, db: Database, sign_in: SignIn
) -> None:
    with db.write() as tx:
        visit_id = come(tx, night)
    client = _english(sign_in(night.mediator))
    old = client.get(_url(night))
    with db.write() as tx:
        step(tx, visit_id, VisitState.SEEN, with_=night.lawyer, by=night.colleague)

    for button in ("to Chloé", "Left", "Put here by mistake"):
        answer = pages.press(client, old, button)

        assert answer.status_code == 409
        assert "Somebody was faster: this is how it stands now." in answer.text
        assert "with Me Adam since" in answer.text
    assert _state(db, night) == "seen"


def test_S72_the_same_press_twice_is_one_step(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        come(tx, night)
    client = _english(sign_in(night.mediator))
    old = client.get(_url(night))

    answers = [pages.press(client, old, "to Chloé") for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    page = client.get(answers[1].headers["Location"])
    pages.press(client, page, "Undo")
    assert _state(db, night) == "waiting"


def test_a_telephone_that_shows_how_it_stands_is_told_nothing(
    night: Night, db: Database, sign_in: SignIn, clock: Clock, count_queries: CountQueries
) -> None:
    client = _english(sign_in(night.mediator))
    with db.write() as tx:
        come(tx, night)
    stamp = re.findall('data-stamp="(.*?)"', client.get(_url(night)).text)[0]

    with count_queries(client.application.extensions["clinic"].database) as statements:
        same = client.get(f"{_url(night)}/now?stamp={stamp}", headers={"X-Clinic-Poll": "1"})
    clock.set(STARTS + 25 * MINUTE)
    later = client.get(f"{_url(night)}/now?stamp={stamp}")

    assert (same.status_code, same.data, same.headers["Cache-Control"]) == (204, b"", "no-store")
    assert len(statements) <= 10
    assert later.status_code == 200
    assert later.text.lstrip().startswith('<div id="line"')
    assert "(25\N{NO-BREAK SPACE}min)" in later.text
    assert "<html" not in later.text
    assert pages.Page(later.text).all("script", "style") == []


@pytest.mark.parametrize(("starts_at", "arrives", "shown"), [
    (datetime(2027, 3, 27, 21, tzinfo=UTC), 225, "here since 01:45 (30 min)"),  # it is 03:15
    (datetime(2026, 10, 24, 20, tzinfo=UTC), 285, "here since 02:45 (30 min)"),  # it is 02:15, for the second time
])  # fmt: skip
def test_S74_on_the_nights_when_the_clocks_change_the_page_counts_real_minutes(
    db: Database, sign_in: SignIn, clock: Clock, starts_at: datetime, arrives: int, shown: str
) -> None:
    clock.set(starts_at + arrives * MINUTE)
    with db.write() as tx:
        night = make_night(tx, starts_at=starts_at, hours=5 if starts_at.month == 3 else 7)
        come(tx, night, now=clock())
    clock.set(clock() + 30 * MINUTE)

    page = pages.read(_english(sign_in(night.mediator)).get(_url(night)))

    assert shown in " ".join(page.all("section")[0].text.split()).replace("\N{NO-BREAK SPACE}", " ")


def test_the_legal_team_reads_it_and_says_that_it_is_done(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        first, second, _third = (come(tx, night) for _ in range(3))
        step(tx, first, VisitState.SEEN, with_=night.lawyer, by=night.mediator)
        step(tx, second, VisitState.SEEN, with_=night.adviser, by=night.mediator)
    client = _english(sign_in(night.lawyer))
    page = client.get(_url(night))

    buttons = [each.text.split(":")[0] for each in pages.read(page).all("button")]
    page = client.get(pages.press(client, page, "Done").headers["Location"])

    assert buttons == ["Done"]
    assert "n° 1 was seen." in page.text
    pages.press(client, page, "Undo")
    assert _state(db, night) == "seen"
    assert client.get(f"{_url(night)}/new").status_code == 403


def test_S02_the_queue_of_others_is_not_there(night: Night, db: Database, sign_in: SignIn, clock: Clock) -> None:
    with db.write() as tx:
        visit_id = come(tx, night)
        elsewhere = make.make_session(tx, starts_at=STARTS)
    outsider, coordinator = sign_in(Role.MEDIATOR), sign_in(night.coordinator)

    for path in ("", "/now", "/new"):
        assert outsider.get(_url(night) + path).status_code == 404
        assert coordinator.get(_url(night) + path).status_code == 200
    pressed = {"act": "left", "seen": "1"}
    assert post(outsider, f"{_url(night)}/visits/{visit_id}", pressed).status_code == 404
    for path in (f"{_url(night)}/visits/{'0' * 16}", f"/appointments/queue/{elsewhere}/visits/{visit_id}"):
        assert post(coordinator, path, pressed).status_code == 404
        assert post(coordinator, f"{path}/ring", {"key": make.key()}).status_code == 404
    clock.set(STARTS - timedelta(hours=13))
    assert sign_in(night.lawyer).get(_url(night)).status_code == 404


def test_S07_who_never_meets_her_reads_nothing_of_her(night: Night, db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        visit_id = come(tx, night, alias="Iris")
        exclusions.exclude(tx, visit(tx, night, 1).beneficiary_id, night.colleague.id, by=night.mediator, now=STARTS)

    client = _english(sign_in(night.colleague))

    for path in ("", "/now"):
        answer = client.get(_url(night) + path)
        assert "Nobody waits" in answer.text
        assert "Iris" not in answer.text
    assert post(client, f"{_url(night)}/visits/{visit_id}", {"act": "left", "seen": "1"}).status_code == 404
    assert "to Blessing" not in _english(sign_in(night.mediator)).get(_url(night)).text


@pytest.mark.parametrize("sent", [
    {}, {"act": "left"}, {"act": "left", "seen": "x"}, {"act": "eat", "seen": "1"},
    {"act": "left", "seen": "1", "was": "x"}, {"act": "left", "seen": "1", "more": "x"},
])  # fmt: skip
def test_S05_what_no_button_sends_is_a_bad_request(
    night: Night, db: Database, sign_in: SignIn, sent: dict[str, str]
) -> None:
    with db.write() as tx:
        visit_id = come(tx, night)

    answer = post(sign_in(night.mediator), f"{_url(night)}/visits/{visit_id}", sent)

    assert answer.status_code == 400
    assert _state(db, night) == "waiting"


def test_before_and_after_its_time_it_is_read_and_nothing_is_pressed(
    night: Night, db: Database, sign_in: SignIn, clock: Clock
) -> None:
    with db.write() as tx:
        come(tx, night)
    client = _english(sign_in(night.mediator))
    old = client.get(_url(night))
    clock.set(STARTS + timedelta(hours=29, minutes=1))
    client = _english(sign_in(night.mediator))

    page = client.get(_url(night))
    answer = pages.press(client, old, "Left")

    assert pages.read(page).all("button") == []
    assert "Someone is here" not in page.text
    assert (answer.status_code, _state(db, night)) == (400, "waiting")  # her sign-in of yesterday is over


def test_the_queue_is_one_press_from_the_session_and_from_today(night: Night, sign_in: SignIn, clock: Clock) -> None:
    link = f'href="{_url(night)}"'
    for reader in (night.mediator, night.lawyer, night.coordinator):
        client = sign_in(reader)
        for path in (f"/sessions/{night.session_id}", "/agenda"):
            assert link in client.get(path).text
    assert f"{_url(night)}/new" in sign_in(night.mediator).get(f"/sessions/{night.session_id}").text
    assert f"{_url(night)}/new" not in sign_in(night.lawyer).get(f"/sessions/{night.session_id}").text
    clock.set(STARTS - timedelta(hours=2, minutes=1))
    assert link not in sign_in(night.mediator).get(f"/sessions/{night.session_id}").text


@pytest.mark.parametrize("path", ["", "/new"])
def test_the_pages_are_well_made(night: Night, db: Database, sign_in: SignIn, path: str) -> None:
    with db.write() as tx:
        make.make_appointment(tx, night.session_id, by=night.mediator, slot=3)
        first, _second, gone, _last = (come(tx, night, alias=alias) for alias in (None, "Iris", None, None))
        step(tx, first, VisitState.SEEN, with_=night.lawyer, by=night.mediator)
        step(tx, gone, VisitState.LEFT, by=night.mediator)
        queue.go_first(tx, visit(tx, night, 4).id, seen=1, by=night.mediator, now=STARTS)

    assert pages.problems(_english(sign_in(night.mediator)).get(_url(night) + path).text) == []


def _url(night: Night) -> str:
    return f"/appointments/queue/{night.session_id}"


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _state(db: Database, night: Night) -> str:
    with db.read() as tx:
        return visit(tx, night, 1).state.value
