"""Finding somebody again: by alias among one's own people, by exactly her contact among all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from unicodedata import category, normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.domain.text import look_up_form
from clinic.models import Beneficiary, Contact, Person
from clinic.queries import beneficiaries, contacts, exclusions
from clinic.queries.contacts import HelpedView


@dataclass(frozen=True)
class FoundView:
    """Somebody with a contact: her alias and page for those who follow her; for others only who could be asked.

    `mediator` is None where that account is disabled.
    """

    contact_id: str
    beneficiary_id: str | None
    alias: str | None
    mediator: str | None


def by_alias(tx: Session, alias: str, *, reader: SignedIn, now: datetime) -> list[HelpedView]:
    """Those whom the reader follows whose alias is this word, or begins with it; the very word comes first."""
    digested, begins = beneficiaries.alias_digest(alias), _folded(alias)
    known = beneficiaries.followed(tx, reader=reader)
    same = [each for each in known if each.alias_digest == digested]
    like = [each for each in known if each not in same and _folded(each.alias or "").startswith(begins)]
    return contacts.views(tx, [*same, *like], reader=reader, now=now)


def by_contact(
    tx: Session, *, number_digest: str | None = None, email_digest: str | None = None, reader: SignedIn
) -> list[FoundView]:
    """All with a record who gave exactly this number or address; none whom the reader never meets (S07)."""
    is_it = Contact.number_digest == number_digest if number_digest else Contact.email_digest == email_digest
    query = select(Contact.id, Beneficiary, Person).join(Beneficiary, Beneficiary.id == Contact.beneficiary_id)
    query = query.join(Person, Person.id == Beneficiary.mediator_id).where(is_it, Beneficiary.alias_digest.is_not(None))
    rows = tx.execute(query.order_by(Contact.id)).all()
    apart = set() if reader.holds(Role.COORDINATOR) else _kept_from(tx, reader, [whom.id for _, whom, _ in rows])
    return [_view(contact_id, whom, mediator, reader) for contact_id, whom, mediator in rows if whom.id not in apart]


def _view(contact_id: str, whom: Beneficiary, mediator: Person, reader: SignedIn) -> FoundView:
    if beneficiaries.follows(reader, whom):
        return FoundView(contact_id, whom.id, whom.alias, mediator.name)
    return FoundView(contact_id, None, None, None if mediator.disabled_at else mediator.name)


def _kept_from(tx: Session, reader: SignedIn, beneficiary_ids: list[str]) -> set[str]:
    return exclusions.kept_from(tx, reader.id, beneficiary_ids) if beneficiary_ids else set()


def _folded(alias: str) -> str:
    """An alias as it is compared letter by letter: without case and accents."""
    return "".join(each for each in normalize("NFD", look_up_form(alias)) if category(each) != "Mn")
