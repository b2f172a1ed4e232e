"""S33: a form sent to a covered page is not lost: it is offered again, as it was, and carried out once."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role
from clinic.models import Person
from clinic.web.idle import keeping
from tests.conftest import SignIn
from tests.house import sources
from tests.instruments import Clock
from tests.web import pages
from tests.web.forms import csrf_token
from tests.web.idle.away import COVERED, MOMENT, QUARTER, WRONG, coordinator, new_person, person, uncover, wait

__all__ = ["coordinator"]
HOSTILE = "\"><script>alert(1)</script>' & {{ 7 * 7 }} \u202e é 日本語 \r\n second line\t\x00"


def _send(client: FlaskClient, typed: MultiDict[str, str], to: str = "/people/new") -> TestResponse:
    return client.post(to, data=MultiDict([("csrf_token", csrf_token(client)), *typed.items(multi=True)]))


def _people(db: Database) -> list[str]:
    with db.read() as tx:
        return sorted(tx.scalars(select(Person.sign_in_name).where(Person.sign_in_name.like("awa%"))))


def test_S33_a_form_is_not_carried_out_but_kept_and_then_sent_as_it_was(
    coordinator: FlaskClient, db: Database, clock: Clock
) -> None:
    typed = new_person()
    wait(clock, QUARTER + MOMENT)

    covered = _send(coordinator, typed)
    offered = uncover(coordinator, covered)
    before = _people(db)
    fields = pages.form_of(offered, "Send it now")
    done = pages.press(coordinator, offered, "Send it now")

    assert 'id="cover"' in offered.text
    assert (covered.status_code, offered.status_code, before) == (COVERED, 200, [])
    assert not pages.problems(offered.text)
    assert [each for each in fields.items(multi=True) if each[0] != "csrf_token"] == list(typed.items(multi=True))
    assert done.status_code == 303
    assert _people(db) == ["awa"]


def test_S33_what_was_sent_cannot_be_read_on_the_covered_screen(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    covered = _send(coordinator, new_person(name="Awa-nobody-reads-this"))

    assert "nobody-reads-this" not in covered.text
    assert "/people/new" not in covered.text
    assert set(pages.form_of(covered, "Open it again")) == {"csrf_token", "password", "kept"}


def test_S72_sent_twice_after_the_cover_it_is_done_once(coordinator: FlaskClient, db: Database, clock: Clock) -> None:
    _send(coordinator, typed := new_person())
    wait(clock, QUARTER + MOMENT)

    offered = uncover(coordinator, _send(coordinator, typed))
    answers = [pages.press(coordinator, offered, "Send it now") for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert _people(db) == ["awa"]


def test_S33_a_wrong_password_loses_nothing_of_it(coordinator: FlaskClient, db: Database, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    wrong = uncover(coordinator, _send(coordinator, new_person()), WRONG)
    offered = uncover(coordinator, wrong)
    pages.press(coordinator, offered, "Send it now")

    assert wrong.status_code == 422
    assert _people(db) == ["awa"]


def test_S33_it_may_be_left_unsent(coordinator: FlaskClient, db: Database, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    offered = uncover(coordinator, _send(coordinator, new_person()))

    assert any(each.get("href") == "/agenda" and "Do not send" in each.text for each in pages.read(offered).all("a"))
    assert not _people(db)


def test_S33_hostile_text_stays_text(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    covered = _send(coordinator, MultiDict([("name", HOSTILE), (HOSTILE, "<b>"), ("csrf_token", "x")]))
    offered = uncover(coordinator, covered)

    fields = pages.form_of(offered, "Send it now")
    assert "<script>alert" not in covered.text + offered.text
    assert "<b>" not in offered.text
    assert fields["name"] == HOSTILE
    assert fields[HOSTILE] == "<b>"
    assert fields.getlist("csrf_token") != ["x"]
    assert len(fields.getlist("csrf_token")) == 1


@pytest.mark.parametrize("secret", ["password", "again", "code"])
def test_S33_what_is_secret_is_kept_nowhere(coordinator: FlaskClient, clock: Clock, secret: str) -> None:
    wait(clock, QUARTER + MOMENT)

    offered = uncover(
        coordinator, _send(coordinator, MultiDict([(secret, "s3cret"), ("reason", "safety")]), "/step-up")
    )

    assert set(pages.form_of(offered, "Send it now")) == {"csrf_token", "reason"}
    assert "s3cret" not in offered.text


def test_S33_each_field_for_a_password_counts_as_secret() -> None:
    named = {
        name
        for path in sources.code("clinic/web")
        for name in re.findall(r"(\w+) = PasswordField\(", path.read_text(encoding="utf-8"))
    }

    assert named
    assert named <= keeping.SECRETS


@pytest.mark.parametrize("typed", [{"undo_until": "1"}, {"name": "x" * keeping.MOST}])
def test_S33_an_undo_and_what_is_too_long_are_not_kept_and_that_is_said(
    coordinator: FlaskClient, clock: Clock, typed: dict[str, str]
) -> None:
    wait(clock, QUARTER + MOMENT)

    answer = uncover(coordinator, _send(coordinator, new_person(**typed)))

    assert (answer.status_code, answer.location) == (303, "/agenda")
    assert "What you pressed before was not carried out." in coordinator.get("/agenda").text


def test_S33_the_longest_that_is_kept_comes_through(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)
    long = "x" * (keeping.MOST - 300)

    offered = uncover(coordinator, _send(coordinator, MultiDict([("name", long)])))

    assert pages.form_of(offered, "Send it now")["name"] == long


def test_S33_a_form_without_fields_is_offered_again(coordinator: FlaskClient, clock: Clock) -> None:
    wait(clock, QUARTER + MOMENT)

    offered = uncover(coordinator, _send(coordinator, MultiDict(), "/notices/channels/mail/release"))

    assert pages.read(offered).button("Send it now").inside[-1].get("action") == "/notices/channels/mail/release"


def test_S33_what_was_kept_for_another_or_was_changed_does_not_open(
    coordinator: FlaskClient, db: Database, sign_in: SignIn, clock: Clock
) -> None:
    other = sign_in(person(db, Role.COORDINATOR))
    other.set_cookie("language", "en")
    wait(clock, QUARTER + MOMENT)
    kept = pages.form_of(_send(coordinator, new_person()), "Open it again")["kept"]

    for strange in (kept, kept[:-8], "", "é", "A" * 400):
        wait(clock, QUARTER + MOMENT)
        covered = other.get("/people")
        answer = pages.press(other, covered, "Open it again", password="a long enough password", kept=strange)
        assert answer.location == "/agenda"


def test_S41_a_form_without_its_token_is_refused_before_anything_is_kept(
    coordinator: FlaskClient, clock: Clock
) -> None:
    wait(clock, QUARTER + MOMENT)

    assert coordinator.post("/people/new", data=new_person()).status_code == 400
    assert coordinator.post("/idle", data={"password": "a long enough password"}).status_code == 400
