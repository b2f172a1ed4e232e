"""One session with its people, an appointment, and interpreters who can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from clinic.domain.interpreting import Modality
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.models import Offer
from clinic.services import interpreting
from clinic.services.interpreting import NeedWish, ProfileDraft
from tests import make
from tests.make import FRIDAY, NOW

ALIAS, AREA, SPOT, TOPIC = "Alias-kx7", "Area-kx7", "Spot-kx7", "Complaint"


@dataclass(frozen=True)
class World:
    """Ids, and those who act."""

    mediator: SignedIn
    interpreter: SignedIn
    second: SignedIn
    session_id: str
    appointment_id: str


def make_interpreter(
    tx: Session,
    name: str,
    *,
    languages: Iterable[str] = ("ara",),
    comes_on_site: bool = True,
    phone: str | None = "06 12 34 56 78",
) -> SignedIn:
    """Somebody who interprets."""
    person = make.make_person(tx, Role.INTERPRETER, name=name)
    interpreting.save_profile(tx, ProfileDraft(frozenset(languages), comes_on_site, phone), by=person, now=NOW)
    return person


def make_world(tx: Session, publicity: Publicity = Publicity.PUBLIC) -> World:
    """A session on Friday at 09:30, an appointment in its first half hour, two interpreters for Arabic."""
    mediator = make.make_person(tx, Role.MEDIATOR, name="Médiatrice-kx7")
    place_id = make.make_place(tx, publicity, area=AREA, spot=SPOT)
    session_id = make.make_session(tx, place_id=place_id)
    return World(
        mediator=mediator,
        interpreter=make_interpreter(tx, "Samira"),
        second=make_interpreter(tx, "Youssef"),
        session_id=session_id,
        appointment_id=make.make_appointment(tx, session_id, by=mediator, alias=ALIAS, language="ara"),
    )


def make_need(
    tx: Session,
    world: World,
    *,
    modality: Modality = Modality.ON_SITE,
    appointment_id: str | None = None,
    answer_by: datetime = FRIDAY - timedelta(hours=24),
) -> str:
    """An interpreter is needed on Friday from 09:30 to 10:00; return the need's id."""
    wish = NeedWish(
        session_id=world.session_id,
        appointment_id=appointment_id,
        language="ara",
        modality=modality,
        starts_at=FRIDAY,
        ends_at=FRIDAY + timedelta(minutes=30),
        answer_by=answer_by,
    )
    return interpreting.need(tx, wish, key=make.key(), by=world.mediator, now=NOW)


def ask(tx: Session, need_id: str, *people: SignedIn, by: SignedIn, now: datetime = NOW) -> list[str]:
    """Ask these people until Thursday 09:30; return the ids of their offers, in their order."""
    answer_by = FRIDAY - timedelta(hours=24)
    interpreting.ask(tx, need_id, [each.id for each in people], answer_by=answer_by, by=by, now=now)
    offers = {each.person_id: each.id for each in tx.query(Offer).filter(Offer.need_id == need_id)}
    return [offers[each.id] for each in people]
