"""How people may safely be reached: keeping what they chose, stopping at once, and what has to be seen to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain import contacts as rules
from clinic.domain.answers import NotFound
from clinic.domain.contacts import Choice, Helped, Reach, Suspension, TaskKind
from clinic.domain.people import SignedIn
from clinic.domain.text import look_up_form
from clinic.models import Beneficiary, Contact, ContactTask, Person
from clinic.models.sealed import digest
from clinic.queries import readers


def choose(tx: Session, who: str | Helped, choice: Choice, *, by_coordinator: bool = False, now: datetime) -> Reach:
    """Keep how somebody wishes to be reached, and return it as it stands now (S10); it ends a suspension.

    Raises `NotFound`, and what `domain.contacts.check` raises.
    """
    choice = rules.check(choice, by_coordinator=by_coordinator)
    contact = locked(tx, who)
    reach = rules.choose(readers.reach_of(contact) if contact else None, choice, now)
    if contact is None:
        contact = Contact(beneficiary_id=who.id) if isinstance(who, Helped) else Contact(person_id=who)
    contact.said, contact.chosen_at, contact.confirmed_at = (
        rules.as_document(choice),
        reach.chosen_at,
        reach.confirmed_at,
    )
    contact.number_digest = number_digest(choice.number) if choice.number else None
    contact.email_digest = email_digest(choice.email) if choice.email else None
    contact.suspended = contact.suspended_at = None
    tx.add(contact)
    tx.flush()
    return reach


def suspend(tx: Session, contact: Contact, why: Suspension, *, now: datetime) -> None:
    """Stop everything to this person at once; only a new choice ends it. Twice changes nothing but a graver reason."""
    if contact.suspended is not Suspension.NOT_SAFE:
        contact.suspended, contact.suspended_at = why, contact.suspended_at or now
    tx.flush()


def task(
    tx: Session, contact_id: str, kind: TaskKind, *, notice_id: str | None = None, now: datetime
) -> ContactTask | None:
    """Have somebody see to it, unless the same is to be seen to already (then None)."""
    same = select(ContactTask.id).where(
        ContactTask.contact_id == contact_id,
        ContactTask.kind == kind,
        ContactTask.notice_id.is_not_distinct_from(notice_id),
        ContactTask.done_at.is_(None),
    )
    if tx.scalar(same.limit(1)):
        return None
    made = ContactTask(contact_id=contact_id, kind=kind, notice_id=notice_id, made_at=now)
    tx.add(made)
    tx.flush()
    return made


def done(tx: Session, task: ContactTask, *, by: SignedIn, now: datetime) -> None:
    """Note that somebody saw to it. Twice is once."""
    if task.done_at is None:
        task.done_at, task.done_by_id = now, by.id
        tx.flush()


def reopen(tx: Session, task: ContactTask) -> None:
    """Take back that somebody saw to it."""
    task.done_at = task.done_by_id = None
    tx.flush()


def number_digest(number: str) -> str:
    """The form in which an E.164 number is looked up."""
    return digest(number, "contacts.number")


def email_digest(email: str) -> str:
    """The form in which an address is looked up."""
    return digest(look_up_form(email), "contacts.email")


def locked(tx: Session, who: str | Helped) -> Contact | None:
    """What somebody said so far, after her own row, both locked: two first choices at once come one after the other.

    Raises `NotFound`.
    """
    owner = tx.get(*((Beneficiary, who.id) if isinstance(who, Helped) else (Person, who)), with_for_update=True)
    if owner is None:
        raise NotFound
    hers = select(Contact).where(readers.hers(who)).with_for_update()
    return tx.scalar(hers, execution_options={"populate_existing": True})
