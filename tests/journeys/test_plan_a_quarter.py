"""The coordinator plans a quarter of the law access point and of the bus, and changes the bus once it is planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from clinic.models import ClinicSession, Series
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk

LAW_ACCESS: dict[str, str | bool | list[str]] = {
    "kind": "law_access", "name_fr": "Permanence du mardi", "name_en": "Tuesday desk", "agenda_word_fr": "Matin",
    "agenda_word_en": "Morning", "is_public": True, "rhythm": "weekly", "first_on": "2027-01-05",
    "until_on": "2027-03-31", "starts": "09:30", "ends": "12:30", "place_id": "PAD 18e", "desks": "2",
    "least_lawyer": "1", "wish_lawyer": "2", "least_mediator": "2",
}  # fmt: skip
BUS: dict[str, str | bool | list[str]] = {
    "kind": "bus", "name_fr": "Bus du jeudi", "name_en": "Thursday bus", "agenda_word_fr": "Soir",
    "agenda_word_en": "Evening", "rhythm": "fortnightly", "first_on": "2027-01-07", "until_on": "2027-03-31",
    "starts": "19:30", "ends": "00:30", "place_id": "Bus", "least_lawyer": "2", "wish_lawyer": "3",
    "least_mediator": "3",
}  # fmt: skip
TUESDAYS, THURSDAYS = 13, 6
WORKS = "2027-01-05"  # the demonstration's law access point is shut for works


@pytest.mark.parametrize("language", ["fr"])
def test_a_quarter_is_planned_and_one_bus_moved_stays_when_its_series_changes(house: House, newcomer: Newcomer) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")

    marked = _plan(coordinator, LAW_ACCESS)
    _plan(coordinator, BUS)
    coordinator.go("/sessions/series")
    coordinator.activate(coordinator.main.get_by_role("link", name="Bus du jeudi"))
    series_page = coordinator.path
    moved = _sessions(house, "Bus du jeudi")[date(2027, 2, 4)]
    _move(coordinator, moved.id)
    coordinator.go(series_page)
    coordinator.follow("Change from a date on")
    coordinator.fill({"from_on": "2027-01-20", "first_on": "2027-01-21", "starts": "20:00", "least_mediator": "2"})
    coordinator.press("See what happens")
    shown = coordinator.main.inner_text()
    coordinator.press("Save these changes")

    buses = _sessions(house, "Bus du jeudi")
    starts = {on: f"{on:%d/%m} {each.starts_at:%d %H:%M}" for on, each in buses.items()}
    assert marked == [WORKS]
    assert len(_sessions(house, "Permanence du mardi")) == TUESDAYS - 1
    assert len(buses) == THURSDAYS
    assert coordinator.words.many("%(num)d session moves", "%(num)d sessions move", THURSDAYS - 2) in shown
    assert coordinator.words("stays: changed by hand").casefold() in shown.casefold()
    assert coordinator.path == series_page
    expect(coordinator.said).to_be_visible()
    expect(coordinator.main).to_contain_text(coordinator.words("changed by hand"))
    assert starts[date(2027, 1, 7)].endswith("07 18:30")
    assert starts[date(2027, 1, 21)].endswith("21 19:00")
    assert starts[date(2027, 2, 4)].endswith("05 18:30")


def _plan(coordinator: Walk, what: Mapping[str, str | bool | list[str]]) -> list[str | None]:
    """Make a series; the dates that were marked as closed."""
    coordinator.go("/sessions/series/new")
    coordinator.fill(what)
    coordinator.press("See the dates")
    marked = coordinator.main.locator(".choice:has(.tag.missing) input")
    dates = [each.get_attribute("value") for each in marked.all()]
    coordinator.press("Save the series")
    expect(coordinator.said).to_contain_text(coordinator.words("The series is saved."))
    return dates


def _move(coordinator: Walk, session_id: str) -> None:
    """Move a bus to the day after."""
    coordinator.go(f"/sessions/{session_id}")
    coordinator.follow("Move")
    coordinator.fill({"on": "2027-02-05"})
    coordinator.press("See what would change")
    coordinator.press("Move the session")


def _sessions(house: House, name: str) -> dict[date, ClinicSession]:
    """The sessions of a series, by the dates of its rule."""
    query = select(ClinicSession).join(Series).where(Series.name_fr == name)
    with house.database.read() as tx:
        return {each.planned_on: each for each in tx.scalars(query)}
