"""Workshops to test with: a place told late, a film, two seats, and people."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain.people import SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import Kind
from clinic.services import workshops
from clinic.services.workshops import WorkshopDraft
from tests import make

STARTS_AT = make.NOW + timedelta(days=10)
SELMA = WorkshopDraft(
    film="Selma",
    speaker=None,
    affiliation=None,
    topic_fr="Les droits civiques",
    topic_en="The civil rights movement",
    content_note_fr="Le film montre des coups.",
    content_note_en="The film shows beatings.",
    language="eng",
    capacity=2,
)


def make_workshop(
    tx: Session,
    by: SignedIn,
    *,
    starts_at: datetime = STARTS_AT,
    publicity: Publicity = Publicity.TOLD_LATE,
    is_public: bool = True,
    draft: WorkshopDraft | None = SELMA,
) -> str:
    """A workshop of two hours; return its session's id."""
    place_id = make.make_place(tx, publicity, name="Canari du lieu")
    series_id = make.make_series(tx, place_id=place_id, kind=Kind.WORKSHOP, is_public=is_public)
    session_id = make.make_session(tx, starts_at=starts_at, hours=2, desks=0, series_id=series_id, place_id=place_id)
    if draft:
        workshops.describe(tx, session_id, draft, by=by, now=make.NOW)
    return session_id


def register(tx: Session, session_id: str, *people: SignedIn) -> None:
    """Register people one after the other, a minute apart, an hour ago."""
    for number, person in enumerate(people):
        workshops.register(tx, session_id, by=person, now=make.NOW + timedelta(minutes=number - 60))
