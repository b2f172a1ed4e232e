"""Who never meets whom: asked of pairs, since only the digest of each pair is kept (S07)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.beneficiaries import Side
from clinic.models import Exclusion
from clinic.models.sealed import digest


def pair_digest(beneficiary_id: str, person_id: str) -> str:
    """The keyed digest of a pair."""
    return digest(f"{beneficiary_id}\0{person_id}", "exclusions.pair")


def excluded_by(tx: Session, beneficiary_id: str, people: Iterable[str], *, side: Side | None = None) -> set[str]:
    """Who of these people never meets her, whoever said so; with `side`, only as that side said."""
    query = select(Exclusion.pair_digest).where(Exclusion.beneficiary_id == beneficiary_id)
    if side:
        query = query.where(Exclusion.side == side)
    digests = set(tx.scalars(query))
    return {each for each in people if pair_digest(beneficiary_id, each) in digests} if digests else set()


def kept_from(tx: Session, person_id: str, beneficiary_ids: Collection[str]) -> set[str]:
    """Whom of these people this person never meets: one query, however many they are."""
    query = select(Exclusion.beneficiary_id, Exclusion.pair_digest)
    rows = tx.execute(query.where(Exclusion.beneficiary_id.in_(list(beneficiary_ids))))
    return {whom for whom, digested in rows if digested == pair_digest(whom, person_id)}


def excluded_by_any(tx: Session, beneficiary_ids: Collection[str], people: Iterable[str]) -> set[str]:
    """Who of these people never meets somebody of those: one query."""
    return {each for _, each in apart(tx, beneficiary_ids, list(people))}


def apart(tx: Session, beneficiary_ids: Collection[str], people: Collection[str]) -> set[tuple[str, str]]:
    """Which of those helped and of these people never meet, as pairs: one query, and only few digests to make."""
    if not beneficiary_ids or not people:
        return set()
    query = select(Exclusion.beneficiary_id, Exclusion.pair_digest)
    kept = {(row[0], row[1]) for row in tx.execute(query.where(Exclusion.beneficiary_id.in_(list(beneficiary_ids))))}
    pairs = ((whom, each) for whom in {whom for whom, _ in kept} for each in people)
    return {(whom, each) for whom, each in pairs if (whom, pair_digest(whom, each)) in kept}
