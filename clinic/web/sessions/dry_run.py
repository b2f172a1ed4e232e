"""What a change of a series would do, as a page shows it before anything is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext, ngettext

from clinic.domain.answers import Refused
from clinic.domain.recurrence import PlannedDate
from clinic.domain.series import Desks, Effect
from clinic.services.replanning import Line, Report
from clinic.web.shared.messages import sentence

_OUT = (Effect.CANCELLED, Effect.REMOVED)


@dataclass(frozen=True)
class Row:
    """One line of a dry run; where its date is in the rule, it may be ticked."""

    line: Line
    planned: PlannedDate | None
    is_ticked: bool

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to see: the session stays as it is."""
        is_same = self.line.effect is Effect.SAME and self.line.desks is Desks.SAME
        return is_same and not self.line.changes_crew and not self.line.blocked


@dataclass(frozen=True)
class Blocked:
    """A session that cannot follow, and why, as a sentence."""

    line: Line
    words: str


def rows(report: Report) -> list[Row]:
    """The lines in order; a date left out and the session that it costs are one."""
    out = {line.on: line for line in report.of(*_OUT)}
    left_out = {line.on: line for line in report.of(Effect.SKIPPED)}
    return [
        Row(line, _to_tick(line, left_out), line.effect not in (*_OUT, Effect.SKIPPED))
        for line in report.lines
        if line.effect is not Effect.SKIPPED or line.on not in out
    ]


def blocked(report: Report) -> list[Blocked]:
    """The sessions that stand in the way."""
    return [Blocked(line, _refusal(line.blocked)) for line in report.lines if line.blocked]


def is_quiet(report: Report) -> bool:
    """Whether no date and no crew changes."""
    changes = report.of(Effect.MADE, Effect.MOVED, Effect.BACK, *_OUT)
    return not changes and not any(
        line.changes_crew or line.blocked or line.desks is Desks.CHANGED for line in report.lines
    )


def summary(report: Report) -> str:
    """All of it in one sentence: "2 sessions are made, 40 sessions move, 3 dates are left out."."""
    lines = [line for line in report.lines if not line.blocked]
    count = Counter(line.effect for line in lines)
    crews = sum(line.changes_crew for line in lines if line.effect is Effect.SAME)
    stuck = len(report.lines) - len(lines)
    said = [
        (stuck, ngettext("%(num)d session cannot follow", "%(num)d sessions cannot follow", stuck)),
        *((count[effect], _counted(effect, count[effect])) for effect in Effect if effect is not Effect.SAME),
        (crews, ngettext("%(num)d session needs another crew", "%(num)d sessions need another crew", crews)),
    ]
    parts = [words for number, words in said if number]
    return ", ".join(parts) + "." if parts else gettext("No date changes.")


def dates(report: Report) -> set[date]:
    """The dates of the rule that stand on the page to be ticked."""
    return {line.planned.on for line in report.lines if line.planned and line.effect is not Effect.STAYS}


def _to_tick(line: Line, left_out: dict[date, Line]) -> PlannedDate | None:
    if line.effect in _OUT:
        return left_out[line.on].planned if line.on in left_out else None
    return None if line.effect is Effect.STAYS else line.planned


def _refusal(blocked: tuple[str, Sequence[tuple[str, object]]]) -> str:
    code, facts = blocked
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in facts}
    return sentence(Refused(code, **listed))


def _counted(effect: Effect, count: int) -> str:
    return {
        Effect.MADE: ngettext("%(num)d session is made", "%(num)d sessions are made", count),
        Effect.MOVED: ngettext("%(num)d session moves", "%(num)d sessions move", count),
        Effect.STAYS: ngettext(
            "%(num)d session stays as it was changed by hand",
            "%(num)d sessions stay as they were changed by hand",
            count,
        ),
        Effect.BACK: ngettext("%(num)d session takes place again", "%(num)d sessions take place again", count),
        Effect.CANCELLED: ngettext("%(num)d session is called off", "%(num)d sessions are called off", count),
        Effect.REMOVED: ngettext("%(num)d session is gone", "%(num)d sessions are gone", count),
        Effect.SKIPPED: ngettext("%(num)d date is left out", "%(num)d dates are left out", count),
    }[effect]
