"""What a request stands on: the database, the settings, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from flask import Flask, current_app, g
from werkzeug.local import LocalProxy

from clinic.db import Database
from clinic.domain.times import local_date
from clinic.settings import Settings

_KEY = "clinic"


@dataclass(frozen=True)
class Ground:
    """Put under the app once, by `create_app`."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]


def lay(app: Flask, ground: Ground) -> None:
    """Put the ground under an app."""
    app.extensions[_KEY] = ground


def _ground() -> Ground:
    return cast("Ground", current_app.extensions[_KEY])


db = cast("Database", LocalProxy(lambda: _ground().database))
settings = cast("Settings", LocalProxy(lambda: _ground().settings))


def now() -> datetime:
    """The instant of this request: asked once, so that a page and its act agree."""
    if "now" not in g:
        g.now = _ground().clock()
    return cast("datetime", g.now)


def today() -> date:
    """The local day of this request."""
    return local_date(now())
