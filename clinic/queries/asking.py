"""What those see who may ask for interpreters: what the need serves, who can be asked, and the numbers to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.interpreting import Modality, NeedState
from clinic.domain.people import SignedIn
from clinic.queries import desks, interpreting, programme
from clinic.queries.desks import AppointmentView
from clinic.queries.interpreting import CandidateRow, NeedRow, OfferRow
from clinic.queries.programme import SessionView


@dataclass(frozen=True)
class NeedView:
    """A need that its reader may ask for; candidates only while somebody can still be asked, numbers by person."""

    need: NeedRow
    session: SessionView
    candidates: tuple[CandidateRow, ...]
    numbers: Mapping[str, str]


def served(
    tx: Session, session_id: str, appointment_id: str | None, *, reader: SignedIn, now: datetime
) -> tuple[SessionView, AppointmentView | None]:
    """The session, and its appointment if one is named, for a reader who may say that an interpreter is needed there.

    For the whole of a session: those who coordinate, and mediators on its crew. Raises `NotFound`.
    """
    if appointment_id is None:
        session = programme.session(tx, session_id, reader=reader, now=now)
        if not session.takes_needs(reader):
            raise NotFound
        return session, None
    appointment, session = desks.appointment(tx, appointment_id, reader=reader, now=now)
    if session.id != session_id:
        raise NotFound
    return session, appointment


def need(tx: Session, need_id: str, *, reader: SignedIn, now: datetime) -> NeedView:
    """One need, whatever its state; raises `NotFound` also when the reader may not know it (S02)."""
    row = interpreting.need_row(tx, need_id, now=now)
    session = programme.session(tx, row.session_id, reader=reader, now=now)
    if not programme.may_know(session, row, reader=reader, now=now):
        raise NotFound
    can_ask = row.state is NeedState.OPEN and row.starts_at > now and not session.is_cancelled
    candidates = interpreting.candidates_of(tx, need_id, now=now) if can_ask else []
    return NeedView(row, session, tuple(candidates), interpreting.numbers(tx, row, now=now))


def rung(tx: Session, offer_id: str, *, reader: SignedIn, now: datetime) -> tuple[NeedView, OfferRow]:
    """The offer of somebody who is asked by telephone, in its need; raises `NotFound` as `need` does."""
    view = need(tx, interpreting.need_id_of(tx, offer_id), reader=reader, now=now)
    if view.need.modality is not Modality.TELEPHONE:
        raise NotFound
    return view, next(each for each in view.need.offers if each.id == offer_id)
