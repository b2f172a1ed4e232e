"""A month: on a desk a table, on a phone a list of days, on paper one sheet of A4."""

from __future__ import annotations

import re
from datetime import time

import pytest
from playwright.sync_api import Page, expect

from clinic.domain.people import Role
from clinic.domain.sessions import CancelReason
from clinic.domain.times import Month, to_instant
from clinic.services import programme
from tests import make
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk

DECEMBER = Month.parse("2026-12")
A4_ACROSS = (842, 595)  # points
PAGES = re.compile(rb"/Type\s*/Page\b")
BOXES = re.compile(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)")
SIZES = "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"  # 9 pt are 12 px
COLOURS = "all => all.map(each => getComputedStyle(each).color)"


@pytest.fixture
def full_month(house: House) -> None:
    """One to three sessions on each working day of December, with long names, crews, a gap and a cancellation."""
    with house.database.write() as tx:
        people = [make.make_person(tx, Role.LAWYER, Role.MEDIATOR, name=f"Prénom {number:02}") for number in range(20)]
        place_id = make.make_place(tx)
        services = ("Point d’accès au droit", "Permanence du soir", "Bus de la Solidarité")
        series = [make.make_series(tx, place_id=place_id, names=(name, name)) for name in services]
        for day in DECEMBER.days:
            for number in range((1, 2, 1, 2, 1, 1, 0)[day.weekday()]):
                starts_at = to_instant(day, time(9 + 4 * number, 30))
                needs = {Role.LAWYER: 2, Role.MEDIATOR: 2}
                session_id = make.make_session(
                    tx, starts_at=starts_at, needs=needs, series_id=series[number], place_id=place_id
                )
                crew = [people[(day.day + 4 * number + each) % len(people)] for each in range(3)]
                for person, role in zip(crew, (Role.LAWYER, Role.MEDIATOR, Role.MEDIATOR), strict=True):
                    make.make_shift(tx, session_id, person, role)
                if day.day == 9:
                    programme.cancel(tx, session_id, CancelReason.CREW, by=people[0], now=make.NOW)


@pytest.fixture
def overfull_month(house: House, full_month: None) -> None:
    """One session more on each day, with five people of long names."""
    with house.database.write() as tx:
        people = [make.make_person(tx, Role.LAWYER, name=f"Prénom et nom {number:02}") for number in range(5)]
        series_id = make.make_series(tx, names=("Permanence du quartier", "District desk"))
        for day in DECEMBER.days:
            session_id = make.make_session(tx, starts_at=to_instant(day, time(8)), series_id=series_id)
            for person in people:
                make.make_shift(tx, session_id, person)


def _sheets(page: Page) -> list[tuple[int, int]]:
    """The pages of the PDF that the browser makes, by width and height in points."""
    made = page.pdf(prefer_css_page_size=True)
    boxes = [(round(float(width)), round(float(height))) for width, height in BOXES.findall(made)]
    assert len(PAGES.findall(made)) == len(boxes)
    return boxes


def _open_month(newcomer: Newcomer, name: str, **wishes: object) -> Walk:
    walk = newcomer(**wishes)
    walk.sign_in(name)
    walk.go("/agenda/2026-12")
    return walk


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("name", ["coordinator", "mediator", "lawyer"])
def test_a_full_month_prints_on_one_sheet_in_black_and_white(
    house: House, full_month: None, newcomer: Newcomer, name: str
) -> None:
    walk = _open_month(newcomer, name, color_scheme="dark")

    assert _sheets(walk.page) == [A4_ACROSS]
    walk.page.emulate_media(media="print")
    for part in (".bar", ".exitbar", "footer", ".views", ".weeks"):
        for each in walk.page.locator(part).all():
            expect(each).to_be_hidden()
    expect(walk.main.get_by_role("heading", level=1)).to_be_visible()
    assert set(walk.main.locator(".month *").evaluate_all(SIZES)) == {12}
    assert set(walk.main.locator(".month *").evaluate_all(COLOURS)) <= {"rgb(0, 0, 0)", "rgb(51, 51, 51)"}
    names = walk.main.locator(".month .names").first
    if name == "coordinator":
        expect(names).to_be_visible()
    else:
        expect(walk.main.get_by_text("Prénom")).to_have_count(0)


@pytest.mark.parametrize("width", [1280])
def test_what_does_not_fit_on_the_sheet_is_left_out_and_said(
    house: House, overfull_month: None, newcomer: Newcomer
) -> None:
    walk = _open_month(newcomer, "coordinator")

    sheets = _sheets(walk.page)

    walk.page.emulate_media(media="print")
    assert sheets == [A4_ACROSS]
    expect(walk.main.locator(".month .names").first).to_be_hidden()
    expect(walk.main.locator(".month .count").first).to_be_visible()
    expect(walk.main.locator(".on-paper")).to_be_visible()


def test_a_month_is_a_table_on_a_desk_and_a_list_of_days_on_a_phone(
    full_month: None, newcomer: Newcomer, width: int
) -> None:
    walk = _open_month(newcomer, "mediator")

    is_wide = width >= 900
    heads, empty = walk.main.locator("thead"), walk.main.locator("td.none").last
    expect(heads).to_be_visible() if is_wide else expect(heads).to_be_hidden()
    expect(empty).to_be_visible() if is_wide else expect(empty).to_be_hidden()
    expect(walk.main.locator("td s").first).to_be_visible()
    walk.follow("List", walk.page.locator(".views"))
    assert walk.path == "/rota"
    walk.follow("Month", walk.page.locator(".views"))
    assert walk.path == "/agenda/2026-11"
