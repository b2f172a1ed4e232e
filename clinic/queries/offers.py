"""Offers as the interpreter sees them: language, date, length, way of working and area, never a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain import interpreting as rules
from clinic.domain.answers import NotFound
from clinic.domain.discretion import Standing
from clinic.domain.interpreting import Modality, OfferState
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.sessions import Status
from clinic.models import ClinicSession, Need, Offer


@dataclass(frozen=True)
class OfferView:
    """One offer for its interpreter; no area means that only the city may be told."""

    id: str
    language: str
    modality: Modality
    starts_at: datetime
    ends_at: datetime
    area: str | None
    spot: str | None
    is_told_late: bool
    answer_by: datetime
    state: OfferState
    agenda_words: Mapping[str, str]
    is_cancelled: bool

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def offer(tx: Session, offer_id: str, *, reader: SignedIn, now: datetime) -> OfferView:
    """One offer made to the reader; raises `NotFound`."""
    found = tx.execute(_offers(reader).where(Offer.id == offer_id)).one_or_none()
    if found is None:
        raise NotFound
    return _view(*found, reader, now)


def ahead(tx: Session, *, reader: SignedIn, now: datetime) -> list[OfferView]:
    """The reader's offers that are not over, those to answer first, then in order of time."""
    rows = tx.execute(_offers(reader).where(Need.ends_at > now).order_by(Need.starts_at, Offer.id))
    views = [_view(*row, reader, now) for row in rows]
    return sorted(views, key=lambda view: view.state is not OfferState.ASKED)


def _offers(reader: SignedIn) -> Select[Offer, Need, ClinicSession]:
    return (
        select(Offer, Need, ClinicSession)
        .join(Need, Offer.need_id == Need.id)
        .join(ClinicSession, Need.session_id == ClinicSession.id)
        .where(Offer.person_id == reader.id)
        .options(joinedload(ClinicSession.place), joinedload(ClinicSession.series))
    )


def _view(offer: Offer, need: Need, session: ClinicSession, reader: SignedIn, now: datetime) -> OfferView:
    """The place only for one who accepted to come, and a place told late only in its window."""
    place, state = session.place, rules.state_of(offer.state, offer.answer_by, now)
    is_public = place.publicity is Publicity.PUBLIC
    comes = state is OfferState.ACCEPTED and need.modality is Modality.ON_SITE
    standing = Standing(reader, Role.INTERPRETER if comes else None, need.starts_at, need.ends_at, now)
    return OfferView(
        id=offer.id,
        language=need.language,
        modality=need.modality,
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        area=place.area if is_public else None,
        spot=session.exact_spot if comes and discretion.may_know_spot(standing, place.publicity) else None,
        is_told_late=not is_public,
        answer_by=offer.answer_by,
        state=state,
        agenda_words=session.series.agenda_words,
        is_cancelled=session.status is Status.CANCELLED,
    )
