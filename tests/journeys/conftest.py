"""What every journey starts from: a browser, the demonstration behind a real server, and people who walk in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys import words
from tests.journeys.door import DULL_SITE, Door
from tests.journeys.house import House, house_at
from tests.journeys.walk import PATIENCE, Walk

LOCALES = {"fr": "fr-FR", "en": "en-GB"}
HEIGHT = 800
Newcomer = Callable[..., Walk]
Screen = tuple[int, str]
# A phone in the language that most read on theirs; the full volumes go to a desk and into English with every journey.
_PAIRS: list[Screen] = [(360, "fr"), (1280, "en"), (360, "en"), (1280, "fr")]
SCREENS = _PAIRS if os.environ.get("CLINIC_SOAK") else _PAIRS[:1]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def screen(request: pytest.FixtureRequest) -> Screen:
    """How wide, and in which language."""
    screen: Screen = request.param
    return screen


@pytest.fixture
def width(screen: Screen) -> int:
    """A phone, and a desk."""
    return screen[0]


@pytest.fixture
def language(screen: Screen) -> str:
    """Each language of the pages."""
    return screen[1]


@pytest.fixture(scope="session")
def dull_site() -> Iterator[Door]:
    """The site that the exit leads to, on this machine: no journey needs a network."""
    door = Door(is_https=True)
    yield door
    door.close()


@pytest.fixture(scope="session")
def browser(dull_site: Door) -> Iterator[Browser]:
    """Debian's Chromium; without it no journey is made, and where everything must be checked that is a failure."""
    chromium = Path(os.environ.get("CLINIC_CHROMIUM", "/usr/bin/chromium"))
    if not chromium.is_file():
        sentence = f"*** NO JOURNEY IS MADE: there is no browser at {chromium}; see .ci/browser ***"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    nowhere = f"MAP {DULL_SITE} 127.0.0.1:{dull_site.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", f"--host-resolver-rules={nowhere}"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """What people read, as it stands in the catalogues now."""
    words.compile_catalogues()


@pytest.fixture(scope="session")
def plain_door() -> Iterator[Door]:
    """The server of this process."""
    door = Door()
    yield door
    door.close()


@pytest.fixture
def door(plain_door: Door) -> Door:
    """What the house stands behind; a test of TLS takes another."""
    return plain_door


@pytest.fixture
def house(door: Door, demo_file: Path, tmp_path: Path) -> Iterator[House]:
    """A fresh demonstration, served."""
    shutil.copy(demo_file, tmp_path / "clinic.db")
    with house_at(door, tmp_path) as house:
        yield house


@pytest.fixture
def newcomer(browser: Browser, house: House, width: int, language: str) -> Iterator[Newcomer]:
    """`newcomer()` opens a browser of her own for somebody; keywords go to the browser as they are."""
    walks: list[Walk] = []

    def come(*, has_scripts: bool = True, at: int = width, **wishes: Any) -> Walk:
        context = browser.new_context(
            viewport={"width": at, "height": HEIGHT},
            locale=LOCALES[language],
            java_script_enabled=has_scripts,
            ignore_https_errors=True,
            **wishes,
        )
        walks.append(Walk(context, house.url, language, has_scripts=has_scripts))
        return walks[-1]

    yield come
    for walk in walks:
        walk.context.close()
        assert not walk.troubles, "\n".join(walk.troubles)
