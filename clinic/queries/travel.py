"""Who could not be there in time: on something elsewhere too shortly before or after."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.rota import TRAVEL, ShiftState
from clinic.domain.sessions import Status
from clinic.domain.workshops import RegistrationState
from clinic.models import ClinicSession, Need, Offer, Registration, Shift

Span = tuple[datetime, datetime]


def too_close(
    tx: Session, person_ids: Collection[str], span: Span, place_id: str, *, besides: Collection[str] = (), now: datetime
) -> set[str]:
    """Who of these people is on something at another place that leaves less than 45 minutes before or after this span.

    Shifts, registrations, and interpreting on site, accepted or still to be answered; but for those whose id is in
    `besides`. What overlaps is not looked at: occupancy says that. Three queries, however many people there are.
    """
    if not person_ids:
        return set()
    elsewhere = (ClinicSession.status == Status.PLANNED, ClinicSession.place_id != place_id)
    is_held = or_(Offer.state == OfferState.ACCEPTED, and_(Offer.state == OfferState.ASKED, Offer.answer_by > now))
    shifts = (
        select(Shift.person_id)
        .join(ClinicSession, Shift.session_id == ClinicSession.id)
        .where(Shift.person_id.in_(person_ids), Shift.state != ShiftState.RELEASED, Shift.id.not_in(besides))
        .where(*elsewhere, _is_near(ClinicSession, span))
    )
    registrations = (
        select(Registration.person_id)
        .join(ClinicSession, Registration.session_id == ClinicSession.id)
        .where(Registration.person_id.in_(person_ids), Registration.state == RegistrationState.REGISTERED)
        .where(*elsewhere, Registration.id.not_in(besides), _is_near(ClinicSession, span))
    )
    offers = (
        select(Offer.person_id)
        .join(Need, Offer.need_id == Need.id)
        .join(ClinicSession, Need.session_id == ClinicSession.id)
        .where(Offer.person_id.in_(person_ids), is_held, Need.state != NeedState.WITHDRAWN)
        .where(*elsewhere, Need.modality == Modality.ON_SITE, Offer.id.not_in(besides), _is_near(Need, span))
    )
    return {person_id for query in (shifts, registrations, offers) for person_id in tx.scalars(query)}


def _is_near(spanned: type[ClinicSession | Need], span: Span) -> ColumnElement[bool]:
    """Whether it ends shortly before the span, or begins shortly after."""
    starts_at, ends_at = span
    ends_before = and_(spanned.ends_at > starts_at - TRAVEL, spanned.ends_at <= starts_at)
    begins_after = and_(spanned.starts_at >= ends_at, spanned.starts_at < ends_at + TRAVEL)
    return or_(ends_before, begins_after)
