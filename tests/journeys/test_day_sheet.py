"""The day sheet as the browser prints it, and the evening typed in from it on a telephone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from clinic.domain.people import Role
from clinic.domain.sessions import Kind
from tests import make
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk

FRIDAY = date(2026, 11, 27)
PAGES = re.compile(rb"/Type\s*/Page\b")
BOXES = re.compile(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)")
A4 = (595, 842)  # points
COLOURS = "all => all.map(each => getComputedStyle(each).color)"
GROUND = "each => getComputedStyle(each).backgroundColor"
NEVER = ("Lawyer", "Asylum", "Bus", "Law access point", "Complaint", "Residence permit")


def _sheets(page: Page) -> list[tuple[int, int]]:
    """The pages of the PDF that the browser makes, by width and height in points."""
    made = page.pdf(prefer_css_page_size=True)
    boxes = [(round(float(width)), round(float(height))) for width, height in BOXES.findall(made)]
    assert len(PAGES.findall(made)) == len(boxes)
    return boxes


def _open_sheet(newcomer: Newcomer, session_id: str, **wishes: object) -> Walk:
    walk = newcomer(**wishes)
    walk.sign_in("coordinator")
    walk.go(f"/appointments/sheet/{session_id}")
    return walk


def _hidden(walk: Walk, parts: Sequence[str]) -> None:
    for part in parts:
        for each in walk.page.locator(part).all():
            expect(each).to_be_hidden()


@pytest.mark.parametrize("kind", [Kind.LAW_ACCESS, Kind.BUS])
def test_a_day_sheet_is_one_page_of_a4_in_black_on_white_that_says_little(
    house: House, newcomer: Newcomer, kind: Kind, width: int
) -> None:
    session_id = house.session(kind, FRIDAY)
    aliases = [each for each in house.aliases(session_id) if each]
    walk = _open_sheet(newcomer, session_id, color_scheme="dark")

    assert _sheets(walk.page) == [A4]
    walk.page.emulate_media(media="print")
    _hidden(walk, (".bar", ".exitbar", "footer", ".back", "main > h1", "main > .hint", ".actions"))
    printed = walk.page.locator("body").inner_text()
    assert aliases
    assert [each for each in aliases if each not in printed] == []
    assert walk.words("With an interpreter") in printed
    assert [each for each in NEVER if walk.words(each) in printed] == []
    assert "http" not in printed
    assert set(walk.main.locator(".daysheet *").evaluate_all(COLOURS)) == {"rgb(0, 0, 0)"}
    assert walk.page.locator("body").evaluate(GROUND) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [1280])
def test_a_long_day_takes_a_second_page_with_the_same_head_and_foot(house: House, newcomer: Newcomer) -> None:
    with house.database.write() as tx:
        session_id = make.make_session(tx, starts_at=make.FRIDAY, hours=10, desks=2)
        by = make.make_person(tx, Role.COORDINATOR)
        for slot in range(20):
            make.make_appointment(tx, session_id, by=by, slot=slot, alias=f"Mot {slot}")
    walk = _open_sheet(newcomer, session_id)

    assert _sheets(walk.page) == [A4, A4]
    groups = "all => all.map(each => getComputedStyle(each).display)"
    walk.page.emulate_media(media="print")
    parts = walk.main.locator(".daysheet > thead, .daysheet > tfoot")
    assert parts.evaluate_all(groups) == ["table-header-group", "table-footer-group"]


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_button_prints_and_without_scripts_a_sentence_says_how(
    house: House, newcomer: Newcomer, *, has_scripts: bool
) -> None:
    walk = _open_sheet(newcomer, house.session(Kind.LAW_ACCESS, FRIDAY), has_scripts=has_scripts)
    sentence = walk.main.get_by_text(walk.words("Print this page from your browser's menu."))
    if not has_scripts:
        expect(sentence).to_be_visible()
        return
    walk.page.evaluate("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")

    walk.button("Print").click()

    expect(walk.page.locator("html")).to_have_attribute("data-printed", "yes")
    expect(sentence).to_have_count(0)


def test_the_evening_is_typed_in_from_the_session_and_counted(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.BUS, FRIDAY)
    house.clock.set(make.FRIDAY + timedelta(hours=15))  # 00:30: the bus goes home
    walk = newcomer()
    walk.sign_in("coordinator")
    walk.go(f"/sessions/{session_id}")
    walk.follow("Type in the results from paper")

    walk.main.locator("input[value=came] + label").first.click()
    walk.fill({"alias_0": "Lune", "language_0": "yor"})
    walk.fill({"language_1": "ron"})
    walk.main.locator("[name=fate_1][value=left] + label").click()
    walk.press("More lines")
    walk.press("Save")

    came, two = walk.words.many("%(num)d came", "%(num)d came", 1), ("%(num)d walk-in", "%(num)d walk-ins")
    expect(walk.said).to_contain_text(walk.words("The results are saved."))
    expect(walk.main).to_contain_text(f"{came}, {walk.words.many(*two, 2)}")
    expect(walk.main).to_contain_text("Lune")
