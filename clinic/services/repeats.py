"""Repeat-safe forms: a double click, a refresh or a retry gives one result (S72)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain.people import SignedIn
from clinic.models import Repeat
from clinic.models.base import new_id

KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Claim:
    """The id for what a form makes; on a repeat, the id of what it made the first time."""

    id: str
    is_repeat: bool


def claim(tx: Session, key: str, *, by: SignedIn, now: datetime) -> Claim:
    """Claim a form's key first of all; of two at once the second waits here and then reads the first's result."""
    claimed = Claim(new_id(), is_repeat=False)
    try:
        with tx.begin_nested():
            tx.add(Repeat(person_id=by.id, key=key, result_id=claimed.id, at=now))
    except IntegrityError:
        earlier = tx.get_one(Repeat, (by.id, key))
        return Claim(earlier.result_id, is_repeat=True)
    return claimed


def own_key() -> str:
    """A key for what the program sends in the place of a form."""
    return secrets.token_hex(16)


def forget(tx: Session, *, now: datetime) -> int:
    """Forget the forms sent more than a day ago, and return how many: nobody repeats those any more."""
    return len(tx.scalars(delete(Repeat).where(Repeat.at < now - KEPT).returning(Repeat.key)).all())
