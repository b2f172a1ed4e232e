"""What anyone may read: public sessions, with exact places only where these are public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from clinic.domain.places import Publicity
from clinic.domain.sessions import Kind, Status
from clinic.models import ClinicSession, Series, Workshop


@dataclass(frozen=True)
class WorkshopView:
    """A workshop's public words; without a speaker the guest is to be confirmed."""

    film: str
    speaker: str | None
    affiliation: str | None
    topics: Mapping[str, str]


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
    query = (
        select(ClinicSession, Workshop)
        .join(Series, ClinicSession.series_id == Series.id)
        .outerjoin(Workshop, Workshop.session_id == ClinicSession.id)
        .where(Series.is_public, ClinicSession.ends_at > starts_at, ClinicSession.ends_at <= ends_at)
        .where(Series.kind.in_(kinds or tuple(Kind)))
        .order_by(ClinicSession.starts_at, ClinicSession.id)
        .options(joinedload(ClinicSession.series), joinedload(ClinicSession.place))
    )
    return [_view(session, workshop) for session, workshop in tx.execute(query)]


def _view(session: ClinicSession, workshop: Workshop | None) -> PublicSession:
    is_public = session.place.publicity is Publicity.PUBLIC
    return PublicSession(
        id=session.id,
        kind=session.series.kind,
        names={"fr": session.series.name_fr, "en": session.series.name_en},
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        is_cancelled=session.status is Status.CANCELLED,
        area=session.place.area,
        spot=session.place.spot if is_public else None,
        workshop=_words(workshop) if workshop else None,
        sequence=session.sequence,
        changed_at=session.changed_at,
    )


def _words(workshop: Workshop) -> WorkshopView:
    return WorkshopView(
        film=workshop.film,
        speaker=workshop.speaker,
        affiliation=workshop.affiliation,
        topics={"fr": workshop.topic_fr, "en": workshop.topic_en},
    )
