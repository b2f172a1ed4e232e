"""A series with its sessions, made through the services; what pages say of it, and a copy of all that is stored."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import AfterSkip, Rhythm, Rule
from clinic.domain.rota import Staffing
from clinic.domain.sessions import Kind
from clinic.models import Base, ClinicSession
from clinic.services import sessions
from clinic.services.sessions import SeriesDraft
from tests import make
from tests.web import pages

FRIDAY = date(2026, 11, 27)


def make_with_dates(
    tx: Session,
    *,
    rhythm: Rhythm = Rhythm.WEEKLY,
    until_on: date = date(2027, 1, 15),
    after_skip: AfterSkip = AfterSkip.KEEP,
    by: SignedIn | None = None,
) -> str:
    """Fridays from 27 November, 09:30 to 12:30, to 15 January, without Christmas and New Year; the series' id."""
    draft = SeriesDraft(
        kind=Kind.LAW_ACCESS,
        name_fr="Permanence",
        name_en="Drop-in",
        agenda_word_fr="Matin",
        agenda_word_en="Morning",
        is_public=True,
        rule=Rule(rhythm, FRIDAY, until_on),
        starts=time(9, 30),
        ends=time(12, 30),
        place_id=make.make_place(tx),
        desks=2,
        slot_minutes=30,
        needs={Role.LAWYER: Staffing(1, 2), Role.MEDIATOR: Staffing(1, 1)},
        keeps_closed_days=False,
        after_skip=after_skip,
    )
    closed = {date(2026, 12, 25), date(2027, 1, 1)}
    return sessions.create(tx, draft, closed, key=make.key(), by=by or make.make_person(tx), now=make.NOW)


def everything(tx: Session) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    return {
        table.name: sorted((tuple(row) for row in tx.execute(table.select())), key=repr)
        for table in Base.metadata.sorted_tables
    }


def of_series(db: Database, series_id: str) -> dict[date, ClinicSession]:
    """The sessions of a series by the date of its rule."""
    with db.read() as tx:
        found = tx.scalars(select(ClinicSession).where(ClinicSession.series_id == series_id))
        return {each.planned_on: each for each in found}


def said_on(answer: TestResponse) -> str:
    """What a page says, on one line."""
    return " ".join(pages.read(answer).all("main")[0].text.split())


def move_by_hand(db: Database, session_id: str, days: int = 1) -> None:
    """A coordinator moves one session by so many days."""
    with db.write() as tx:
        starts_at = tx.get_one(ClinicSession, session_id).starts_at
        make.move_session(tx, session_id, starts_at + timedelta(days=days), by=make.make_person(tx, Role.COORDINATOR))
