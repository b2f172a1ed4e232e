"""Who messages are for: whether they work here, what they chose, in which language they read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from clinic.domain import contacts as rules
from clinic.domain.contacts import Choice, Helped, Reach
from clinic.domain.notices import works_here
from clinic.domain.timing import Rhythm
from clinic.models import Contact, Notice, Person

FIRST_LANGUAGE = "fr"


@dataclass(frozen=True)
class Reader:
    """Somebody as far as messages are concerned, as all stands now."""

    at_work: bool
    is_disabled: bool
    language: str
    reach: Reach | None
    contact_id: str | None

    @property
    def rhythm(self) -> Rhythm:
        """When she may be written to."""
        return Rhythm(self.at_work, self.reach.choice.hours if self.reach else None)


def reader(tx: Session, who: str | Helped) -> Reader:
    """One reader: a person by id, or one who is helped."""
    if isinstance(who, Helped):
        return helped(tx, [who.id])[who.id]
    return people(tx, [who])[who]


def of_notice(tx: Session, notice: Notice) -> Reader:
    """The reader of a notice."""
    return reader(tx, whom(notice))


def owner(contact: Contact) -> str | Helped:
    """Whose contact it is."""
    return Helped(contact.beneficiary_id) if contact.beneficiary_id else contact.person_id or ""


def whom(notice: Notice) -> str | Helped:
    """Whom a notice is for."""
    return Helped(notice.beneficiary_id) if notice.beneficiary_id else notice.person_id or ""


def hers(who: str | Helped) -> ColumnElement[bool]:
    """Which row of contacts is hers."""
    return Contact.beneficiary_id == who.id if isinstance(who, Helped) else Contact.person_id == who


def to_her(who: str | Helped) -> ColumnElement[bool]:
    """Which notices are for her."""
    return Notice.beneficiary_id == who.id if isinstance(who, Helped) else Notice.person_id == who


def people(tx: Session, ids: Collection[str]) -> Mapping[str, Reader]:
    """These people by id: three queries, however many. Unknown ids are left out."""
    found = tx.scalars(select(Person).where(Person.id.in_(list(ids))).options(selectinload(Person.held))).all()
    kept = tx.scalars(select(Contact).where(Contact.person_id.in_([each.id for each in found])))
    contacts = {each.person_id: each for each in kept}
    return {each.id: _person(each, contacts.get(each.id)) for each in found}


def helped(tx: Session, ids: Collection[str]) -> Mapping[str, Reader]:
    """These who are helped, by the id of their record: one query. All ids have an answer."""
    kept = tx.scalars(select(Contact).where(Contact.beneficiary_id.in_(list(ids))))
    contacts = {each.beneficiary_id: each for each in kept}
    return {each: _helped(contacts.get(each)) for each in ids}


def reach_of(contact: Contact) -> Reach:
    """What a contact row says, opened."""
    said = rules.from_document(contact.said)
    return Reach(said, contact.chosen_at, contact.confirmed_at, contact.suspended)


def choice_of(tx: Session, person_id: str) -> Choice | None:
    """What a person chose, if she ever did."""
    kept = tx.scalar(select(Contact).where(hers(person_id)))
    return rules.from_document(kept.said) if kept else None


def _person(person: Person, contact: Contact | None) -> Reader:
    return Reader(
        at_work=works_here(frozenset(each.role for each in person.held)),
        is_disabled=person.disabled_at is not None,
        language=person.language or FIRST_LANGUAGE,
        reach=reach_of(contact) if contact else None,
        contact_id=contact.id if contact else None,
    )


def _helped(contact: Contact | None) -> Reader:
    reach = reach_of(contact) if contact else None
    language = reach.choice.language if reach and reach.choice.language else FIRST_LANGUAGE
    return Reader(
        at_work=False,
        is_disabled=False,
        language=language,
        reach=reach,
        contact_id=contact.id if contact else None,
    )
