"""Step-up: noting each password given once more, and each look at what is masked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.people import SignedIn
from clinic.domain.step_up import TRIES, Reason
from clinic.models import Person
from clinic.queries import step_up as queries
from clinic.services import audit


def check_tries(tx: Session, *, by: SignedIn, now: datetime) -> None:
    """Raise `Refused("step_up_blocked")` after five wrong passwords in a row within 15 minutes."""
    if queries.wrong_in_a_row(tx, by.id, now=now) >= TRIES:
        raise Refused("step_up_blocked")


def note(tx: Session, reason: Reason | None, *, is_right: bool, by: SignedIn, now: datetime) -> None:
    """Note one password that was checked before, outside any transaction; of many at once five count at most.

    There is no reason where it only uncovers her own page (S33).
    Raises `Refused("step_up_blocked")`, also for a right one that came too late.
    """
    tx.execute(select(Person.id).where(Person.id == by.id).with_for_update())
    check_tries(tx, by=by, now=now)
    audit.record(tx, queries.PASS if is_right else queries.FAIL, None, by=by, now=now, reason=reason)
    tx.flush()


def note_look(tx: Session, contact_id: str, reason: Reason, *, by: SignedIn, now: datetime) -> None:
    """Note that somebody is about to be shown an address, before it is rendered."""
    audit.record(tx, "contact.reveal", contact_id, by=by, now=now, reason=reason)
