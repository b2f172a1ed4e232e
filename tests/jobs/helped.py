"""Those who are helped, with an appointment and a choice of theirs, and what is to be said to them."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain.appointments import AppointmentState, Topic
from clinic.domain.contacts import Channel, Choice, Helped, Hours, Shared
from clinic.domain.notices import Kind
from clinic.domain.people import Role
from clinic.models import Appointment, Beneficiary, ClinicSession
from clinic.services import contacts, notices
from tests import make
from tests.make import NOW

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Told:
    """Who has which appointment, who follows her, and where she is reached."""

    helped: Helped
    about: str
    session_id: str
    mediator_id: str
    address: str


def make_told(
    tx: Session,
    session_id: str,
    channel: Channel = Channel.SMS,
    *,
    mediator_id: str | None = None,
    hours: Hours | None = None,
) -> Told:
    """Somebody with an appointment who chose this channel; nothing is planned to be said."""
    number = next(_numbers)
    mediator_id = mediator_id or make.make_person(tx, Role.MEDIATOR).id
    her = Beneficiary(alias=f"Iris {number}", alias_digest=secrets.token_hex(32), mediator_id=mediator_id)
    her.created_at = NOW
    tx.add(her)
    tx.flush()
    session = tx.get_one(ClinicSession, session_id)
    booked = Appointment(session_id=session_id, beneficiary_id=her.id, booked_by_id=mediator_id, desk=1000 + number)
    booked.starts_at, booked.ends_at = session.starts_at, session.starts_at + timedelta(minutes=30)
    booked.language, booked.topic, booked.state = "eng", Topic.RIGHTS, AppointmentState.BOOKED
    booked.booked_at = booked.changed_at = NOW
    tx.add(booked)
    tx.flush()
    phone, email = f"+336{12000000 + number}", f"elle{number}@exemple.org"
    choice = Choice(channel, Shared.NO, number=phone, email=email, hours=hours)
    contacts.choose(tx, Helped(her.id), choice, now=NOW)
    return Told(Helped(her.id), booked.id, session_id, mediator_id, choice.address or "")


def tell(tx: Session, told: Told, kind: Kind = Kind.REMINDER, *, now: datetime = NOW) -> None:
    """Plan to tell her of her appointment."""
    notices.tell(tx, kind, to=told.helped, about=told.about, session_id=told.session_id, now=now)
