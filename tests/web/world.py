"""A small association in which each page has something to show: people of all roles, and what hangs on a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from clinic.domain.calendars import Detail, digest_of
from clinic.domain.people import CREW_ROLES, Role, SignedIn
from clinic.domain.places import Publicity
from clinic.models import Closure, FeedLink, Person
from tests import make

TOKEN = "a-token-of-a-link"
NO_ROLE = "no_role"
DISABLED = "disabled"
IDENTITIES = ("anonymous", *Role, NO_ROLE, DISABLED)


@dataclass(frozen=True)
class World:
    """The people by identity, and the ids that stand for each part of an address, for each of them."""

    people: dict[str, SignedIn]
    ids: dict[str, str]
    own: dict[str, dict[str, str]]

    def ids_of(self, identity: str) -> dict[str, str]:
        """Valid ids: her own where there is one."""
        return {**self.ids, **self.own.get(identity, {})}


def make_world(tx: Session) -> World:
    """One session told late with a crew of each kind, an appointment, a closure, and a link for each person."""
    people: dict[str, SignedIn] = {role: make.make_person(tx, role, name=f"Qui est {role}") for role in Role}
    people[NO_ROLE] = _without_role(tx)
    people[DISABLED] = make.make_person(tx, *Role, name="Partie")
    place_id = make.make_place(tx, Publicity.TOLD_LATE)
    session_id = make.make_session(tx, place_id=place_id, needs={Role.LAWYER: 2, Role.MEDIATOR: 2})
    own = {identity: {"link_id": _link(tx, person)} for identity, person in people.items()}
    for role in CREW_ROLES:
        own[role]["shift_id"] = make.make_shift(tx, session_id, people[role])
    closure = Closure(name="Travaux", first_on=make.FRIDAY.date(), last_on=make.FRIDAY.date())
    tx.add(closure)
    tx.flush()
    ids = {
        "session_id": session_id,
        "appointment_id": make.make_appointment(tx, session_id, by=people[Role.MEDIATOR]),
        "place_id": place_id,
        "closure_id": closure.id,
        "person_id": people[Role.MEMBER].id,
        "shift_id": own[Role.LAWYER]["shift_id"],
        "link_id": own[Role.LAWYER]["link_id"],
        "token": TOKEN,
        "week": "2026-W48",
        "code": "en",
        "filename": "app.css",
    }
    return World(people, ids, own)


def addresses(app: Flask, ids: dict[str, str], method: str) -> dict[str, str]:
    """The address of each route that takes this method, with these ids in it, by endpoint."""
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("127.0.0.1")
        rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
        return {
            rule.endpoint: adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments}) for rule in rules
        }


def _without_role(tx: Session) -> SignedIn:
    person = Person(sign_in_name="sans.role", name="Sans rôle", created_at=make.NOW - timedelta(days=1), held=[])
    tx.add(person)
    tx.flush()
    return SignedIn(person.id, person.name, frozenset(), None)


def _link(tx: Session, person: SignedIn) -> str:
    token = TOKEN if Role.LAWYER in person.roles and len(person.roles) == 1 else f"another-{person.id}"
    link = FeedLink(person_id=person.id, token_digest=digest_of(token), name="Téléphone", language="fr")
    link.detail, link.created_at = Detail.DISCREET, make.NOW
    tx.add(link)
    tx.flush()
    return link.id
