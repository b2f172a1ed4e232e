"""Reading the people helped, each for those who follow her."""

from __future__ import annotations

from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import discretion
from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn
from clinic.models import Beneficiary


def beneficiary(tx: Session, beneficiary_id: str, *, reader: SignedIn) -> Beneficiary:
    """One person helped; raises `NotFound` also for a reader who does not follow her (S02)."""
    found = tx.get(Beneficiary, beneficiary_id)
    if found is None or not discretion.follows(reader, found.mediator_id):
        raise NotFound
    return found


def followed(tx: Session, *, reader: SignedIn) -> list[Beneficiary]:
    """Those whom a reader follows, by alias; the database does not sort what may be sealed."""
    query = select(Beneficiary)
    if not reader.holds(Role.COORDINATOR):
        query = query.where(Beneficiary.mediator_id == reader.id)
    known = [each for each in tx.scalars(query) if discretion.follows(reader, each.mediator_id)]
    return sorted(known, key=lambda each: (normalize("NFD", each.alias.casefold()), each.id))
