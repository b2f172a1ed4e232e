"""Takes the pictures of the README from the French demonstration: `make screenshots`, by hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select

from clinic.domain.sessions import Kind
from clinic.models import Series
from tests import demonstrations, keyring
from tests.journeys import words
from tests.journeys.door import Door
from tests.journeys.house import House, house_at
from tests.journeys.walk import Walk
from tests.make import FRIDAY

PICTURES = Path(__file__).resolve().parents[2] / "docs/screenshots"


class Picture(NamedTuple):
    """What is shown, to whom, on how large a screen, from where on the page, and how she got there."""

    name: str
    person: str
    path: str
    size: tuple[int, int]
    scale: int
    begins_at: str
    reach: Callable[[Walk], None] | None = None


def take_all() -> None:
    """Take each picture on the morning before the next session."""
    door = Door()
    chromium = os.environ.get("CLINIC_CHROMIUM", "/usr/bin/chromium")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        words.compile_catalogues()
        keyring.install()
        demonstrations.lay(Path(folder) / "clinic.db")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with house_at(door, Path(folder)) as house:
            house.clock.set(FRIDAY - timedelta(days=1))
            series = f"/sessions/series/{_series(house, Kind.LAW_ACCESS)}/change"
            session = f"/sessions/{house.session(Kind.LAW_ACCESS, date(2026, 11, 27))}"
            for picture in (
                Picture("week", "coordinator", "/agenda/2026-W48", (1280, 720), 1, "body"),
                Picture("session", "mediator", session, (390, 780), 2, "h2"),
                Picture("lawyer", "lawyer", "/agenda", (390, 780), 2, "body"),
                Picture("month", "coordinator", "/agenda/2026-12", (1280, 1000), 1, "body"),
                Picture("dry-run", "coordinator", series, (1280, 1000), 1, "body", _change_series),
                Picture("can-you-come", "lawyer", "/agenda", (390, 780), 2, "body", _open_proposal),
            ):
                _take(picture, browser, house)
        browser.close()
    door.close()


def _take(picture: Picture, browser: Browser, house: House) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=picture.scale, locale="fr-FR"
    )
    walk = Walk(context, house.url, "fr")
    walk.sign_in(picture.person)
    walk.go(picture.path)
    if picture.reach:
        picture.reach(walk)
    walk.page.locator(picture.begins_at).first.evaluate("element => element.scrollIntoView()")
    walk.page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()


def _change_series(coordinator: Walk) -> None:
    """From December on, half an hour later: she sees what happens before she saves it."""
    coordinator.fill({"from_on": "2026-12-01", "first_on": "2026-12-04", "starts": "10:00", "ends": "13:00"})
    coordinator.press("See what happens")


def _open_proposal(lawyer: Walk) -> None:
    lawyer.activate(lawyer.main.locator("a[href^='/rota/asks/']").first)


def _series(house: House, kind: Kind) -> str:
    with house.database.read() as tx:
        return tx.scalars(select(Series.id).where(Series.kind == kind)).one()


if __name__ == "__main__":
    take_all()
