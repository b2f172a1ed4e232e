"""Who could not be there in time: on something elsewhere too shortly before or after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    return too_close_to_each(tx, person_ids, [span], place_id, besides=besides, now=now)[span]


def too_close_to_each(
    tx: Session,
    person_ids: Collection[str],
    spans: Sequence[Span],
    place_id: str,
    *,
    besides: Collection[str] = (),
    now: datetime,
) -> dict[Span, set[str]]:
    """The same for each of these spans, with the same three queries."""
    if not person_ids or not spans:
        return {span: set() for span in spans}
    whole = (min(span[0] for span in spans), max(span[1] for span in spans))
    elsewhere = (ClinicSession.status == Status.PLANNED, ClinicSession.place_id != place_id)
    is_held = or_(Offer.state == OfferState.ACCEPTED, and_(Offer.state == OfferState.ASKED, Offer.answer_by > now))
    shifts = (
        select(Shift.person_id, ClinicSession.starts_at, ClinicSession.ends_at)
        .join(ClinicSession, Shift.session_id == ClinicSession.id)
        .where(Shift.person_id.in_(person_ids), Shift.state != ShiftState.RELEASED, Shift.id.not_in(besides))
        .where(*elsewhere, *_touches(ClinicSession, whole))
    )
    registrations = (
        select(Registration.person_id, ClinicSession.starts_at, ClinicSession.ends_at)
        .join(ClinicSession, Registration.session_id == ClinicSession.id)
        .where(Registration.person_id.in_(person_ids), Registration.state == RegistrationState.REGISTERED)
        .where(*elsewhere, Registration.id.not_in(besides), *_touches(ClinicSession, whole))
    )
    offers = (
        select(Offer.person_id, Need.starts_at, Need.ends_at)
        .join(Need, Offer.need_id == Need.id)
        .join(ClinicSession, Need.session_id == ClinicSession.id)
        .where(Offer.person_id.in_(person_ids), is_held, Need.state != NeedState.WITHDRAWN)
        .where(*elsewhere, Need.modality == Modality.ON_SITE, Offer.id.not_in(besides), *_touches(Need, whole))
    )
    rows = [row for query in (shifts, registrations, offers) for row in tx.execute(query)]
    found = [(person_id, (begins, ends)) for person_id, begins, ends in rows]
    return {span: {person_id for person_id, other in found if _is_near(other, span)} for span in spans}


def _touches(spanned: type[ClinicSession | Need], whole: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether it could be near any span within this one."""
    return spanned.ends_at > whole[0] - TRAVEL, spanned.starts_at < whole[1] + TRAVEL


def _is_near(other: Span, span: Span) -> bool:
    """Whether it ends shortly before the span, or begins shortly after."""
    return span[0] - TRAVEL < other[1] <= span[0] or span[1] <= other[0] < span[1] + TRAVEL
