"""A night at the bus, for the tests of its queue: a crew, and people who come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain.appointments import Topic
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.models import Visit
from clinic.services import queue
from clinic.services.queue import Arrival, Taken
from tests import make

STARTS = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)  # 19:30 in Paris
HOURS = 5.0
PHONE = "+33 6 39 98 00 01"


@dataclass(frozen=True)
class Night:
    """The session and who works at it."""

    session_id: str
    coordinator: SignedIn
    mediator: SignedIn
    colleague: SignedIn
    lawyer: SignedIn
    adviser: SignedIn
    interpreter: SignedIn


def make_night(tx: Session, *, starts_at: datetime = STARTS, hours: float = HOURS) -> Night:
    """A bus with two mediators, a lawyer and a legal adviser, and an interpreter for pidgin who can be rung up."""
    before = starts_at - timedelta(days=5)
    session_id = make.make_session(tx, starts_at=starts_at, hours=hours, desks=1)
    crew = {
        name: make.make_person(tx, role, name=name)
        for name, role in (
            ("Aïcha", Role.MEDIATOR), ("Blessing", Role.MEDIATOR), ("Me Adam", Role.LAWYER),
            ("Chloé", Role.LEGAL_ADVISER),
        )
    }  # fmt: skip
    for person in crew.values():
        make.make_shift(tx, session_id, person, now=before)
    interpreter = make.make_interpreter(tx, "pcm", phone=PHONE, name="Precious")
    mediator, colleague, lawyer, adviser = crew.values()
    return Night(session_id, make.make_person(tx, Role.COORDINATOR), mediator, colleague, lawyer, adviser, interpreter)


def come(
    tx: Session,
    night: Night,
    *,
    alias: str | None = None,
    language: str = "pcm",
    topic: Topic | None = None,
    by: SignedIn | None = None,
    now: datetime = STARTS,
) -> str:
    """Somebody comes without an appointment; return the id of her visit."""
    came, key = Arrival(alias, language, topic), make.key()
    return queue.arrive(tx, night.session_id, came, key=key, by=by or night.mediator, now=now).visit_id


def visit(tx: Session, night: Night, number: int) -> Visit:
    """Who is called by this number."""
    found = tx.query(Visit).filter_by(session_id=night.session_id, number=number)
    return found.one()


def step(
    tx: Session,
    visit_id: str,
    to: VisitState,
    *,
    with_: SignedIn | None = None,
    seen: int | None = None,
    by: SignedIn,
    now: datetime = STARTS,
) -> Taken:
    """Take somebody a step further, by a screen that shows how it stands."""
    version = tx.get_one(Visit, visit_id).version if seen is None else seen
    return queue.step(tx, visit_id, to, seen=version, with_id=with_.id if with_ else None, by=by, now=now)
