"""Erasing somebody: all that tells who she is goes; that somebody came, and when, stays (S61)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound, Refused
from clinic.domain.beneficiaries import UNDETERMINED
from clinic.domain.calls import TO_MAKE
from clinic.domain.contacts import Helped
from clinic.domain.people import SignedIn
from clinic.models import (
    Appointment,
    Call,
    Contact,
    ContactTask,
    Disclosure,
    Exclusion,
    Meeting,
    Need,
    Notice,
    Visit,
)
from clinic.queries import beneficiaries as beneficiary_queries
from clinic.queries import records as queries
from clinic.queries import sessions as session_queries
from clinic.services import audit, calls, contacts


def erase(tx: Session, beneficiary_id: str, *, by: SignedIn, now: datetime) -> None:
    """Erase somebody for good: for her mediator, and those who coordinate. What is left is about nobody.

    Raises `NotFound`, and `Refused` with `erase_ahead` while she has an appointment, a held time or a meeting by
    telephone ahead, `erase_in_line` while she is in a line.
    """
    whom = beneficiary_queries.locked(tx, beneficiary_id)  # nobody plans for her meanwhile
    calls_of_hers = _calls_to_make(tx, beneficiary_id)
    contact = contacts.locked(tx, Helped(beneficiary_id))
    if whom.alias_digest is None or not queries.may_erase(by, whom):
        raise NotFound
    check(tx, beneficiary_id, now=now)
    _drop(tx, calls_of_hers, now)
    if contact:
        _forget_contact(tx, contact)
    tx.execute(delete(Notice).where(Notice.beneficiary_id == beneficiary_id))
    tx.execute(delete(Exclusion).where(Exclusion.beneficiary_id == beneficiary_id))
    _make_anonymous(tx, beneficiary_id)
    whom.alias = whom.alias_digest = whom.stand_in_id = None
    whom.languages = ""
    tx.flush()
    audit.record(tx, "beneficiary.erase", beneficiary_id, by=by, now=now)


def check(tx: Session, beneficiary_id: str, *, now: datetime) -> None:
    """Refuse to erase somebody who is expected or there: with `erase_ahead` or `erase_in_line`."""
    if queries.has_ahead(tx, beneficiary_id, now=now):
        raise Refused("erase_ahead")
    if queries.is_in_line(tx, beneficiary_id, now=now):
        raise Refused("erase_in_line")


def _calls_to_make(tx: Session, beneficiary_id: str) -> list[Call]:
    """The calls to her that are still to be made, their sessions locked in the order of their ids."""
    to_make = select(Call).where(Call.beneficiary_id == beneficiary_id, Call.state.in_(TO_MAKE)).order_by(Call.id)
    found = list(tx.scalars(to_make))
    for session_id in sorted({each.session_id for each in found}):
        session_queries.locked(tx, session_id)
    return found


def _drop(tx: Session, to_make: Collection[Call], now: datetime) -> None:
    calls.drop(tx, [each.about_id for each in to_make], now=now)
    for session_id in sorted({each.session_id for each in to_make}):
        calls.alert(tx, session_queries.locked(tx, session_id), is_new=False, now=now)


def _forget_contact(tx: Session, contact: Contact) -> None:
    """How she is reached goes, with what was to be seen to about it and the messages that asked to."""
    tasks = list(tx.scalars(select(ContactTask.id).where(ContactTask.contact_id == contact.id)))
    tx.execute(delete(Notice).where(Notice.about_id.in_(tasks)))
    tx.execute(delete(ContactTask).where(ContactTask.contact_id == contact.id))
    tx.delete(contact)
    tx.flush()


def _make_anonymous(tx: Session, beneficiary_id: str) -> None:
    """Of what was, the time stays and whether she came; not about what, in which language, nor what she wished next."""
    hers = select(Appointment.id).where(Appointment.beneficiary_id == beneficiary_id)
    tx.execute(delete(Disclosure).where(Disclosure.appointment_id.in_(hers)))
    tx.execute(update(Need).where(Need.appointment_id.in_(hers)).values(language=UNDETERMINED))
    untold = {"topic": None, "language": UNDETERMINED}
    these = update(Appointment).where(Appointment.beneficiary_id == beneficiary_id)
    tx.execute(these.values(**untold, follow_up=None))
    tx.execute(update(Visit).where(Visit.beneficiary_id == beneficiary_id).values(**untold))
    tx.execute(update(Meeting).where(Meeting.beneficiary_id == beneficiary_id).values(language=UNDETERMINED))
