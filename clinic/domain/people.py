"""Roles, and the rules for passwords and paper codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from clinic.domain.answers import Refused
from clinic.domain.text import look_up_form

PASSWORD_BYTES = range(12, 1025)
CODE_DIGITS = 12
CODE_LIVES = timedelta(hours=72)
CODE_TRIES = 5


class Role(StrEnum):
    """What a person may be here; one person may hold several (safety matrix)."""

    COORDINATOR = "coordinator"
    MEDIATOR = "mediator"
    LAWYER = "lawyer"
    LEGAL_ADVISER = "legal_adviser"
    PSYCHOLOGIST = "psychologist"
    INTERPRETER = "interpreter"
    WORKSHOP_ORGANISER = "workshop_organiser"
    MEMBER = "member"


LEGAL_TEAM = frozenset({Role.LAWYER, Role.LEGAL_ADVISER, Role.PSYCHOLOGIST})
CREW_ROLES = (Role.LAWYER, Role.LEGAL_ADVISER, Role.PSYCHOLOGIST, Role.MEDIATOR, Role.INTERPRETER)


@dataclass(frozen=True)
class SignedIn:
    """Who is at the door: all that a rule may know of her."""

    id: str
    name: str
    roles: frozenset[Role]
    language: str | None

    def holds(self, *roles: Role) -> bool:
        return bool(self.roles & set(roles))


def check_password(password: str) -> None:
    """Refuse a password outside 12 to 1,024 bytes of UTF-8, or a common one (S30)."""
    if len(password.encode()) < PASSWORD_BYTES.start:
        raise Refused("password_short")
    if len(password.encode()) >= PASSWORD_BYTES.stop:
        raise Refused("password_long")
    if password.casefold() in _common_passwords():
        raise Refused("password_common")


def sign_in_form(name: str) -> str:
    """The form under which a sign-in name is kept and looked up."""
    return look_up_form(name)


@cache
def _common_passwords() -> frozenset[str]:
    lines = files("clinic.domain").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
