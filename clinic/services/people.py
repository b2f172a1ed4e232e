"""Accounts: adding, changing, disabling, and the paper code that sets a password."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from clinic.domain.answers import NotFound, Refused
from clinic.domain.contacts import Channel, Choice
from clinic.domain.notices import works_here
from clinic.domain.people import CODE_DIGITS, CODE_LIVES, CODE_TRIES, Role, SignedIn, sign_in_form
from clinic.models import FeedLink, PasswordCode, Person, PersonRole
from clinic.services import audit, contacts, repeats


@dataclass(frozen=True)
class PersonDraft:
    """What a coordinator says of a person; somebody new is never alone in her role until a first session is over."""

    name: str
    sign_in_name: str
    roles: frozenset[Role]
    is_new: bool = False


@dataclass(frozen=True)
class TriedCode:
    """A paper code that somebody tries: whose it is, and the digest to check it against."""

    person_id: str
    digest: str


def add(tx: Session, draft: PersonDraft, *, key: str, by: SignedIn, now: datetime) -> str:
    """Add an account without a password and return its id; raises `Refused("sign_in_name_taken")`."""
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    person = Person(id=claim.id, name=draft.name, sign_in_name=sign_in_form(draft.sign_in_name), created_at=now)
    person.is_new = draft.is_new
    person.held = [PersonRole(role=role) for role in draft.roles]
    with _one_person_a_sign_in_name(tx):
        tx.add(person)
    audit.record(tx, "person.add", person.id, by=by, now=now)
    return person.id


def change(tx: Session, person_id: str, draft: PersonDraft, *, by: SignedIn, now: datetime) -> None:
    """Change name, sign-in name, roles and whether she is new; other roles end the person's open sign-ins (S33).

    Where somebody begins or ceases to work here, messages to her stop until she chooses them again.

    Raises `NotFound`, `Refused("sign_in_name_taken")`, `Refused("last_coordinator")`.
    """
    _lock_coordinators(tx)
    person = _locked(tx, person_id)
    before = frozenset(each.role for each in person.held)
    if Role.COORDINATOR not in draft.roles:
        _keep_a_coordinator(tx, person)
    with _one_person_a_sign_in_name(tx):
        person.name, person.sign_in_name = draft.name, sign_in_form(draft.sign_in_name)
        person.is_new = draft.is_new
    if before != draft.roles:
        person.held = [each for each in person.held if each.role in draft.roles]
        person.held += [PersonRole(role=role) for role in draft.roles - before]
        person.session_version += 1
        if works_here(before) is not works_here(draft.roles) and contacts.locked(tx, person_id):
            # It was asked for other messages, and otherwise: who else reads them, at which hours (S10).
            contacts.choose(tx, person_id, Choice(Channel.NONE), now=now)
    audit.record(tx, "person.change", person_id, by=by, now=now)


def disable(tx: Session, person_id: str, *, by: SignedIn, now: datetime) -> None:
    """End an account's sign-ins, calendar links and codes in one transaction (S08).

    Raises `NotFound`, `Refused("yourself")`, `Refused("last_coordinator")`.
    """
    _lock_coordinators(tx)
    person = _locked(tx, person_id)
    if person.id == by.id:
        raise Refused("yourself")
    if person.disabled_at:
        return
    _keep_a_coordinator(tx, person)
    person.disabled_at = now
    person.session_version += 1
    links = update(FeedLink).where(FeedLink.person_id == person_id, FeedLink.revoked_at.is_(None))
    tx.execute(links.values(revoked_at=now))
    _drop_code(tx, person_id)
    audit.record(tx, "person.disable", person_id, by=by, now=now)


def enable(tx: Session, person_id: str, *, by: SignedIn, now: datetime) -> None:
    """Let a disabled account sign in again; its calendar links stay ended. Raises `NotFound`."""
    person = _locked(tx, person_id)
    if person.disabled_at:
        person.disabled_at = None
        audit.record(tx, "person.enable", person_id, by=by, now=now)


def draw_code() -> str:
    """Twelve random digits for a sheet of paper."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def give_code(tx: Session, person_id: str, digest: str, *, by: SignedIn, now: datetime) -> datetime:
    """Keep the digest of a new paper code, valid once, and return when it ends; an older one ends at once.

    Raises `NotFound`, `Refused("person_disabled")`.
    """
    person = _locked(tx, person_id)
    if person.disabled_at:
        raise Refused("person_disabled")
    _drop_code(tx, person_id)
    expires_at = now + CODE_LIVES
    tx.add(PasswordCode(person_id=person_id, digest=digest, tries_left=CODE_TRIES, expires_at=expires_at))
    tx.flush()
    audit.record(tx, "person.give_code", person_id, by=by, now=now)
    return expires_at


def try_code(tx: Session, sign_in_name: str, *, now: datetime) -> TriedCode | None:
    """Use up one try of an account's paper code, before it is checked: many tries at once all count.

    None for an unknown or disabled account, and for a code out of time or tries.
    """
    code = tx.scalar(
        select(PasswordCode)
        .join(Person)
        .where(
            Person.sign_in_name == sign_in_form(sign_in_name),
            Person.disabled_at.is_(None),
            PasswordCode.expires_at > now,
            PasswordCode.tries_left > 0,
        )
        .with_for_update(of=PasswordCode)
    )
    if code is None:
        return None
    code.tries_left -= 1
    tx.flush()
    return TriedCode(code.person_id, code.digest)


def set_password(tx: Session, tried: TriedCode, password_hash: str, *, now: datetime) -> int:
    """Set a password with a code that was found right, use the code up, and return the new session version.

    Raises `Refused("code_wrong")` when the code was used or replaced meanwhile, or the account disabled.
    """
    person = _locked(tx, tried.person_id)
    code = tx.get(PasswordCode, tried.person_id)
    if code is None or code.digest != tried.digest or person.disabled_at:
        raise Refused("code_wrong")
    tx.delete(code)
    person.password_hash = password_hash
    person.session_version += 1
    tx.flush()
    audit.record(tx, "person.set_password", person.id, by=None, now=now)
    return person.session_version


def choose_language(tx: Session, person_id: str, language: str) -> None:
    """Keep the language a person reads."""
    tx.execute(update(Person).where(Person.id == person_id).values(language=language))


def _locked(tx: Session, person_id: str) -> Person:
    query = select(Person).where(Person.id == person_id).with_for_update().options(selectinload(Person.held))
    person = tx.scalar(query)
    if person is None:
        raise NotFound
    return person


def _lock_coordinators(tx: Session) -> None:
    """Lock all who coordinate, always before anybody else and in one order: two cannot remove each other."""
    holders = select(Person.id).where(Person.held.any(PersonRole.role == Role.COORDINATOR))
    tx.execute(holders.order_by(Person.id).with_for_update())


def _keep_a_coordinator(tx: Session, person: Person) -> None:
    """Refuse to lose the last active coordinator; reads anew, since waiting for the lock may have changed who holds."""
    active = select(Person.id).where(Person.disabled_at.is_(None), Person.held.any(PersonRole.role == Role.COORDINATOR))
    if set(tx.scalars(active)) == {person.id}:
        raise Refused("last_coordinator")


@contextmanager
def _one_person_a_sign_in_name(tx: Session) -> Iterator[None]:
    try:
        with tx.begin_nested():
            yield
    except IntegrityError:
        raise Refused("sign_in_name_taken") from None


def _drop_code(tx: Session, person_id: str) -> None:
    code = tx.get(PasswordCode, person_id)
    if code:
        tx.delete(code)
        tx.flush()
