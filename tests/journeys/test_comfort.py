"""Dark rooms, large letters, narrow screens and paper."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from clinic.domain.people import Role
from clinic.domain.sessions import Kind
from clinic.models import ClinicSession
from clinic.queries import rota
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House

FRIDAY = date(2026, 11, 27)
PUBLIC = ("/", "/safety", "/sign-in", "/sign-in/code")
OF_COORDINATOR = (
    "/agenda", "/agenda/2026-W48", "/agenda/2026-12", "/rota", "/calls", "/sessions/series", "/sessions/series/new",
    "/people", "/people/new", "/places", "/places/new", "/account",
)  # fmt: skip
OF_A_SESSION = ("/sessions/{}", "/sessions/{}/move", "/sessions/{}/cancel", "/sessions/{}/spot",
                "/rota/sessions/{}/assign", "/appointments/new/{}")  # fmt: skip
OF_A_SERIES = ("/sessions/series/{}", "/sessions/series/{}/change", "/sessions/series/{}/add",
               "/sessions/series/{}/end")  # fmt: skip
OF_LAWYER = ("/agenda", "/agenda/2026-W48", "/agenda/2026-12", "/rota", "/rota/cannot", "/account/availability",
             "/sessions/{}")  # fmt: skip
OF_A_SHIFT = "/rota/shifts/{}/stand-in"


def _visits(house: House) -> list[tuple[str | None, list[str]]]:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    with house.database.read() as tx:
        series_id = tx.get_one(ClinicSession, session_id).series_id
        shifts = [each.id for each in rota.live_shifts(tx, session_id) if each.role is Role.LAWYER]
    of_series = [path.format(series_id) for path in OF_A_SERIES]
    return [
        (None, list(PUBLIC)),
        ("coordinator", [path.format(session_id) for path in OF_COORDINATOR + OF_A_SESSION] + of_series),
        ("lawyer", [path.format(session_id) for path in OF_LAWYER] + [OF_A_SHIFT.format(*shifts)]),
    ]


@pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])
def test_each_page_can_be_read_in_the_dark(house: House, newcomer: Newcomer) -> None:
    for name, paths in _visits(house):
        walk = newcomer(color_scheme="dark")
        if name:
            walk.sign_in(name)
        for path in paths:
            walk.go(path)  # where axe looks at the contrast


@pytest.mark.parametrize(("width", "language"), [(320, "fr")])  # French words are longer
def test_S21_letters_twice_as_large_fit_the_smallest_screen(house: House, newcomer: Newcomer) -> None:
    for name, paths in _visits(house):
        walk = newcomer()
        larger = walk.context.new_cdp_session(walk.page)
        larger.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
        if name:
            walk.sign_in(name)
        for path in paths:
            walk.page.goto(walk.url + path)
            assert walk.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
            assert walk.fits, path


@pytest.mark.parametrize(("width", "language"), [(1280, "fr")])
def test_a_session_is_printed_without_the_buttons(house: House, newcomer: Newcomer) -> None:
    mediator = newcomer()
    mediator.sign_in("mediator")
    mediator.go(f"/sessions/{house.session(Kind.LAW_ACCESS, FRIDAY)}")

    mediator.page.emulate_media(media="print")

    for part in (".bar", ".exitbar", "footer", ".actions"):
        for each in mediator.page.locator(part).all():
            expect(each).to_be_hidden()
    expect(mediator.main.get_by_role("heading", level=1)).to_be_visible()
    expect(mediator.main.locator(".slot").first).to_be_visible()
    assert mediator.main.evaluate("element => getComputedStyle(element).color") == "rgb(0, 0, 0)"
