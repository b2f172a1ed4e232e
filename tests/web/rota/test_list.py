"""The list of the coming sessions: what it holds for whom, how it is narrowed, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from tests import make
from tests.conftest import SignIn
from tests.make import FRIDAY
from tests.web import pages

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Rota:
    """Two services at two places: one has its lawyer, the next, a week later, lacks two."""

    lawyer: SignedIn
    filled: str
    short: str
    place_id: str
    series_id: str


@pytest.fixture
def rota(db: Database) -> Rota:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, name="Avocate Une")
        here = make.make_place(tx, area="Paris 18e")
        there = make.make_place(tx, Publicity.TOLD_LATE, name="Depot", area="Porte Dauphine", spot="Quai 4")
        morning, bus = make.make_series(tx), make.make_series(tx, names=("Bus de nuit", "Night bus"))
        filled = make.make_session(tx, needs={Role.LAWYER: 1}, place_id=here, series_id=morning)
        make.make_shift(tx, filled, lawyer)
        needs = {Role.LAWYER: 2}
        short = make.make_session(tx, starts_at=FRIDAY + WEEK, needs=needs, place_id=there, series_id=bus)
        make.make_session(tx, starts_at=FRIDAY + 13 * WEEK, series_id=bus)
    return Rota(lawyer, filled, short, there, bus)


def _english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("language", "en")
    return client


def _listed(client: FlaskClient, rota: Rota, query: str = "") -> list[str]:
    """Which of the two stand in the list, in its order."""
    page = client.get(f"/rota{query}")
    assert page.status_code == 200
    assert not pages.problems(page.text)
    found = [each for each in (rota.filled, rota.short) if each in page.text]
    return sorted(found, key=page.text.index)


def test_the_coordinator_sees_first_what_lacks_people(sign_in: SignIn, rota: Rota) -> None:
    client = sign_in(Role.COORDINATOR)

    assert _listed(client, rota) == [rota.short, rota.filled]
    assert _listed(client, rota, "?order=date") == [rota.filled, rota.short]


def test_a_mediator_sees_the_list_by_date_without_names_and_without_the_place_told_late(
    sign_in: SignIn, rota: Rota
) -> None:
    client = _english(sign_in(Role.MEDIATOR))

    page = client.get("/rota").text

    assert _listed(client, rota) == [rota.filled, rota.short]
    assert "2 lawyers missing" in page
    assert "Porte Dauphine" in page
    assert not any(each in page for each in ("Avocate Une", "Depot", "Quai 4", "Download"))


@pytest.mark.parametrize("by", ["person", "place", "service"])
def test_the_list_is_narrowed_to_a_person_a_place_or_a_service(sign_in: SignIn, rota: Rota, by: str) -> None:
    client = sign_in(Role.COORDINATOR)
    asked = {"person": rota.lawyer.id, "place": rota.place_id, "service": rota.series_id}
    expected = {"person": rota.filled, "place": rota.short, "service": rota.short}

    assert _listed(client, rota, f"?{by}={asked[by]}") == [expected[by]]


def test_what_fits_nothing_is_said_with_the_way_back(sign_in: SignIn, rota: Rota) -> None:
    client = _english(sign_in(Role.COORDINATOR))

    page = client.get(f"/rota?person={rota.lawyer.id}&place={rota.place_id}").text

    assert "No session fits" in page
    assert "Show all" in page
    assert "Download" not in page


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MEDIATOR])
@pytest.mark.parametrize("query", ["person=x", "place=%00", "service=" + "x" * 500, "order=up", "place=a&place=b"])
def test_what_is_not_known_is_left_out_and_said(sign_in: SignIn, rota: Rota, role: Role, query: str) -> None:
    client = _english(sign_in(role))

    page = client.get(f"/rota?{query}").text

    is_hers = role is Role.COORDINATOR or not query.startswith("person")
    assert len(_listed(client, rota, f"?{query}")) == 2
    assert ("It was left out" in page) is is_hers


def test_a_mediator_finds_nobody_by_her_id(sign_in: SignIn, rota: Rota) -> None:
    assert len(_listed(sign_in(Role.MEDIATOR), rota, f"?person={rota.lawyer.id}")) == 2


def test_words_that_mean_nothing_in_an_address_are_harmless(sign_in: SignIn, rota: Rota) -> None:
    assert len(_listed(sign_in(Role.COORDINATOR), rota, "?utm=1&csrf_token=x&%FF=%FF")) == 2


def test_no_name_stands_in_an_address(sign_in: SignIn, rota: Rota) -> None:
    page = pages.read(sign_in(Role.COORDINATOR).get("/rota"))

    values = [each.get("value") for each in page.all("option")] + [each.get("href") for each in page.all("a")]
    assert rota.lawyer.id in values
    assert not [each for each in values if "Avocate" in each]


def test_series_of_one_name_are_one_service(db: Database, sign_in: SignIn, rota: Rota) -> None:
    with db.write() as tx:
        again = make.make_series(tx, names=("Bus de nuit", "Night bus"))
        session_id = make.make_session(tx, starts_at=FRIDAY + 2 * WEEK, series_id=again)
    client = _english(sign_in(Role.COORDINATOR))

    page = client.get(f"/rota?service={rota.series_id}")

    assert [each.text for each in pages.read(page).all("option")].count("Night bus") == 1
    assert session_id in page.text


def test_an_empty_list_says_so(sign_in: SignIn) -> None:
    for role in (Role.COORDINATOR, Role.MEDIATOR):
        page = _english(sign_in(role)).get("/rota").text

        assert "No session is planned" in page


def test_a_mediator_takes_what_lacks_her_from_the_list(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        session_id = make.make_session(tx, needs={Role.MEDIATOR: 1})
    client = _english(sign_in(Role.MEDIATOR))

    taken = pages.press(client, client.get("/rota"), "I take it")

    assert taken.location == f"/sessions/{session_id}"


@pytest.mark.parametrize(
    ("role", "words"), [(Role.COORDINATOR, "Rota"), (Role.MEDIATOR, "Rota"), (Role.LAWYER, "To fill")]
)
def test_the_bar_leads_to_the_list_once(sign_in: SignIn, role: Role, words: str) -> None:
    page = pages.read(_english(sign_in(role)).get("/account"))

    assert [each.text.strip() for each in page.all("a") if each.get("href") == "/rota"] == [words]
