"""The language of a page: the cookie, then the account, then what the browser asks for."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from tests import make
from tests.conftest import SignIn
from tests.web import pages
from tests.web.forms import post


def _language(client: FlaskClient, path: str = "/", asks: str = "") -> str:
    answer = client.get(path, headers={"Accept-Language": asks} if asks else {})
    return pages.read(answer).all("html")[0].get("lang")


@pytest.mark.parametrize(("asks", "given"), [
    ("", "fr"), ("fr-FR,fr;q=0.9", "fr"), ("en-NG,en;q=0.9", "en"), ("en-NG", "en"), ("yo-NG,en-NG;q=0.8", "en"),
    ("ro-RO", "fr"), ("bg,fr;q=0.3,en;q=0.6", "en"), ("*", "fr"), ("en;q=0.2,fr;q=0.9", "fr"), ("\u202e", "fr"),
])  # fmt: skip
def test_a_browser_gets_the_language_it_asks_for_first(client: FlaskClient, asks: str, given: str) -> None:
    assert _language(client, asks=asks) == given


@pytest.mark.parametrize(("cookie", "account", "asks", "given"), [
    (None, None, "en", "en"), (None, "fr", "en", "fr"), (None, "en", "fr", "en"), ("fr", "en", "en", "fr"),
    ("en", "fr", "fr", "en"), ("xx", "en", "fr", "en"), ("xx", None, "en", "en"), (None, "ro", "en", "en"),
])  # fmt: skip
def test_the_cookie_comes_first_then_the_account_then_the_browser(
    db: Database, sign_in: SignIn, cookie: str | None, account: str | None, asks: str, given: str
) -> None:
    with db.write() as tx:
        person = make.make_person(tx, Role.MEMBER, language=account)
    client = sign_in(person)
    if cookie:
        client.set_cookie("language", cookie)

    assert _language(client, "/agenda", asks) == given


def test_choosing_a_language_keeps_the_page_one_was_on(client: FlaskClient) -> None:
    links = {each.get("hreflang"): each for each in pages.read(client.get("/safety")).all("a") if each.get("hreflang")}

    answer = client.get(links["en"].get("href"))

    assert (answer.status_code, answer.location) == (303, "/safety")
    assert _language(client, "/safety", "fr") == "en"
    assert links["fr"].get("aria-current") == "true"
    assert links["fr"].text == "Français"


@pytest.mark.parametrize("to", ["https://example.org", "//example.org", "/\\example.org", "/\t/example.org", ""])
def test_choosing_a_language_leads_to_no_other_site(client: FlaskClient, to: str) -> None:
    assert client.get("/language/fr", query_string={"to": to}).location == "/"


@pytest.mark.parametrize("code", ["de", "FR", "fr_FR", "x" * 500])
def test_a_language_that_we_do_not_speak_is_not_there(client: FlaskClient, code: str) -> None:
    assert client.get(f"/language/{code}").status_code == 404


def test_the_language_of_the_account_is_kept_for_the_next_sign_in(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        person = make.make_person(tx, Role.MEMBER)
    post(sign_in(person), "/account/language", {"language": "en"})

    assert _language(sign_in(person), "/agenda", "fr") == "en"


@pytest.mark.parametrize(("language", "said"), [("fr", "19 h 30"), ("en", "19:30")])
def test_hours_are_said_in_24_hours(db: Database, client: FlaskClient, language: str, said: str) -> None:
    with db.write() as tx:
        make.make_session(tx, starts_at=make.FRIDAY.replace(hour=18, minute=30))
    client.set_cookie("language", language)

    page = client.get("/").text.replace("\N{NO-BREAK SPACE}", " ")

    assert said in page
    assert "7:30" not in page
    assert " pm" not in page.casefold()
