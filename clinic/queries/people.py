"""Reading accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from clinic.domain.answers import NotFound
from clinic.domain.people import Role, SignedIn, sign_in_form
from clinic.models import Person, PersonRole


@dataclass(frozen=True)
class PersonRow:
    """An account as its coordinator sees it."""

    id: str
    name: str
    sign_in_name: str
    roles: tuple[Role, ...]
    language: str | None
    is_disabled: bool
    has_password: bool
    is_new: bool


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against; the hash is None while no password was ever set."""

    id: str
    password_hash: str | None
    session_version: int


def signed_in(tx: Session, person_id: str, session_version: int) -> SignedIn | None:
    """Who signed in with this version, unless the account was disabled or its sign-ins ended since."""
    person = tx.scalar(select(Person).where(Person.id == person_id).options(selectinload(Person.held)))
    if person is None or person.disabled_at or person.session_version != session_version:
        return None
    return SignedIn(person.id, person.name, frozenset(each.role for each in person.held), person.language)


def credentials(tx: Session, sign_in_name: str) -> Credentials | None:
    """What to check a password against; None for an unknown or disabled account."""
    person = tx.scalar(
        select(Person).where(Person.sign_in_name == sign_in_form(sign_in_name), Person.disabled_at.is_(None))
    )
    return Credentials(person.id, person.password_hash, person.session_version) if person else None


def everyone(tx: Session) -> list[PersonRow]:
    """All accounts by name, the disabled ones last."""
    people = tx.scalars(select(Person).options(selectinload(Person.held)))
    return sorted(map(_row, people), key=lambda row: (row.is_disabled, row.name.casefold()))


def person(tx: Session, person_id: str) -> PersonRow:
    """One account; raises `NotFound`."""
    found = tx.scalar(select(Person).where(Person.id == person_id).options(selectinload(Person.held)))
    if found is None:
        raise NotFound
    return _row(found)


def holding(tx: Session, roles: Iterable[Role]) -> list[PersonRow]:
    """The active people who hold one of these roles, by name."""
    people = tx.scalars(
        select(Person)
        .where(Person.disabled_at.is_(None), Person.held.any(PersonRole.role.in_(list(roles))))
        .options(selectinload(Person.held))
    )
    return sorted(map(_row, people), key=lambda row: row.name.casefold())


def _row(person: Person) -> PersonRow:
    held = {each.role for each in person.held}
    return PersonRow(
        id=person.id,
        name=person.name,
        sign_in_name=person.sign_in_name,
        roles=tuple(role for role in Role if role in held),
        language=person.language,
        is_disabled=person.disabled_at is not None,
        has_password=person.password_hash is not None,
        is_new=person.is_new,
    )
