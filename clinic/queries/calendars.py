"""Reading calendar links, and what a person's calendar holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.calendars import Detail, cancelled_since, window_start
from clinic.domain.places import Publicity
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Status
from clinic.models import ClinicSession, FeedLink, Person, Place, Series, Shift


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


@dataclass(frozen=True)
class Commitment:
    """A session that a person is on; the spot only where it is public."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    is_tentative: bool
    names: Mapping[str, str]
    agenda_words: Mapping[str, str]
    spot: str | None


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


def commitments(tx: Session, person_id: str, *, now: datetime) -> list[Commitment]:
    """What a person is on within the window of a feed, in order of time; a cancelled session for 14 days after it.

    `sequence` advances with every change of the session or the shift (RFC 5545 §3.8.7.4).
    """
    query = (
        select(Shift, ClinicSession, Series, Place)
        .join(ClinicSession, Shift.session_id == ClinicSession.id)
        .join(Series, ClinicSession.series_id == Series.id)
        .join(Place, ClinicSession.place_id == Place.id)
        .where(Shift.person_id == person_id, Shift.state != ShiftState.RELEASED)
        .where(ClinicSession.ends_at > window_start(now))
        .where(or_(ClinicSession.status != Status.CANCELLED, ClinicSession.ends_at > cancelled_since(now)))
        .order_by(ClinicSession.starts_at, Shift.uid)
    )
    return [_commitment(*row) for row in tx.execute(query)]


def last_change(tx: Session, person_id: str) -> datetime | None:
    """When a session or a shift of a person last changed; a shift given back counts, though no feed shows it."""
    query = select(func.max(Shift.changed_at), func.max(ClinicSession.changed_at))
    row = tx.execute(query.join(ClinicSession).where(Shift.person_id == person_id)).one()
    return max(filter(None, row), default=None)


def _live_links(person_id: str) -> Select[FeedLink]:
    mine = select(FeedLink).where(FeedLink.person_id == person_id, FeedLink.revoked_at.is_(None))
    return mine.order_by(FeedLink.created_at, FeedLink.id)


def _link_row(link: FeedLink) -> LinkRow:
    return LinkRow(link.id, link.name, link.detail, link.created_at, link.last_fetched_at)


def _commitment(shift: Shift, session: ClinicSession, series: Series, place: Place) -> Commitment:
    return Commitment(
        uid=shift.uid,
        sequence=session.sequence + shift.sequence,
        changed_at=max(session.changed_at, shift.changed_at),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        is_cancelled=session.status is Status.CANCELLED,
        is_tentative=shift.state is ShiftState.TO_CONFIRM,
        names={"fr": series.name_fr, "en": series.name_en},
        agenda_words={"fr": series.agenda_word_fr, "en": series.agenda_word_en},
        spot=place.spot if place.publicity is Publicity.PUBLIC else None,
    )
