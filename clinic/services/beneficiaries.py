"""The people helped, by alias alone."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain.people import SignedIn
from clinic.domain.text import look_up_form
from clinic.models import Beneficiary


def known_as(tx: Session, alias: str, *, by: SignedIn, now: datetime) -> Beneficiary:
    """The person whom this mediator calls by this alias, found again or noted now."""
    digest = hashlib.sha256(look_up_form(alias).encode()).hexdigest()
    query = select(Beneficiary).where(Beneficiary.mediator_id == by.id, Beneficiary.alias_digest == digest)
    known = tx.scalar(query)
    if known:
        return known
    noted = Beneficiary(alias=alias, alias_digest=digest, mediator_id=by.id, created_at=now)
    try:
        with tx.begin_nested():
            tx.add(noted)
    except IntegrityError:
        return tx.scalars(query).one()
    return noted
