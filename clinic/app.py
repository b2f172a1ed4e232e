"""Putting everything together: the one module that knows all rooms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from clinic.db import Database
from clinic.paths import beside
from clinic.settings import Settings, read_settings
from clinic.web import (
    account,
    agenda,
    appointments,
    availability,
    calendars,
    calls,
    exit,
    health,
    interpreting,
    notices,
    people,
    places,
    public,
    rota,
    sessions,
    sign_in,
    workshops,
)
from clinic.web.shared import (
    assets,
    cookies,
    errors,
    filters,
    guards,
    headers,
    identity,
    labels,
    locale,
    navigation,
    rules,
    stamps,
)
from clinic.web.shared.ground import Ground, lay

ROOMS = (
    public, sign_in, account, agenda, sessions, rota, interpreting, appointments, people, places, workshops, notices,
    availability, calendars, calls, exit, health,
)  # fmt: skip
SHARED = (cookies, headers, identity, locale, assets, filters, labels, rules, stamps, navigation, errors)


def real_clock() -> datetime:
    """The instant now."""
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] = real_clock) -> Flask:
    """Make the app on its settings. Raises `SettingsError`, and `RuntimeError` when a view has no guard."""
    settings = settings or read_settings()
    app = Flask("clinic", template_folder=str(beside("templates")))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=settings.trusted_hosts,
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,
    )
    lay(app, Ground(Database(settings.database_url), settings, clock))
    CSRFProtect(app)
    for shared in SHARED:
        shared.install(app)
    for room in ROOMS:
        app.register_blueprint(room.room)
    guards.install(app)
    return app
