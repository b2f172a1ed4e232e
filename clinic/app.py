"""Putting everything together: the one module that knows all rooms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.exc import DBAPIError

from clinic import migrate
from clinic.db import Database
from clinic.models import sealed
from clinic.paths import beside
from clinic.settings import Settings, read_settings
from clinic.web import (
    account,
    agenda,
    appointments,
    availability,
    beneficiaries,
    calendars,
    calls,
    exit,
    gateway,
    health,
    idle,
    inbox,
    interpreting,
    meetings,
    notices,
    people,
    places,
    public,
    rota,
    sessions,
    sign_in,
    step_up,
    workshops,
)
from clinic.web.shared import (
    activity,
    assets,
    cookies,
    errors,
    fates,
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
    availability, calendars, calls, beneficiaries, step_up, exit, health, gateway, inbox, meetings, idle,
)  # fmt: skip
SHARED = (
    cookies,
    headers,
    identity,
    activity,
    locale,
    assets,
    filters,
    labels,
    fates,
    rules,
    stamps,
    navigation,
    errors,
)


def real_clock() -> datetime:
    """The instant now."""
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, *, clock: Callable[[], datetime] = real_clock) -> Flask:
    """Make the app on its settings. Raises `SettingsError`, `OtherKeys`, and `RuntimeError` if a view has no guard."""
    settings = settings or read_settings()
    database = _open(settings)
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
    lay(app, Ground(database, settings, clock))
    CSRFProtect(app).exempt(gateway.room)  # signed instead
    for shared in SHARED:
        shared.install(app)
    for room in ROOMS:
        app.register_blueprint(room.room)
    guards.install(app)
    return app


def _open(settings: Settings) -> Database:
    """Open the database with its keys; one that is gone may come back, so it stops nobody from starting (S77)."""
    sealed.use(settings.keys)
    database = Database(settings.database_url)
    with suppress(DBAPIError):
        migrate.check_keys(database)
    database.close()  # no connection is open when a server forks
    return database
