"""A session with a lawyer and a mediator on its crew, and reading what the pages of the desk say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.appointments import AppointmentState, CrewPart
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, Attending
from tests import make
from tests.make import FRIDAY
from tests.web import pages

WEEK, SLOT = timedelta(days=7), timedelta(minutes=30)


@dataclass(frozen=True)
class Desk:
    """Two Fridays of one series with three slots and two desks; on both a lawyer and a mediator, by name."""

    first: str
    second: str
    lawyer: SignedIn
    mediator: SignedIn


def make_desk(tx: Session) -> Desk:
    """Friday 09:30 to 11:00 and the Friday after."""
    series_id = make.make_series(tx)
    ids = [make.make_session(tx, series_id=series_id, starts_at=FRIDAY + week * WEEK, hours=1.5) for week in range(2)]
    lawyer, mediator = make.make_person(tx, Role.LAWYER, name="Ada"), make.make_person(tx, name="Mina")
    for each in ids:
        make.make_shift(tx, each, lawyer)
        make.make_shift(tx, each, mediator)
    return Desk(ids[0], ids[1], lawyer, mediator)


def wish(**changes: str) -> dict[str, str]:
    """What a form says: Friday 09:30, for Iris, in Edo."""
    return {"at": "20261127T0830Z", "alias": "Iris", "language": "bin", "topic": "", "key": make.key(), **changes}


def times(answer: TestResponse) -> dict[str, list[str]]:
    """The hours that the page of times offers, by the day above them."""
    page = pages.read(answer)
    offered: dict[str, list[str]] = {}
    day = ""
    for each in page.all("h2", "button", "p"):
        if each.tag == "h2" and each.get("id").startswith("d-"):
            day = " ".join(each.text.split())
            offered[day] = []
        elif each.tag == "button" and each.get("class") == "slot free":
            offered[day].append(page.all("b", inside=each)[0].text)
    return offered


def sentences(answer: TestResponse) -> list[str]:
    """What stands in paragraphs."""
    return [" ".join(each.text.split()) for each in pages.read(answer).all("p")]


def live(db: Database) -> list[tuple[AppointmentState, str, datetime]]:
    """The appointments that are booked or kept: state, session and time."""
    with db.read() as tx:
        query = select(Appointment).where(Appointment.state.in_([AppointmentState.BOOKED, AppointmentState.HELD]))
        found = tx.scalars(query.order_by(Appointment.starts_at, Appointment.id))
        return [(each.state, each.session_id, each.starts_at) for each in found]


def there(db: Database) -> dict[CrewPart, str | None]:
    """Who must be there at the only appointment that says so."""
    with db.read() as tx:
        return {row.part: row.person_id for row in tx.scalars(select(Attending))}


def only_id(db: Database) -> str:
    """The id of the only appointment."""
    with db.read() as tx:
        return tx.scalars(select(Appointment.id)).one()
