"""A series that changes takes no desk from under somebody who has it, or for whom it is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.series import Desks
from clinic.domain.sessions import Kind
from clinic.models import ClinicSession
from clinic.queries import invariants
from clinic.services import appointments, series, sessions
from clinic.services.appointments import Wish
from clinic.services.series import Change
from clinic.services.sessions import SeriesDraft
from tests.make import NOW, key, make_person, make_place

WORDS = ("Permanence", "Session", "Matin", "Morning")
FROM = date(2026, 12, 14)


@pytest.mark.parametrize("act", [appointments.book, appointments.hold])
def test_a_session_keeps_its_desks_while_somebody_has_one_or_one_is_held(each_db: Database, act: object) -> None:
    with each_db.write() as tx:
        by, rule = make_person(tx, Role.COORDINATOR), Rule(Rhythm.WEEKLY, date(2026, 12, 18))
        draft = SeriesDraft(Kind.OTHER, *WORDS, True, rule, time(9, 30), time(12, 30), make_place(tx), 2, 30, {}, False)  # noqa: FBT003
        series_id = sessions.create(tx, draft, (), key=key(), by=by, now=NOW)
        of_series = select(ClinicSession).where(ClinicSession.series_id == series_id)
        first, second = tx.scalars(of_series.order_by(ClinicSession.starts_at)).all()[:2]
        for _ in range(2):  # both desks
            act(tx, Wish(first.id, first.starts_at, None, "eng", None), key=key(), by=by, now=NOW)  # type: ignore[operator]
        change = Change(FROM, replace(draft, desks=1), frozenset())
        rehearsal = tx.begin_nested()
        seen = series.foresee(tx, series_id, change, by=by, now=NOW)
        rehearsal.rollback()

        report = series.carry_out(tx, series_id, change, seen.digest, by=by, now=NOW)

        assert {line.session_id: line.desks for line in report.lines}[first.id] is Desks.KEPT
        assert (first.desks, second.desks) == (2, 1)
        assert invariants.breaches(tx, now=NOW) == []
