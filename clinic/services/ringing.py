"""An interpreter rung up now for somebody in the line: asked, and answered for, by whoever holds the telephone."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import interpreting as rules
from clinic.domain import queue as queue_rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.interpreting import Modality, NeedState, OfferState
from clinic.domain.people import SignedIn
from clinic.domain.resources import of_person
from clinic.models import Need, Offer
from clinic.models.base import new_id
from clinic.queries import interpreting as queries
from clinic.queries import queue as queue_queries
from clinic.services import audit, occupancy, offers, queue, repeats


def ring(tx: Session, visit_id: str, person_id: str, *, key: str, by: SignedIn, now: datetime) -> str:
    """Hold an interpreter's time to ask her by telephone for somebody in the line; return the offer's id.

    Nobody writes to her of it. The same form twice is once. Raises `NotFound` as `queue.locked`, and `Refused` with
    what it refuses, `visit_changed` (nobody is needed for her any more), `interpreter_taken`.
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    visit, session = queue.locked(tx, visit_id, by=by, now=now)
    if visit.state not in queue_rules.IN_LINE:
        raise Refused("visit_changed")
    if person_id not in queue_queries.could_call(tx, visit, now=now):
        raise Refused("interpreter_taken")
    starts_at, ends_at = queue_rules.next_call(now)
    needed = Need(id=new_id(), session_id=session.id, language=visit.language, modality=Modality.TELEPHONE)
    needed.starts_at, needed.ends_at, needed.answer_by = starts_at, ends_at, starts_at
    needed.state, needed.asked_by_id = NeedState.OPEN, by.id
    asked = Offer(id=claim.id, person_id=person_id, answer_by=starts_at, uid=str(uuid.uuid4()), sequence=-1)
    needed.offers = [asked]
    offers.put(asked, OfferState.ASKED, now)
    tx.add(needed)
    _hold(tx, asked, needed, until=starts_at, now=now)
    tx.flush()
    audit.record(tx, "need.ring", needed.id, by=by, now=now)
    return asked.id


def said_yes(tx: Session, offer_id: str, *, by: SignedIn, now: datetime) -> None:
    """Note that she can, as she said on the telephone; too late an answer counts as long as she is free. Twice is once.

    Raises `NotFound`, and `Refused` with `offer_withdrawn`, `offer_filled`, `offer_expired`, `interpreter_taken`.
    """
    offer, needed = _locked(tx, offer_id, now)
    if offer.state is OfferState.ACCEPTED:
        return
    if offer.state not in (OfferState.ASKED, OfferState.EXPIRED) or needed.state is not NeedState.OPEN:
        raise Refused("offer_filled" if needed.state is NeedState.FILLED else "offer_withdrawn")
    if now >= needed.ends_at:
        raise Refused("offer_expired")
    occupancy.release(tx, [offer.id])
    _hold(tx, offer, needed, until=None, now=now)
    offers.accept(tx, offer, needed, now)
    audit.record(tx, "offer.said_yes", offer_id, by=by, now=now)


def said_no(tx: Session, offer_id: str, *, by: SignedIn, now: datetime) -> None:
    """Note that she cannot, or could not be reached: her time is free again, and nobody waits for an answer. Twice is
    once. Raises `NotFound`."""
    offer, needed = _locked(tx, offer_id, now)
    if offer.state is OfferState.DECLINED:
        return
    offers.release(tx, offer, OfferState.DECLINED, now)
    is_nobody = not any(each.state in rules.HOLDING for each in needed.offers)
    needed.state = NeedState.WITHDRAWN if is_nobody else NeedState.OPEN
    audit.record(tx, "offer.said_no", offer_id, by=by, now=now)


def unsay(tx: Session, offer_id: str, *, by: SignedIn, now: datetime) -> None:
    """Take back what was noted of her answer: she is asked. Twice is once.

    Raises `NotFound`, and `Refused` with `offer_expired`, `interpreter_taken`.
    """
    offer, needed = _locked(tx, offer_id, now)
    if offer.state is OfferState.ASKED:
        return
    if now >= needed.ends_at:
        raise Refused("offer_expired")
    occupancy.release(tx, [offer.id])
    needed.state, needed.answer_by = NeedState.OPEN, needed.ends_at
    offer.answer_by = needed.ends_at
    _hold(tx, offer, needed, until=offer.answer_by, now=now)
    offers.put(offer, OfferState.ASKED, now)
    audit.record(tx, "offer.unsay", offer_id, by=by, now=now)


def note_number_shown(tx: Session, offer_id: str, *, by: SignedIn, now: datetime) -> None:
    """Write down that the number of whom one rings was shown, before anybody sees it. Raises `NotFound`."""
    audit.record(tx, "need.numbers_shown", queries.need_id_of(tx, offer_id), by=by, now=now)


def _hold(tx: Session, offer: Offer, needed: Need, *, until: datetime | None, now: datetime) -> None:
    span, resource = (needed.starts_at, needed.ends_at), of_person(offer.person_id)
    occupancy.hold(tx, resource, span, holder=offer.id, otherwise="interpreter_taken", now=now, until=until)


def _locked(tx: Session, offer_id: str, now: datetime) -> tuple[Offer, Need]:
    """An offer of somebody who is rung up now, with its need, locked; any other is not for us to answer."""
    needed = queries.locked_need(tx, queries.need_id_of(tx, offer_id))
    offer = next((each for each in needed.offers if each.id == offer_id), None)
    if offer is None or needed.modality is not Modality.TELEPHONE or needed.starts_at > queue_rules.next_call(now)[0]:
        raise NotFound
    return offer, needed
