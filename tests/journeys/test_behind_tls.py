"""Once behind TLS, as in production: cookies, headers, and the check of where a form comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import expect

from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE, Door
from tests.journeys.house import House

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr")])
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def door() -> Iterator[Door]:
    """A server behind TLS; the house lies on it, and its address begins with https."""
    door = Door(is_https=True)
    yield door
    door.close()


def test_S41_a_mediator_books_and_leaves_over_https(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    mediator = newcomer()
    mediator.sign_in("mediator")
    mediator.go(f"/sessions/{session_id}")

    mediator.activate(mediator.main.locator("a.slot.free").first)
    mediator.fill({"alias": "Ẹfe", "language": "bin", "topic": "rights"})
    mediator.press("Book")

    expect(mediator.said).to_contain_text(mediator.words("The appointment is booked."))
    with mediator.page.expect_navigation(url=f"https://{DULL_SITE}/"):
        mediator.page.locator("a.exit").click()
    mediator.page.go_back()
    assert mediator.page.url == f"https://{DULL_SITE}/"


def test_S33_cookies_are_bound_to_the_host_and_S40_the_browser_stays_on_https(newcomer: Newcomer) -> None:
    mediator = newcomer()
    mediator.sign_in("mediator")
    answer = mediator.page.goto(mediator.url + "/language/fr?to=/agenda")

    cookies = mediator.context.cookies()
    assert {each["name"] for each in cookies} == {"__Host-active", "__Host-agenda", "__Host-language"}
    assert all(each["secure"] and each["httpOnly"] and each["sameSite"] == "Lax" for each in cookies)
    assert {each["path"] for each in cookies} == {"/"}
    assert answer is not None
    assert answer.header_value("strict-transport-security") == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize(
    "forged",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Referer": "https://evil.example/"}],
)
def test_S41_a_form_from_elsewhere_is_refused(newcomer: Newcomer, forged: dict[str, str]) -> None:
    mediator = newcomer()
    mediator.sign_in("mediator")
    mediator.go("/account")
    token = mediator.main.locator("[name=csrf_token]").first.input_value()

    def send(headers: dict[str, str]) -> int:
        form: dict[str, str | float | bool] = {"csrf_token": token, "language": "fr"}
        url = f"{mediator.url}/account/language"
        return mediator.context.request.post(url, form=form, headers=headers, max_redirects=0).status

    assert send(forged) in (400, 403)
    assert send({"Origin": mediator.url, "Referer": f"{mediator.url}/account"}) == 303
