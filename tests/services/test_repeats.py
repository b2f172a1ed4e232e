"""A form sent twice gives one result, also when both arrive at once (S72)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import Refused
from clinic.domain.appointments import Topic
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.sessions import Kind
from clinic.models import Appointment, AuditEntry, Repeat
from clinic.services import people, places, repeats, sessions
from clinic.services.appointments import Wish, book
from clinic.services.people import PersonDraft
from clinic.services.places import ClosureDraft, PlaceDraft
from clinic.services.sessions import SeriesDraft
from tests.make import FRIDAY, NOW, key, make_person, make_place, make_session

Form = Callable[[Session, str, SignedIn], str]
CLIENTS = 8


def _add_person(tx: Session, form_key: str, by: SignedIn) -> str:
    draft = PersonDraft("Ada", "ada", frozenset({Role.LAWYER}))
    return people.add(tx, draft, key=form_key, by=by, now=NOW)


def _add_place(tx: Session, form_key: str, by: SignedIn) -> str:
    draft = PlaceDraft("PAD", "Paris 18", "2 rue de Suez", Publicity.PUBLIC)
    return places.add(tx, draft, key=form_key, by=by, now=NOW)


def _close(tx: Session, form_key: str, by: SignedIn) -> str:
    draft = ClosureDraft("Août", None, date(2027, 8, 1), date(2027, 8, 31))
    return places.close(tx, draft, key=form_key, by=by, now=NOW)


def _create_series(tx: Session, form_key: str, by: SignedIn) -> str:
    rule = Rule(Rhythm.WEEKLY, date(2026, 11, 27))
    words = ("Permanence", "Session", "Matin", "Morning")
    span = (time(9, 30), time(12, 30))
    draft = SeriesDraft(Kind.LAW_ACCESS, *words, True, rule, *span, make_place(tx), 2, 30, {}, False)  # noqa: FBT003
    return sessions.create(tx, draft, (), key=form_key, by=by, now=NOW)


@pytest.mark.parametrize("form", [_add_person, _add_place, _close, _create_series])
def test_S72_the_same_form_sent_again_gives_the_same_result(each_db: Database, form: Form) -> None:
    form_key = key()
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        first = form(tx, form_key, coordinator)

    with each_db.write() as tx:
        second = form(tx, form_key, coordinator)

    with each_db.read() as tx:
        assert second == first
        assert tx.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_S72_a_double_click_books_once(each_db: Database) -> None:
    form_key, gate = key(), Barrier(CLIENTS)
    with each_db.write() as tx:
        mediator, session_id = make_person(tx), make_session(tx, desks=2)

    def click(_number: int) -> str:
        gate.wait()
        with each_db.write() as tx:
            wish = Wish(session_id, FRIDAY, "Iris", "eng", Topic.RIGHTS)
            return book(tx, wish, key=form_key, by=mediator, now=NOW)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = set(pool.map(click, range(CLIENTS)))

    with each_db.read() as tx:
        assert set(tx.scalars(select(Appointment.id))) == answers
        assert len(answers) == 1


def test_S72_a_refused_form_may_be_sent_again(each_db: Database) -> None:
    form_key = key()
    with each_db.write() as tx:
        coordinator = make_person(tx, Role.COORDINATOR)
        taken = make_person(tx, sign_in_name="ada")
    with pytest.raises(Refused, match="sign_in_name_taken"), each_db.write() as tx:
        _add_person(tx, form_key, coordinator)

    with each_db.write() as tx:
        people.change(tx, taken.id, PersonDraft("B", "b", taken.roles), by=coordinator, now=NOW)
        added = _add_person(tx, form_key, coordinator)

    assert added != taken.id


def test_S72_two_people_with_the_same_key_do_not_meet(each_db: Database) -> None:
    form_key = key()
    with each_db.write() as tx:
        one = repeats.claim(tx, form_key, by=make_person(tx), now=NOW)
        other = repeats.claim(tx, form_key, by=make_person(tx), now=NOW)

    assert not other.is_repeat
    assert one.id != other.id


def test_keys_are_forgotten_after_a_day(each_db: Database) -> None:
    with each_db.write() as tx:
        person = make_person(tx)
        for hours in (23, 24, 25):
            repeats.claim(tx, f"{hours:032}", by=person, now=NOW - timedelta(hours=hours))

        assert repeats.forget(tx, now=NOW) == 1

        assert set(tx.scalars(select(Repeat.key))) == {f"{23:032}", f"{24:032}"}
