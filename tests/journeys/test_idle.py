"""S33: she is away, her page is covered; she comes back, and finds what she typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Response, expect

from clinic.demo import PASSWORD
from tests.journeys import axe
from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE
from tests.journeys.house import House
from tests.journeys.walk import Walk

HALF = timedelta(minutes=30)
QUARTER = timedelta(minutes=15)
NOT_REACHED = (
    "The agenda cannot be reached: perhaps there is no network. What you typed is still here; try again in a moment."
)
LEFT = f"https://{DULL_SITE}/"


def _let_pass(house: House, walk: Walk, how_long: timedelta) -> None:
    """Time goes by for the server and in her browser."""
    house.clock.set(house.clock() + how_long)
    walk.page.clock.fast_forward(int(how_long.total_seconds() * 1000))


def _tells(answer: Response) -> bool:
    """Whether a page told the server that somebody is active."""
    return answer.url.endswith("/idle/left") and "x-clinic-poll" not in answer.request.headers


def _coordinator(newcomer: Newcomer) -> Walk:
    walk = newcomer()
    walk.page.clock.install()
    walk.sign_in("coordinator")
    walk.go("/people/new")
    walk.fill({"name": "Awa Ndiaye", "sign_in_name": "awa"})
    walk.main.locator("[name=roles][value=lawyer]").check()
    return walk


def _cover(walk: Walk) -> Locator:
    return walk.page.locator("main.cover")


def _try(walk: Walk, password: str) -> None:
    _cover(walk).get_by_label(walk.words("Your password")).fill(password)
    walk.button("Open it again", _cover(walk)).click()


def test_S33_an_open_page_covers_itself_and_keeps_what_was_typed(house: House, newcomer: Newcomer) -> None:
    coordinator = _coordinator(newcomer)
    page, form = coordinator.page, coordinator.page.locator("main#main form").first

    _let_pass(house, coordinator, QUARTER + timedelta(seconds=2))

    expect(_cover(coordinator)).to_be_visible()
    expect(form).to_be_hidden()
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("link", name=coordinator.words("Leave"), exact=True)).to_be_visible()
    expect(_cover(coordinator).get_by_label(coordinator.words("Your password"))).to_be_focused()
    assert page.title() == coordinator.words("Agenda")
    assert not axe.violations(page)

    _try(coordinator, "not the password at all")
    expect(_cover(coordinator).get_by_role("alert")).to_have_text(
        coordinator.words("This is not your password. Look at it, and try again.")
    )
    assert not axe.violations(page)
    _try(coordinator, PASSWORD)

    expect(_cover(coordinator)).to_have_count(0)
    expect(form.locator("[name=name]")).to_have_value("Awa Ndiaye")
    expect(form.locator("[name=roles][value=lawyer]")).to_be_checked()
    coordinator.activate(form.get_by_role("button").last)
    assert coordinator.path.startswith("/people")
    expect(coordinator.main).to_contain_text("Awa Ndiaye")


def test_S33_without_a_network_it_is_covered_all_the_same_and_waits(house: House, newcomer: Newcomer) -> None:
    coordinator = _coordinator(newcomer)
    coordinator.context.set_offline(True)

    _let_pass(house, coordinator, QUARTER + timedelta(seconds=2))
    expect(_cover(coordinator)).to_be_visible()
    _try(coordinator, PASSWORD)
    expect(_cover(coordinator).get_by_role("alert")).to_have_text(coordinator.words(NOT_REACHED))
    coordinator.context.set_offline(False)
    coordinator.button("Open it again", _cover(coordinator)).click()

    expect(_cover(coordinator)).to_have_count(0)
    expect(coordinator.main.locator("[name=name]")).to_have_value("Awa Ndiaye")
    coordinator.troubles.clear()  # the browser says that it was offline


def test_S33_a_touch_postpones_it_and_so_does_another_tab(house: House, newcomer: Newcomer) -> None:
    coordinator = _coordinator(newcomer)

    _let_pass(house, coordinator, timedelta(minutes=14))
    with coordinator.page.expect_response(_tells):
        coordinator.page.keyboard.press("Tab")
    _let_pass(house, coordinator, timedelta(minutes=14))
    expect(_cover(coordinator)).to_have_count(0)
    other = coordinator.context.new_page()
    other.goto(f"{coordinator.url}/agenda")
    with coordinator.page.expect_response("**/idle/left"):
        _let_pass(house, coordinator, timedelta(minutes=14))

    expect(_cover(coordinator)).to_have_count(0)
    _let_pass(house, coordinator, QUARTER)
    expect(_cover(coordinator)).to_be_visible()


def test_S20_leaving_works_from_the_cover(house: House, newcomer: Newcomer) -> None:
    coordinator = _coordinator(newcomer)
    _let_pass(house, coordinator, QUARTER + timedelta(seconds=2))
    expect(_cover(coordinator)).to_be_visible()

    with coordinator.page.expect_navigation(url=LEFT):
        for _ in range(3):
            coordinator.page.keyboard.press("Shift")

    coordinator.context.clear_cookies(name="gone")
    coordinator.page.goto(f"{coordinator.url}/people")
    assert coordinator.path == "/sign-in"


@pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])
def test_S33_without_scripts_a_form_survives_the_cover(house: House, newcomer: Newcomer) -> None:
    coordinator = newcomer(has_scripts=False)
    coordinator.sign_in("coordinator")
    coordinator.go("/people/new")
    coordinator.fill({"name": "Awa Ndiaye", "sign_in_name": "awa"})
    coordinator.main.locator("[name=roles][value=lawyer]").check()
    house.clock.set(house.clock() + QUARTER + timedelta(seconds=1))

    coordinator.activate(coordinator.main.locator("form").last.get_by_role("button").last)
    expect(coordinator.main).not_to_contain_text("Awa")
    coordinator.open_again()
    coordinator.press("Send it now")

    expect(coordinator.main).to_contain_text("Awa Ndiaye")


def test_S33_the_covered_screen_of_the_server_can_be_read_and_led_by_the_keyboard(
    house: House, newcomer: Newcomer
) -> None:
    lawyer = newcomer()
    lawyer.sign_in("lawyer")
    house.clock.set(house.clock() + HALF + timedelta(seconds=1))

    lawyer.go("/account")  # where axe looks
    lawyer.main.get_by_label(lawyer.words("Your password")).fill(PASSWORD)
    with lawyer.page.expect_navigation():
        lawyer.page.keyboard.press("Enter")

    assert lawyer.path == "/account"
    expect(lawyer.main).to_contain_text(lawyer.words("Sign out"))
