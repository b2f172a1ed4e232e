"""Roles, passwords and the names one signs in with."""

from __future__ import annotations

import pytest

from clinic.domain.answers import Refused
from clinic.domain.people import CREW_ROLES, LEGAL_TEAM, Role, SignedIn, check_password, sign_in_form


@pytest.mark.parametrize(("password", "code"), [
    ("twelve bytes", None),
    ("eleven byte", "password_short"),
    ("", "password_short"),
    ("éééééé", None),
    ("ééééé", "password_short"),
    ("x" * 1024, None),
    ("x" * 1025, "password_long"),
    ("é" * 513, "password_long"),
    ("correct horse battery", None),
])  # fmt: skip
def test_S30_a_password_has_12_to_1024_bytes(password: str, code: str | None) -> None:
    assert _code(password) == code


@pytest.mark.parametrize("password", ["administrator", "Administrator", "ADMINISTRATOR"])
def test_S30_a_common_password_is_refused_however_it_is_written(password: str) -> None:
    assert _code(password) == "password_common"


def test_holding_one_of_several_roles_is_enough() -> None:
    reader = SignedIn("a" * 16, "Ada", frozenset({Role.LAWYER, Role.MEMBER}), None)

    assert reader.holds(Role.LAWYER)
    assert reader.holds(Role.COORDINATOR, Role.MEMBER)
    assert not reader.holds(Role.COORDINATOR, Role.MEDIATOR)
    assert not reader.holds()


def test_the_legal_team_is_part_of_the_crew() -> None:
    assert set(CREW_ROLES) >= LEGAL_TEAM


@pytest.mark.parametrize("typed", ["Élodie", "élodie", "E\u0301LODIE", "  élodie "])
def test_a_sign_in_name_is_found_however_it_is_typed(typed: str) -> None:
    assert sign_in_form(typed) == "élodie"


def _code(password: str) -> str | None:
    try:
        check_password(password)
    except Refused as refused:
        return refused.code
    return None
