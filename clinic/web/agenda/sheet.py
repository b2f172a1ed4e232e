"""How much of a month fits on its sheet of A4: nothing is printed smaller than 9 points, so something is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from math import ceil

from clinic.domain.times import Month
from clinic.queries.programme import SessionView
from clinic.web.shared.labels import lacking
from clinic.web.shared.locale import local

# What the style sheet for paper gives: lines on the sheet, letters in the column of one day; both a little less.
LINES, LETTERS = 54, 27
DATE = 2  # the lines of a number and of the holidays on that day
TIME, COUNT, BETWEEN = 8, 14, 3


class Detail(StrEnum):
    """What stands on paper beside hour and name: who is missing and who is on; how many and who is on; how many."""

    WORDS = "words"
    NAMES = "names"
    BARE = "bare"


def most_detail(month: Month, by_day: Mapping[date, Sequence[SessionView]]) -> Detail:
    """The most that fits, by a cautious count of letters."""
    fitting = (each for each in (Detail.WORDS, Detail.NAMES) if _lines(month, by_day, each) <= LINES)
    return next(fitting, Detail.BARE)


def _lines(month: Month, by_day: Mapping[date, Sequence[SessionView]], detail: Detail) -> int:
    """A week is as high as its fullest day, below what each day begins with."""
    heights = [
        [sum(ceil(_letters(session, detail) / LETTERS) for session in by_day.get(day, ())) for day in week.days]
        for week in month.weeks
    ]
    return sum(DATE + max(height) for height in heights)


def _letters(session: SessionView, detail: Detail) -> int:
    missing = [lacking(role, count) for role, count in session.lacks.items()]
    told = sum(len(words) + BETWEEN for words in missing) if detail is Detail.WORDS else COUNT
    return TIME + len(local(session.names)) + told + sum(len(each.name) + BETWEEN for each in session.crew or ())
