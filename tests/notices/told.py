"""Making what the outbox is about: people with an address, what they hold, and a notice that waits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.workshops import RegistrationState
from clinic.models import Notice, Registration, Shift
from clinic.services import notices
from tests import make
from tests.make import NOW


@dataclass(frozen=True)
class Held:
    """Who holds what, at which session."""

    person: SignedIn
    about: str
    session_id: str


def make_held(
    tx: Session,
    *,
    role: Role = Role.MEDIATOR,
    language: str | None = "fr",
    email: str | None = "quelquune@exemple.org",
    session_id: str | None = None,
    starts_at: datetime = make.FRIDAY,
) -> Held:
    """A person with an address and a shift, without any notice about it; a member has a seat, and chose nothing yet."""
    person = make.make_person(tx, role, language=language)
    if email and role is not Role.MEMBER:
        make.give_address(tx, person.id, email)
    session_id = session_id or make.make_session(tx, starts_at=starts_at)
    held = Registration(state=RegistrationState.REGISTERED, asked_at=NOW) if role is Role.MEMBER else _shift(role)
    held.session_id, held.person_id, held.uid, held.changed_at = session_id, person.id, str(uuid.uuid4()), NOW
    tx.add(held)
    tx.flush()
    return Held(person, held.id, session_id)


def tell(tx: Session, held: Held, kind: Kind = Kind.SHIFT_TAKEN, *, now: datetime = NOW) -> None:
    """Tell her of what she holds."""
    notices.tell(tx, kind, to=held.person.id, about=held.about, session_id=held.session_id, now=now)


def remind(tx: Session, held: Held, *, starts_at: datetime = make.FRIDAY, now: datetime = NOW) -> None:
    """Remind her of what she holds."""
    notices.remind(tx, to=held.person.id, about=held.about, session_id=held.session_id, starts_at=starts_at, now=now)


def choose_mail(tx: Session, held: Held, *, now: datetime = NOW) -> None:
    """She chose to be written to, and nobody else reads it."""
    make.give_address(tx, held.person.id, now=now)


def states(tx: Session, kind: Kind | None = None) -> list[State]:
    """The states of all notices (of one kind), in the order they are due."""
    query = select(Notice.state).order_by(Notice.due_at, Notice.kind)
    return list(tx.scalars(query.where(Notice.kind == kind) if kind else query))


def _shift(role: Role) -> Shift:
    return Shift(role=role, state=ShiftState.CONFIRMED)
