"""How an interpreter works, as she says it herself."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.interpreting import dialled
from clinic.domain.people import SignedIn
from clinic.queries import interpreting as queries
from clinic.queries.interpreting import ProfileRow
from tests.conftest import SignIn
from tests.web import pages
from tests.web.interpreting.world import make_interpreter

URL = "/interpreting/profile"


@pytest.fixture
def samira(db: Database) -> SignedIn:
    with db.write() as tx:
        return make_interpreter(tx, "Samira", languages=["ara", "hau"], phone=None)


@pytest.fixture
def client(samira: SignedIn, sign_in: SignIn) -> FlaskClient:
    client = sign_in(samira)
    client.set_cookie("language", "en")
    return client


def _kept(db: Database, person: SignedIn) -> ProfileRow:
    with db.read() as tx:
        return queries.profiles(tx, [person.id])[person.id]


def test_she_says_what_she_speaks_and_her_number_is_shown_back_as_typed(
    client: FlaskClient, samira: SignedIn, db: Database
) -> None:
    typed = {"another": "tir", "comes_on_site": "no", "phone": "+33 (0)6 12.34.56.78"}

    saved = pages.press(client, client.get(URL), "Save", languages=["ara", "bin"], **typed)

    assert saved.status_code == 303
    assert _kept(db, samira) == ProfileRow(
        frozenset({"ara", "bin", "tir"}), comes_on_site=False, phone="+33 (0)6 12.34.56.78"
    )
    shown = pages.form_of(client.get(URL), "Save")
    assert (sorted(shown.getlist("languages")), shown["phone"]) == (["ara", "bin", "tir"], "+33 (0)6 12.34.56.78")


def test_what_she_said_before_stays_ticked(client: FlaskClient, samira: SignedIn, db: Database) -> None:
    before = _kept(db, samira)

    pages.press(client, client.get(URL), "Save")

    assert _kept(db, samira) == before


@pytest.mark.parametrize(("typed", "field"), [
    ({"languages": None}, "languages"), ({"languages": ["ara", "nope"]}, "languages"),
    ({"another": "x" * 99}, "another"),
    ({"comes_on_site": None}, "comes_on_site"), ({"comes_on_site": "maybe"}, "comes_on_site"),
    ({"phone": "0612"}, "phone"), ({"phone": "call me"}, "phone"), ({"phone": "0" * 25}, "phone"),
    ({"phone": "06\u202e12345678"}, "phone"),
])  # fmt: skip
def test_S42_a_profile_that_is_not_right_comes_back_with_all_that_was_typed(
    client: FlaskClient, typed: dict[str, str | list[str] | None], field: str
) -> None:
    right: dict[str, str | list[str] | None] = {"languages": ["ara"], "comes_on_site": "no", "phone": "06 12 34 56 78"}

    answer = pages.press(client, client.get(URL), "Save", **{**right, **typed})

    page = pages.read(answer)
    assert answer.status_code == 422
    assert page.errors_at(field)
    kept = pages.form_of(answer, "Save")
    assert all(kept.get(name) == (value[0] if isinstance(value, list) else value)
               for name, value in right.items() if name not in typed)  # fmt: skip


@pytest.mark.parametrize(("typed", "number"), [
    ("06 12 34 56 78", "+33612345678"), ("+33 (0)6 12 34 56 78", "+33612345678"), ("0033612345678", "+33612345678"),
    ("+44 20 7946 0000", "+442079460000"), ("06-12-34-56-78", "+33612345678"), ("112", None), ("06 12 34 56 7", None),
    ("+0612345678", None), ("", None), ("+33 6 12 34 56 78 ext 9", None),
])  # fmt: skip
def test_a_number_is_dialled_with_its_country(typed: str, number: str | None) -> None:
    assert dialled(typed) == number
