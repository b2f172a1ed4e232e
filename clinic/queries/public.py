"""What anyone may read: public sessions, with exact places only where these are public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import Kind, Status
from clinic.models import ClinicSession, Series, Workshop
from clinic.queries import workshops as workshop_queries


@dataclass(frozen=True)
class WorkshopView:
    """A workshop's public words; without a speaker the guest is to be confirmed. How many come is never among them."""

    film: str
    speaker: str | None
    affiliation: str | None
    topics: Mapping[str, str]
    content_notes: Mapping[str, str] | None = None
    language: str | None = None
    is_full: bool = False


@dataclass(frozen=True)
class PublicSession:
    """A session of the public programme."""

    id: str
    kind: Kind
    names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    area: str
    spot: str | None
    workshop: WorkshopView | None
    sequence: int
    changed_at: datetime


def programme(tx: Session, starts_at: datetime, ends_at: datetime, *kinds: Kind) -> list[PublicSession]:
    """The public sessions that end in this span, of these kinds (all, if none is named), in order of time."""
    shown = Series.is_public & (ClinicSession.ends_at > starts_at) & (ClinicSession.ends_at <= ends_at)
    return _sessions(tx, shown & Series.kind.in_(kinds or tuple(Kind)))


def past_workshops(tx: Session, *, now: datetime) -> list[PublicSession]:
    """The public workshops that took place, the latest first."""
    query = Series.is_public & (Series.kind == Kind.WORKSHOP) & (ClinicSession.ends_at <= now)
    found = _sessions(tx, query & (ClinicSession.status == Status.PLANNED))
    return [each for each in reversed(found) if each.workshop]


def workshop(tx: Session, session_id: str, *, reader: SignedIn | None) -> PublicSession:
    """One workshop; raises `NotFound` for what is none, and for what only those who organise it may see."""
    which = (ClinicSession.id == session_id) & (Series.kind == Kind.WORKSHOP)
    if reader is None or not reader.holds(Role.COORDINATOR, Role.WORKSHOP_ORGANISER):
        which &= Series.is_public
    found = _sessions(tx, which)
    if not found:
        raise NotFound
    return found[0]


def _sessions(tx: Session, which: ColumnElement[bool]) -> list[PublicSession]:
    """Two queries, however many sessions there are."""
    query = (
        select(ClinicSession, Workshop)
        .join(Series, ClinicSession.series_id == Series.id)
        .outerjoin(Workshop, Workshop.session_id == ClinicSession.id)
        .where(which)
        .order_by(ClinicSession.starts_at, ClinicSession.id)
        .options(joinedload(ClinicSession.series), joinedload(ClinicSession.place))
    )
    rows = tx.execute(query).all()
    left = workshop_queries.seats_left(tx, [session.id for session, _ in rows])
    return [_view(session, workshop, is_full=not left.get(session.id)) for session, workshop in rows]


def _view(session: ClinicSession, workshop: Workshop | None, *, is_full: bool) -> PublicSession:
    is_public = session.place.publicity is Publicity.PUBLIC
    return PublicSession(
        id=session.id,
        kind=session.series.kind,
        names=session.series.names,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        is_cancelled=session.status is Status.CANCELLED,
        area=session.place.area,
        spot=session.exact_spot if is_public else None,
        workshop=_words(workshop, is_full=is_full) if workshop else None,
        sequence=session.sequence,
        changed_at=session.changed_at,
    )


def _words(workshop: Workshop, *, is_full: bool) -> WorkshopView:
    notes = {"fr": workshop.content_note_fr or "", "en": workshop.content_note_en or ""}
    return WorkshopView(
        film=workshop.film,
        speaker=workshop.speaker,
        affiliation=workshop.affiliation,
        topics={"fr": workshop.topic_fr, "en": workshop.topic_en},
        content_notes=notes if notes["fr"] else None,
        language=workshop.language,
        is_full=is_full,
    )
