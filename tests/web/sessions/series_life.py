"""A series with its sessions, made through the services, and a copy of all that is stored."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import AfterSkip, Rhythm, Rule
from clinic.domain.rota import Staffing
from clinic.domain.sessions import Kind
from clinic.models import Base
from clinic.services import sessions
from clinic.services.sessions import SeriesDraft
from tests import make

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
