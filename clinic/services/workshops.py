"""Workshops: what a session shows and who comes to speak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.people import SignedIn
from clinic.models import Workshop
from clinic.queries import sessions as session_queries
from clinic.services import audit


@dataclass(frozen=True)
class WorkshopDraft:
    """The film, the guest (None: to be confirmed) and the topic in both languages."""

    film: str
    speaker: str | None
    affiliation: str | None
    topic_fr: str
    topic_en: str


def describe(tx: Session, session_id: str, draft: WorkshopDraft, *, by: SignedIn, now: datetime) -> None:
    """Say what a workshop is about; its calendar entries count as changed. Raises `NotFound`."""
    session = session_queries.locked(tx, session_id)
    workshop = tx.get(Workshop, session_id) or Workshop(session_id=session_id)
    workshop.film, workshop.speaker, workshop.affiliation = draft.film, draft.speaker, draft.affiliation
    workshop.topic_fr, workshop.topic_en = draft.topic_fr, draft.topic_en
    tx.add(workshop)
    session.sequence, session.changed_at = session.sequence + 1, now
    audit.record(tx, "workshop.describe", session_id, by=by, now=now)
