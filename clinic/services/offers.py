"""What becomes of one offer, whoever says it: accepted, freed, ended from outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.notices import Kind
from clinic.models import Need, Offer
from clinic.services import notices, occupancy


def put(offer: Offer, state: OfferState, now: datetime) -> None:
    """Put an offer into a state; calendars see another version of it."""
    offer.state, offer.sequence, offer.changed_at = state, offer.sequence + 1, now


def accept(tx: Session, offer: Offer, needed: Need, now: datetime) -> None:
    """Let an offer have its locked need; the others who were asked are told. Raises `Refused("offer_filled")`."""
    try:
        with tx.begin_nested():
            needed.state = NeedState.FILLED
            put(offer, OfferState.ACCEPTED, now)
    except IntegrityError:
        raise Refused("offer_filled") from None
    for other in needed.offers:
        if other.state is OfferState.ASKED:
            end(tx, other, OfferState.FILLED, Kind.OFFER_FILLED, needed, now)


def release(tx: Session, offer: Offer, state: OfferState, now: datetime) -> None:
    """End an offer: what it held falls free, and what waits to be said of it is forgotten."""
    put(offer, state, now)
    occupancy.release(tx, [offer.id])
    notices.forget(tx, [offer.id])


def end(tx: Session, offer: Offer, state: OfferState, kind: Kind, needed: Need, now: datetime) -> None:
    """End an offer from outside, and tell its interpreter."""
    offer.ended_from = offer.state
    release(tx, offer, state, now)
    notices.tell(tx, kind, to=offer.person_id, about=offer.id, session_id=needed.session_id, now=now)
