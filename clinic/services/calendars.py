"""Calendar links: making one, ending one, noting that one was fetched."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound, Refused
from clinic.domain.calendars import FETCH_NOTED_EVERY, LINKS_AT_MOST, Detail
from clinic.domain.people import SignedIn
from clinic.models import FeedLink, Person
from clinic.queries import calendars as queries
from clinic.services import audit, repeats


@dataclass(frozen=True)
class LinkDraft:
    """What its owner says of a link, and the language she read then."""

    name: str
    detail: Detail
    language: str


def draw_token() -> str:
    """A random token of 256 bits; only its digest is kept, so it can be shown once only."""
    return secrets.token_urlsafe(32)


def make_link(
    tx: Session, person_id: str, draft: LinkDraft, token_digest: str, *, key: str, by: SignedIn, now: datetime
) -> str:
    """Make a link and return its id. A form sent twice makes one link, that of the last token, if it was not yet used.

    Raises `NotFound` for an account that is not there or disabled, `Refused("links_at_most")`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    _lock_active(tx, person_id)
    if claim.is_repeat:
        same = update(FeedLink).where(FeedLink.id == claim.id, FeedLink.last_fetched_at.is_(None))
        tx.execute(same.values(token_digest=token_digest))
        return claim.id
    if len(queries.links_of(tx, person_id)) >= LINKS_AT_MOST:
        raise Refused("links_at_most")
    link = FeedLink(id=claim.id, person_id=person_id, token_digest=token_digest, created_at=now)
    link.name, link.detail, link.language = draft.name, draft.detail, draft.language
    tx.add(link)
    tx.flush()
    audit.record(tx, "link.make", link.id, by=by, now=now)
    return link.id


def end_link(tx: Session, link_id: str, *, by: SignedIn, now: datetime) -> None:
    """End one's own link for ever; ending it again changes nothing. Raises `NotFound`."""
    link = tx.get(FeedLink, link_id, with_for_update=True)
    if link is None or link.person_id != by.id:
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = now
        audit.record(tx, "link.end", link_id, by=by, now=now)


def note_fetch(tx: Session, link_id: str, *, now: datetime) -> None:
    """Note when a link was last fetched, at most once an hour; work for `db.touch`."""
    is_due = or_(FeedLink.last_fetched_at.is_(None), FeedLink.last_fetched_at <= now - FETCH_NOTED_EVERY)
    tx.execute(update(FeedLink).where(FeedLink.id == link_id, is_due).values(last_fetched_at=now))


def _lock_active(tx: Session, person_id: str) -> None:
    """Lock the owner's row, so that two links made at once are counted one after the other."""
    active = select(Person.id).where(Person.id == person_id, Person.disabled_at.is_(None))
    if tx.scalar(active.with_for_update()) is None:
        raise NotFound
