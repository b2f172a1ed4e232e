"""Instants in addresses and form values: the basic format of ISO 8601 in UTC, to the minute."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

_FORM = "%Y%m%dT%H%MZ"


def stamp(instant: datetime) -> str:
    """An instant as "20261127T0830Z"."""
    return instant.astimezone(UTC).strftime(_FORM)


def read_stamp(text: str | None) -> datetime | None:
    """The instant of a stamp; None for anything else."""
    try:
        return datetime.strptime(text or "", _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def install(app: Flask) -> None:
    """Offer stamps to templates."""
    app.jinja_env.filters["stamp"] = stamp
