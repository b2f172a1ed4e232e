"""Recurrence rules as people say them."""

from __future__ import annotations

from datetime import date

from flask import Flask
from flask_babel import gettext

from clinic.domain.recurrence import Rhythm, Rule
from clinic.web.shared.filters import full_date, weekday_name

MONDAY = date(2024, 1, 1)


def weekday_of(number: int) -> str:
    """The name of a weekday, 0 being Monday."""
    return weekday_name(date.fromordinal(MONDAY.toordinal() + number))


def rule_words(rule: Rule) -> str:
    """A rule as a sentence: "every other Friday", "the second Tuesday of each month"."""
    if rule.rhythm is Rhythm.ONCE:
        return gettext("once, on %(day)s", day=full_date(rule.first_on))
    day = weekday_of(rule.first_on.weekday() if rule.weekday is None else rule.weekday)
    said = {
        Rhythm.WEEKLY: gettext("every %(weekday)s", weekday=day),
        Rhythm.FORTNIGHTLY: gettext("every other %(weekday)s", weekday=day),
        Rhythm.MONTHLY: _monthly(rule.nth or 1, day),
    }[rule.rhythm]
    if rule.until_on:
        return gettext("%(rule)s, until %(day)s", rule=said, day=full_date(rule.until_on))
    return said


def _monthly(nth: int, day: str) -> str:
    return {
        1: gettext("the first %(weekday)s of each month", weekday=day),
        2: gettext("the second %(weekday)s of each month", weekday=day),
        3: gettext("the third %(weekday)s of each month", weekday=day),
        4: gettext("the fourth %(weekday)s of each month", weekday=day),
        -1: gettext("the last %(weekday)s of each month", weekday=day),
    }[nth]


def install(app: Flask) -> None:
    """Offer the sentence to templates."""
    app.jinja_env.filters["rule_words"] = rule_words
