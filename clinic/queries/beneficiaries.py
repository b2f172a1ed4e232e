"""Reading the people helped, each for those who follow her."""

from __future__ import annotations

from unicodedata import normalize

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from clinic.domain import discretion
from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn
from clinic.domain.text import look_up_form
from clinic.models import Beneficiary
from clinic.models.sealed import digest


def beneficiary(tx: Session, beneficiary_id: str, *, reader: SignedIn) -> Beneficiary:
    """One person helped; raises `NotFound` also for a reader who does not follow her (S02)."""
    found = tx.get(Beneficiary, beneficiary_id)
    if found is None or not follows(reader, found):
        raise NotFound
    return found


def locked(tx: Session, beneficiary_id: str) -> Beneficiary:
    """One person helped, locked until the transaction ends: who plans for her and who excludes somebody take turns.

    She comes before the sessions: who waits for whom never goes in a circle. Raises `NotFound`.
    """
    found = tx.get(Beneficiary, beneficiary_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def follows(reader: SignedIn, whom: Beneficiary) -> bool:
    """Whether a reader follows somebody who is helped."""
    return discretion.follows(reader, whom.mediator_id, whom.stand_in_id)


def followed(tx: Session, *, reader: SignedIn) -> list[Beneficiary]:
    """Those with a record whom a reader follows, by alias; the database does not sort what is sealed."""
    query = select(Beneficiary).where(Beneficiary.alias_digest.is_not(None))
    if not reader.holds(Role.COORDINATOR):
        query = query.where(or_(Beneficiary.mediator_id == reader.id, Beneficiary.stand_in_id == reader.id))
    known = [each for each in tx.scalars(query) if follows(reader, each)]
    return sorted(known, key=lambda each: (normalize("NFD", (each.alias or "").casefold()), each.id))


def called(tx: Session, alias_digest: str, person_id: str) -> Beneficiary | None:
    """Whom a person calls by the alias of this digest; first those whose mediator she is, then as a stand-in."""
    is_hers = or_(Beneficiary.mediator_id == person_id, Beneficiary.stand_in_id == person_id)
    found = tx.scalars(select(Beneficiary).where(Beneficiary.alias_digest == alias_digest, is_hers)).all()
    return min(found, key=lambda each: (each.mediator_id != person_id, each.id), default=None)


def digests_of(tx: Session, person_id: str) -> set[str]:
    """The digests of the words by which a person calls those whose mediator or stand-in she is."""
    is_hers = or_(Beneficiary.mediator_id == person_id, Beneficiary.stand_in_id == person_id)
    return {each for each in tx.scalars(select(Beneficiary.alias_digest).where(is_hers)) if each}


def alias_digest(alias: str) -> str:
    """The keyed digest by which an alias is found again."""
    return digest(look_up_form(alias), "beneficiaries.alias")
