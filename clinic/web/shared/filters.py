"""Dates, times and names as people read them."""

from __future__ import annotations

from datetime import date, datetime, time
from urllib.parse import quote

import pycountry
from babel import Locale
from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale, gettext

from clinic.domain.discretion import Standing, may_see_queue
from clinic.domain.interpreting import dialled
from clinic.domain.queue import is_open, minutes
from clinic.domain.sessions import Kind
from clinic.domain.times import Month, Week, local_date, to_local
from clinic.queries.offers import OfferView
from clinic.queries.programme import SessionView
from clinic.web.shared.ground import now, today
from clinic.web.shared.identity import me
from clinic.web.shared.locale import language, local

NO_BREAK = "\N{NO-BREAK SPACE}"


def clock(at: datetime | time) -> str:
    """The local hour, 24 h: "9 h 30" in French, "09:30" in English."""
    hour = to_local(at) if isinstance(at, datetime) else at
    if language() == "fr":
        return f"{hour.hour}{NO_BREAK}h{NO_BREAK}{hour.minute:02}"
    return f"{hour:%H:%M}"


def how_long(minutes: int) -> str:
    """How long: 45 min, 2 h, 1 h 30."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NO_BREAK}min"
    return f"{hours}{NO_BREAK}h{NO_BREAK}{rest:02}" if rest else f"{hours}{NO_BREAK}h"


def weekday_name(day: date) -> str:
    """mardi, Tuesday."""
    return _format(day, "EEEE")


def month_name(day: date) -> str:
    """novembre, November."""
    return _format(day, "MMMM")


def full_date(day: date) -> str:
    """mardi 24 novembre; with the year when it is not this one."""
    return _format(day, "EEEE d MMMM y" if other_year(day) else "EEEE d MMMM")


def other_year(day: date) -> int | None:
    """The year, when it is not this one."""
    return day.year if day.year != today().year else None


def week_words(week: Week) -> str:
    """du 23 au 29 novembre, 23 to 29 November."""
    first, last = week.days[0], week.days[-1]
    begins = _format(first, "d" if first.month == last.month else "d MMMM")
    ends = _format(last, "d MMMM y" if other_year(last) else "d MMMM")
    return gettext("%(first)s to %(last)s", first=begins, last=ends)


def month_words(month: Month) -> str:
    """décembre 2026, December 2026."""
    return _format(month.first, "LLLL y")


def language_name(code: str) -> str:
    """The name of an ISO 639-3 language in the reader's language: Babel's for the usual ones, else ISO's own."""
    iso = pycountry.languages.get(alpha_3=code)
    locale = _locale()
    named = locale.languages.get(getattr(iso, "alpha_2", code)) or locale.languages.get(code)
    return _OWN_WORDS.get((language(), code)) or named or str(getattr(iso, "name", code))


_OWN_WORDS = {
    ("fr", "und"): "langue pas encore connue",
    ("en", "und"): "language not known yet",
    ("fr", "bin"): "edo",
    ("en", "bin"): "Edo",
    ("fr", "pcm"): "pidgin",
    ("en", "pcm"): "Pidgin",
    ("fr", "ish"): "esan",
    ("fr", "urh"): "urhobo",
}


def _locale() -> Locale:
    return get_locale() or Locale("fr")


def _format(day: date, pattern: str) -> str:
    """Format by pattern; French says "1er" for the first of a month."""
    words = format_date(day, pattern, locale=_locale())
    if language() == "fr" and day.day == 1:
        return " ".join("1er" if word == "1" else word for word in words.split(" "))
    return words


def directions(session: SessionView | OfferView) -> str | None:
    """A link to the way there, where the reader may know the place.

    A public place opens a public map; one told late is handed to the reader's own map and told to no web site.
    """
    if session.spot is None or session.is_cancelled:
        return None
    if session.is_told_late:
        return f"geo:0,0?q={quote(session.spot)}"
    return f"https://www.openstreetmap.org/search?query={quote(session.spot)}"


def has_open_queue(session: SessionView) -> bool:
    """Whether the reader may see who is there, and people may come and go just now."""
    if session.is_cancelled or session.kind is Kind.WORKSHOP:
        return False
    role = session.my_shift.role if session.my_shift else None
    standing = Standing(me(), role, session.starts_at, session.ends_at, now())
    return may_see_queue(standing) and is_open(session.starts_at, session.ends_at, now())


def install(app: Flask) -> None:
    """Offer the filters to templates."""
    filters = {
        "clock": clock,
        "dialled": dialled,
        "directions": directions,
        "full_date": full_date,
        "has_open_queue": has_open_queue,
        "how_long": how_long,
        "language_name": language_name,
        "minutes_until": minutes,
        "local": local,
        "local_date": local_date,
        "month_name": month_name,
        "month_words": month_words,
        "other_year": other_year,
        "week_words": week_words,
        "weekday_name": weekday_name,
    }
    app.jinja_env.filters.update(filters)
