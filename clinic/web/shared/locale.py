"""The reader's language: her cookie, then her account, then what her browser asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import Babel

from clinic.paths import beside
from clinic.web.shared.cookies import cookie_name
from clinic.web.shared.identity import holder

COOKIE = "language"
OWN_NAMES = {"fr": "Français", "en": "English"}
LOCALES = {"fr": "fr", "en": "en_GB"}  # plain `en` would give 2:30 pm
FIRST = "fr"


@dataclass(frozen=True)
class LanguageLink:
    """One language of the switcher, in its own name."""

    code: str
    own_name: str
    url: str
    is_current: bool


def language() -> str:
    """The code of the language that this page is read in."""
    visitor = holder()
    if request.cookies.get(cookie_name(COOKIE)) not in OWN_NAMES and visitor and visitor.language in OWN_NAMES:
        return visitor.language
    return language_of_browser()


def language_of_browser() -> str:
    """The language of the cookie, else the one that the browser asks for: known without the database."""
    cookie = request.cookies.get(cookie_name(COOKIE))
    if cookie in OWN_NAMES:
        return cookie
    return request.accept_languages.best_match(list(OWN_NAMES), default=FIRST) or FIRST


def local(texts: Mapping[str, str]) -> str:
    """The text in the reader's language, else in French."""
    return texts.get(language()) or texts[FIRST]


def languages(to: str | None = None) -> list[LanguageLink]:
    """The switcher: each language leads back to the page one is on, unless another one is named."""
    back = to or (request.path if request.method == "GET" else "/")
    return [
        LanguageLink(code, own_name, url_for("public.choose_language", code=code, to=back), code == language())
        for code, own_name in OWN_NAMES.items()
    ]


def install(app: Flask) -> None:
    """Make Babel speak the reader's language."""
    app.config["BABEL_DEFAULT_LOCALE"] = FIRST
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(beside("translations"))
    Babel(app, locale_selector=lambda: LOCALES[language()])
