"""A person at her browser: she goes from page to page, and each page is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Request

from clinic.demo import PASSWORD
from tests.journeys import axe
from tests.journeys.door import DULL_SITE
from tests.journeys.words import Words

PATIENCE = 30_000  # milliseconds: a busy machine is no failure
_NAMES_ONE = re.compile(r"[0-9a-f-]{16,}|\d{4}-W\d\d")
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_judged: set[tuple[object, ...]] = set()


class Walk:
    """What one person does in a browser of her own, in one language, at one width."""

    def __init__(self, context: BrowserContext, url: str, language: str, *, has_scripts: bool = True) -> None:
        self.url = url
        self.language = language
        self.words = Words(language)
        self.troubles: list[str] = []
        self.context = context
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self._has_scripts = has_scripts
        context.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))

    @property
    def path(self) -> str:
        """Where she is."""
        return urlsplit(self.page.url).path

    @property
    def main(self) -> Locator:
        """What this page is about."""
        return self.page.locator("main")

    @property
    def said(self) -> Locator:
        """What the page says of the last act, with its undo."""
        return self.page.locator(".flash")

    @property
    def fits(self) -> bool:
        """Whether the page is no wider than her screen."""
        return not self.page.evaluate(_TOO_WIDE)

    def go(self, path: str) -> None:
        """Open an address of ours."""
        self.page.goto(self.url + path)
        self.look()

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Come in with a name and a password."""
        self.go("/sign-in")
        self.fill({"name": name, "password": password})
        self.press("Sign in")
        assert self.path == "/agenda"

    def open_again(self, password: str = PASSWORD) -> None:
        """Give the password at a covered screen: she was away for too long."""
        self.fill({"password": password})
        self.press("Open it again")

    def press(self, sentence: str, within: Locator | None = None) -> None:
        """Press the first button with these words."""
        self.activate(self.button(sentence, within))

    def follow(self, sentence: str, within: Locator | None = None) -> None:
        """Follow the first link with these words."""
        self.activate(self.link(sentence, within))

    def activate(self, target: Locator) -> None:
        """Press or follow this, and look at the page that comes."""
        with self.page.expect_navigation():
            target.click()
        self.look()

    def button(self, sentence: str, within: Locator | None = None) -> Locator:
        """The first button with these words."""
        return (within or self.main).get_by_role("button", name=self.words(sentence)).first

    def link(self, sentence: str, within: Locator | None = None) -> Locator:
        """The first link with these words."""
        return (within or self.main).get_by_role("link", name=self.words(sentence)).first

    def fill(self, form: Mapping[str, str | bool | list[str]]) -> None:
        """Fill fields in by their names: a text or a choice, True for a tick, a list for choices that stand open."""
        for name, value in form.items():
            field = self.main.locator(f"[name={name}]:not([type=hidden])")
            if isinstance(value, list):
                for each in value:
                    field.and_(self.page.locator(f"[value='{each}']")).check()
            elif value is True:
                field.check()
            elif field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(str(value))
            else:
                field.fill(str(value))

    def look(self) -> None:
        """Judge the page that she sees now."""
        assert self.page.title() in self._titles(), self.page.title()
        assert self.fits, f"{self.page.url} is wider than the screen"
        assert self.page.locator("html").get_attribute("lang") == self.language
        if self._has_scripts and self._is_new():
            self.troubles += [f"{self.path} {each}" for each in axe.violations(self.page)]
        assert not self.troubles, "\n".join(self.troubles)

    def _titles(self) -> set[str]:
        """Neutral, whatever the page is about (S21)."""
        words = self.words
        return {f"{before}{words('Agenda')}" for before in ("", f"{words('Error:')} ", f"{words('Please note:')} ")}

    def _is_new(self) -> bool:
        """Whether axe has not yet seen a page of this kind, in this state, language and size."""
        states = [self.page.locator(kind).count() > 0 for kind in (".errors", ".flash", ".tag.stop", ".card.short")]
        size = self.page.viewport_size
        is_dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        kind = (self.language, size and size["width"], is_dark, _NAMES_ONE.sub("*", self.path), *states)
        is_new = kind not in _judged
        _judged.add(kind)
        return is_new

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        is_ours = request.url.startswith(f"{self.url}/")
        if not (is_ours or parts.hostname == DULL_SITE or parts.scheme == "data"):
            self.troubles.append(f"asked elsewhere: {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        """A page that refuses is no trouble; all else the console says is."""
        is_refusal = "the server responded with a status of 4" in message.text and "/static/" not in message.text
        if message.type in ("error", "warning") and not is_refusal:
            self.troubles.append(f"{self.page.url} console: {message.text}")
