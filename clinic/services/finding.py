"""Finding somebody by her number or address, whoever follows her; each look is noted before anything is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import contacts as rules
from clinic.domain.people import SignedIn
from clinic.domain.step_up import Reason
from clinic.queries import finding as queries
from clinic.queries.finding import FoundView
from clinic.services import audit, contacts


def by_contact(tx: Session, typed: str, reason: Reason, *, by: SignedIn, now: datetime) -> Sequence[FoundView]:
    """Who gave exactly this number or address, after it was noted that somebody looked, and why.

    What an excluded person looks for in vain is noted as if there were nobody (S07). Raises `Refused` with
    `number_unusable`, `address_unusable`.
    """
    if "@" in typed:
        found = queries.by_contact(tx, email_digest=contacts.email_digest(rules.mailbox(typed)), reader=by)
    else:
        found = queries.by_contact(tx, number_digest=contacts.number_digest(rules.e164(typed)), reader=by)
    audit.record(tx, "contact.find", found[0].contact_id if found else None, by=by, now=now, reason=reason)
    return found
