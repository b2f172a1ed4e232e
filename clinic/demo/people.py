"""The accounts of the demonstration, each named by its role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import update
from sqlalchemy.orm import Session

from clinic.domain.people import Role, SignedIn
from clinic.models import Person, PersonRole
from clinic.services import people
from clinic.services.people import PersonDraft

PASSWORD = "demo-clinic-2026"  # noqa: S105 -- printed for all to use

_WITHOUT_PASSWORD, _DISABLED = "lawyer21", "lawyer22"
_SINCE = timedelta(weeks=20)


@dataclass(frozen=True)
class Cast:
    """Who takes part, by role: those who have been before, and those who come for the first time."""

    people: Mapping[Role, Sequence[SignedIn]]
    newcomers: Mapping[Role, SignedIn]


def add_all(tx: Session, random: Random, password_hash: str, *, now: datetime) -> Cast:
    """Add everybody, and return the active people by role; the demonstration's own account comes first."""
    since = now - _SINCE
    coordinator = _first_coordinator(tx, since)
    cast: dict[Role, list[SignedIn]] = defaultdict(list)
    newcomers = {}
    cast[Role.COORDINATOR].append(coordinator)
    for draft in _drafts():
        key = f"{random.getrandbits(128):032x}"
        person_id = people.add(tx, draft, key=key, by=coordinator, now=since)
        if draft.sign_in_name == _DISABLED:
            people.disable(tx, person_id, by=coordinator, now=now - timedelta(weeks=3))
            continue
        person = SignedIn(person_id, draft.name, draft.roles, None)
        for role in draft.roles:
            if draft.is_new:
                newcomers[role] = person
            else:
                cast[role].append(person)
    everybody_else = update(Person).where(Person.sign_in_name != _WITHOUT_PASSWORD)
    tx.execute(everybody_else.values(password_hash=password_hash))
    return Cast(cast, newcomers)


def _first_coordinator(tx: Session, since: datetime) -> SignedIn:
    person = Person(sign_in_name="coordinator", name="Coordinatrice", created_at=since)
    person.held = [PersonRole(role=Role.COORDINATOR)]
    tx.add(person)
    tx.flush()
    return SignedIn(person.id, person.name, frozenset({Role.COORDINATOR}), None)


def _drafts() -> Iterator[PersonDraft]:
    yield from _numbered(["Médiatrice"], "mediator", 7, Role.MEDIATOR)
    yield from _numbered(["Avocate", "Avocat"], "lawyer", 22, Role.LAWYER)
    yield from _numbered(["Juriste"], "adviser", 2, Role.LEGAL_ADVISER)
    yield from _numbered(["Interprète"], "interpreter", 4, Role.INTERPRETER)
    yield from _numbered(["Membre"], "member", 6, Role.MEMBER)
    yield PersonDraft("Nouvelle médiatrice", "newmediator", frozenset({Role.MEDIATOR}), is_new=True)
    yield PersonDraft("Nouvelle avocate", "newlawyer", frozenset({Role.LAWYER}), is_new=True)
    yield PersonDraft("Psychologue", "psychologist", frozenset({Role.PSYCHOLOGIST}))
    organiser = frozenset({Role.WORKSHOP_ORGANISER, Role.MEMBER})
    yield PersonDraft("Organisatrice d’ateliers", "organiser", organiser)


def _numbered(names: Sequence[str], sign_in_name: str, count: int, role: Role) -> Iterator[PersonDraft]:
    """As many accounts of a role; the first signs in without a number."""
    for number in range(1, count + 1):
        name = f"{names[(number - 1) % len(names)]} {number}"
        yield PersonDraft(name, sign_in_name if number == 1 else f"{sign_in_name}{number}", frozenset({role}))
