"""The coordinator makes series: each date is seen, kept or left out before anything is saved."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from clinic.domain.times import Week
from tests.journeys.conftest import Newcomer

CHRISTMAS, NEW_YEAR = "2026-12-25", "2027-01-01"


class Story(NamedTuple):
    """What she fills in beside the names, which dates are marked, and a date on which she finds the session."""

    rhythm: dict[str, str]
    marked: list[str]
    seen_on: date
    left_out_on: date


STORIES = {
    "weekly": Story(
        {"rhythm": "weekly", "first_on": "2026-12-18", "starts": "14:00", "ends": "16:00", "place_id": "PAD 18e"},
        [CHRISTMAS, NEW_YEAR, "2027-01-08"],  # the demonstration's law access point is shut for works
        date(2026, 12, 25),
        date(2027, 1, 1),
    ),
    "fortnightly": Story(
        {"rhythm": "fortnightly", "first_on": "2026-12-11", "starts": "22:00", "ends": "04:00", "place_id": "Bus"},
        [CHRISTMAS],
        date(2027, 1, 8),
        date(2026, 12, 25),
    ),
    "monthly": Story(
        {"rhythm": "monthly", "nth": "2", "weekday": "1", "first_on": "2026-12-01", "until_on": "2027-05-31",
         "starts": "18:30", "ends": "21:00", "place_id": "Salle des ateliers"},
        [],
        date(2026, 12, 8),
        date(2026, 12, 15),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_she_makes_a_series_and_finds_it_in_the_weeks(newcomer: Newcomer, name: str) -> None:
    story = STORIES[name]
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go("/sessions/series")

    coordinator.follow("Add a series or a session")
    coordinator.fill({"kind": "other", "name_fr": "Cercle", "name_en": "Circle", **story.rhythm})
    coordinator.press("See the dates")
    expect(coordinator.page.locator(".errors")).to_be_visible()
    expect(coordinator.main.locator("[name=name_fr]")).to_have_value("Cercle")
    coordinator.fill({"agenda_word_fr": "Cercle", "agenda_word_en": "Circle", "least_mediator": "1"})
    coordinator.press("See the dates")
    marked = coordinator.main.locator(".choice:has(.tag.missing) input")
    shown = [each.get_attribute("value") for each in marked.all()]
    assert shown[: len(story.marked)] == story.marked
    expect(coordinator.main.locator(".choice:has(.tag.missing) input:checked")).to_have_count(0)
    if story.seen_on.isoformat() in story.marked:
        coordinator.fill({"keep": [story.seen_on.isoformat()]})
    coordinator.press("Save the series")

    expect(coordinator.said).to_contain_text(coordinator.words("The series is saved."))
    coordinator.go(f"/agenda/{Week.of(story.seen_on)}")
    expect(coordinator.main.locator("table.board")).to_contain_text(_name(coordinator.language))
    coordinator.go(f"/agenda/{Week.of(story.left_out_on)}")
    expect(coordinator.main).not_to_contain_text(_name(coordinator.language))


@pytest.mark.parametrize(("width", "language"), [(360, "fr"), (1280, "en")])
def test_changing_something_loses_nothing(newcomer: Newcomer) -> None:
    story = STORIES["weekly"]
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go("/sessions/series/new")
    names = {"name_fr": "Cercle", "name_en": "Circle", "agenda_word_fr": "Cercle", "agenda_word_en": "Circle"}
    coordinator.fill({"kind": "other", **names, **story.rhythm})
    coordinator.press("See the dates")

    coordinator.press("Change something")

    for field, typed in {**names, "first_on": "2026-12-18", "starts": "14:00"}.items():
        expect(coordinator.main.locator(f"[name={field}]")).to_have_value(typed)
    expect(coordinator.page.locator(".errors")).to_have_count(0)


def _name(language: str) -> str:
    return {"fr": "Cercle", "en": "Circle"}[language]
