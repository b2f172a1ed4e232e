"""Making what a search is about: a shift for which somebody looks for a stand-in, and those who are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.rota import ShiftState, Staffing
from clinic.models import Ask, Shift
from clinic.queries import people
from clinic.services import searches
from tests.make import FRIDAY, NOW, make_person, make_session, make_shift


@dataclass(frozen=True)
class Sought:
    """A lawyer's shift, at which session, and the search for a stand-in."""

    who: SignedIn
    session_id: str
    shift_id: str
    search_id: str


def make_sought(
    tx: Session,
    *,
    others: int,
    starts_at: datetime = FRIDAY,
    needs: Mapping[Role, int | Staffing] | None = None,
    is_looked_for: bool = True,
    now: datetime = NOW,
) -> Sought:
    """A lawyer on a session, so many others who could be asked, and her search, if she looks for a stand-in."""
    who = make_person(tx, Role.LAWYER)
    for _ in range(others):
        make_person(tx, Role.LAWYER)
    session_id = make_session(tx, starts_at=starts_at, needs=needs)
    shift_id = make_shift(tx, session_id, who, now=now)
    search_id = searches.look_for_stand_in(tx, shift_id, by=who, now=now) if is_looked_for else ""
    return Sought(who, session_id, shift_id, search_id)


def asked(tx: Session, sought: Sought, search_id: str | None = None) -> list[SignedIn]:
    """Who was asked in this search, in a fixed order."""
    query = select(Ask.person_id).where(Ask.search_id == (search_id or sought.search_id))
    found = [people.signed_in(tx, each, 1) for each in tx.scalars(query.order_by(Ask.person_id))]
    return [each for each in found if each]


def ask_of(tx: Session, sought: Sought, person: SignedIn) -> str:
    """The id of what this person was asked."""
    query = select(Ask.id).where(Ask.search_id == sought.search_id, Ask.person_id == person.id)
    return tx.scalars(query).one()


def state_of(tx: Session, shift_id: str) -> ShiftState:
    """How a shift stands."""
    return tx.get_one(Shift, shift_id, populate_existing=True).state
