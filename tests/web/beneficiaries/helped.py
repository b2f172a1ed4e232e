"""One person helped, her mediator, and the password given once more."""

from __future__ import annotations

from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Helped, Shared
from clinic.domain.people import Role, SignedIn
from clinic.models import Appointment, AuditEntry, Contact
from clinic.services import contacts, passwords
from tests import make
from tests.web.forms import post

PASSWORD = "a long enough password"
HASH = passwords.hash_password(PASSWORD)
NUMBER, MAIL = "+33612345678", "canary-mail@example.org"
BY_SMS = Choice(Channel.SMS, Shared.NO, number=NUMBER, language="fr")


@dataclass(frozen=True)
class World:
    """A mediator, and one whom she follows, who has an appointment on Friday."""

    mediator: SignedIn
    beneficiary_id: str
    appointment_id: str
    session_id: str

    @property
    def url(self) -> str:
        return f"/beneficiaries/{self.beneficiary_id}"


def make_helped(tx: Session, *, alias: str = "Iris", mediator: SignedIn | None = None, slot: int = 0) -> World:
    """Somebody with an appointment, who was not asked yet how she may be reached."""
    mediator = mediator or make.make_person(tx, Role.MEDIATOR, password_hash=HASH)
    session_id = make.make_session(tx)
    appointment_id = make.make_appointment(tx, session_id, by=mediator, alias=alias, slot=slot)
    return World(mediator, tx.get_one(Appointment, appointment_id).beneficiary_id, appointment_id, session_id)


def choose(db: Database, world: World, choice: Choice = BY_SMS) -> str:
    """She chose this; return the id of her contact."""
    with db.write() as tx:
        contacts.choose(tx, Helped(world.beneficiary_id), choice, by_coordinator=True, now=make.NOW)
        return contact_of(tx, world).id


def contact_of(tx: Session, world: World) -> Contact:
    return tx.scalars(select(Contact).where(Contact.beneficiary_id == world.beneficiary_id)).one()


def kept(db: Database, world: World) -> Contact | None:
    with db.read() as tx:
        return tx.scalar(select(Contact).where(Contact.beneficiary_id == world.beneficiary_id))


def step_up(client: FlaskClient, *, to: str = "/agenda", password: str = PASSWORD) -> TestResponse:
    """Give a password and a reason."""
    return post(client, f"/step-up?to={to}", {"reason": "call_back", "password": password})


def entries(db: Database, *actions: str) -> list[tuple[str, str | None, str | None]]:
    """What was written down of these actions: action, object, reason."""
    with db.read() as tx:
        found = tx.scalars(select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.at))
        return [(each.action, each.object_id, each.reason) for each in found]
