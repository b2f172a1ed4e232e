"""Reading calendar links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.calendars import Detail
from clinic.models import FeedLink, Person


@dataclass(frozen=True)
class LiveLink:
    """A link that may be read, and how it is to be written."""

    id: str
    person_id: str
    detail: Detail
    language: str


@dataclass(frozen=True)
class LinkRow:
    """A link as its owner sees it."""

    id: str
    name: str
    detail: Detail
    created_at: datetime
    last_fetched_at: datetime | None


def link_by_digest(tx: Session, token_digest: str) -> LiveLink | None:
    """The link of a token; None if there is none, it was ended, or its owner's account is disabled."""
    link = tx.scalar(
        select(FeedLink)
        .join(Person)
        .where(FeedLink.token_digest == token_digest, FeedLink.revoked_at.is_(None), Person.disabled_at.is_(None))
    )
    return LiveLink(link.id, link.person_id, link.detail, link.language) if link else None


def links_of(tx: Session, person_id: str) -> list[LinkRow]:
    """The live links of a person, the oldest first."""
    return [_link_row(link) for link in tx.scalars(_live_links(person_id))]


def own_link(tx: Session, link_id: str, person_id: str) -> LinkRow:
    """One live link of this person; raises `NotFound`."""
    link = tx.scalar(_live_links(person_id).where(FeedLink.id == link_id))
    if link is None:
        raise NotFound
    return _link_row(link)


def _live_links(person_id: str) -> Select[FeedLink]:
    mine = select(FeedLink).where(FeedLink.person_id == person_id, FeedLink.revoked_at.is_(None))
    return mine.order_by(FeedLink.created_at, FeedLink.id)


def _link_row(link: FeedLink) -> LinkRow:
    return LinkRow(link.id, link.name, link.detail, link.created_at, link.last_fetched_at)
