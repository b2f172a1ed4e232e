"""The day sheet: a paper that says little and does not live long, and what is typed in from it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from clinic.domain.sessions import Kind
from clinic.domain.times import local_date

DESTROYED_AFTER = timedelta(days=7)
_LINES, _LINES_AT_BUS = 6, 12


class Interpreted(StrEnum):
    """Whether somebody interprets at an appointment, as a paper says it: not who."""

    YES = "yes"
    NO = "no"
    TO_ASK = "to_ask"


def interpreted(*, is_wanted: bool, is_found: bool) -> Interpreted:
    """Whether an interpreter is there, is still to be found, or is not wanted."""
    if is_found:
        return Interpreted.YES
    return Interpreted.TO_ASK if is_wanted else Interpreted.NO


def empty_lines(kind: Kind) -> int:
    """How many lines a sheet keeps for those who come without an appointment."""
    return _LINES_AT_BUS if kind is Kind.BUS else _LINES


def destroy_on(starts_at: datetime) -> date:
    """The last day on which the paper may still exist: the same weekday as that of the session."""
    return local_date(starts_at) + DESTROYED_AFTER
