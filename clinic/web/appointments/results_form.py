"""The form for the results of an evening: a row for each appointment, and lines for those who came without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import abort, request
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SubmitField, ValidationError

from clinic.domain.answers import Refused
from clinic.domain.appointments import is_language
from clinic.domain.attendance import Outcome
from clinic.domain.queue import VisitState
from clinic.queries.desks import AppointmentView
from clinic.queries.sheets import Evening
from clinic.services.queue import Arrival
from clinic.services.sheets import Result, Results
from clinic.web.shared.alias_fields import warn_of_name
from clinic.web.shared.forms import KeyedForm, line
from clinic.web.shared.labels import choices, label, listed
from clinic.web.shared.spoken import language_choices

LINES, MOST_LINES = 8, 40
_OF_A_ROW = re.compile(r"(?:seen|outcome)_[0-9a-f]{16}")


NOT_KNOWN = _l("not known")
FATES_ON_PAPER = {VisitState.DONE: _l("seen"), VisitState.LEFT: _l("left")}


class ResultsForm(KeyedForm):
    """What does not depend on the evening; `form_for` adds the rows and the lines.

    `stamp` and each `seen_…` say what the screen showed when it was typed in (S73).
    """

    stamp = HiddenField()
    lines = HiddenField()
    more = SubmitField(_l("More lines"))
    is_no_name = BooleanField(_l("None of these words is a name: keep them"))
    rows: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    asks_if_name = False
    count = 0
    most = MOST_LINES

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, and that nothing was typed for an appointment that is not in this list any more."""
        is_valid = super().validate(extra_validators)
        return not self.has_lost() and is_valid

    @property
    def typed(self) -> Results:
        """What a validated form says; a line left empty is not in it."""
        of_booked = [
            Result(each, _outcome(self[f"outcome_{each}"].data), _outcome(self[f"seen_{each}"].data))
            for each in self.rows
        ]
        walk_ins = {
            number: (
                Arrival(self[f"alias_{number}"].data or None, self[f"language_{number}"].data, None),
                VisitState(self[f"fate_{number}"].data),
            )
            for number in range(self.count)
            if self[f"language_{number}"].data
        }
        return Results(of_booked, walk_ins, self.stamp.data)

    def has_lost(self) -> bool:
        """Say it above the form when something was typed for an appointment that is not in this list any more."""
        typed = any(self[f"outcome_{each}"].data != self[f"seen_{each}"].data for each in self.lost)
        if typed:
            words = gettext("An appointment was moved or called off meanwhile: it is not in the list any more.")
            self.form_errors.append(f"{words} {gettext('The rest is still here: look, then save.')}")
        return typed

    def say_why(self, refused: Refused, evening: Evening) -> None:
        """Show a refusal where it belongs, and beside what was typed how it stands now; saving again decides."""
        if refused.code == "outcome_changed":
            for each in evening.appointments:
                self._show_now(each)
            return
        if refused.code == "walk_ins_changed":
            self.stamp.data = evening.stamp
        self.refuse(refused, f"alias_{refused.facts['line']}" if "line" in refused.facts else None)

    def _show_now(self, booked: AppointmentView) -> None:
        seen, chosen = self[f"seen_{booked.id}"], self[f"outcome_{booked.id}"]
        stands = _value(booked.outcome)
        if stands not in (seen.data, chosen.data) and chosen.data != seen.data:
            now = label(booked.outcome) if booked.outcome else NOT_KNOWN
            words = gettext("Somebody noted meanwhile: %(outcome)s. Yours is still chosen: save again to keep it.")
            chosen.errors = [words % {"outcome": now}]
        if chosen.data == seen.data:
            chosen.data = stands
        seen.data = stands


def form_for(evening: Evening, now: datetime) -> ResultsForm:
    """Make the form for an evening, with what is known of it, and what was typed as far as something was."""
    count = _lines() if evening.takes_walk_ins or "alias_0" in request.form else 0
    lost = _lost(evening)
    fields: dict[str, Any] = {
        "rows": tuple(each.id for each in evening.appointments),
        "lost": tuple(lost),
        "count": count,
    }
    for each in evening.appointments:
        fields |= _row(each, now)
    for each_lost in lost:
        fields |= {f"{part}_{each_lost}": HiddenField(default="") for part in ("seen", "outcome")}
    spoken = language_choices()
    for number in range(count):
        fields |= _line(number, spoken)
    form: ResultsForm = type("ResultsOfEvening", (ResultsForm,), fields)()
    form.stamp.data = form.stamp.data or evening.stamp
    form.lines.data = str(count)
    return form


def totals(evening: Evening) -> str:
    """What is noted by now, by number; empty while nothing is."""
    came, excused = evening.count(Outcome.CAME), evening.count(Outcome.EXCUSED)
    absent, walk_ins = evening.count(Outcome.NO_SHOW), len(evening.walk_ins)
    said = [
        (came, ngettext("%(num)d came", "%(num)d came", came)),
        (excused, ngettext("%(num)d excused", "%(num)d excused", excused)),
        (absent, ngettext("%(num)d did not come", "%(num)d did not come", absent)),
        (walk_ins, ngettext("%(num)d walk-in", "%(num)d walk-ins", walk_ins)),
    ]
    return ", ".join(words for number, words in said if number)


def _lines() -> int:
    """How many lines: as many as the page had, and more if they were asked for."""
    had = request.form.get("lines", "")
    lines = int(had) if re.fullmatch("[0-9]{1,2}", had) else 0
    wanted = lines + LINES if "more" in request.form else lines
    return min(max(wanted, LINES), MOST_LINES)


def _lost(evening: Evening) -> list[str]:
    """The appointments of which the page knew, and that are not in the list any more."""
    sent = {name.partition("_")[2] for name in request.form if _OF_A_ROW.fullmatch(name)}
    return sorted(sent - {each.id for each in evening.appointments})


def _row(booked: AppointmentView, now: datetime) -> dict[str, Any]:
    stands = _value(booked.outcome)
    offered = [*choices(booked.outcomes(now)), ("", NOT_KNOWN)]
    return {
        f"seen_{booked.id}": HiddenField(default=stands, validators=[_is_outcome]),
        f"outcome_{booked.id}": RadioField(_l("Did she come?"), choices=lambda: offered, default=stands),
    }


def _line(number: int, spoken: Any) -> dict[str, Any]:
    return {
        f"validate_alias_{number}": warn_of_name,
        f"alias_{number}": line(_l("Word"), 40, is_required=False),
        f"language_{number}": SelectField(
            _l("Language"), choices=lambda: spoken, validate_choice=False, validators=[_spoken_at(number)]
        ),
        f"fate_{number}": RadioField(
            _l("Was she seen?"), choices=listed(FATES_ON_PAPER), default=VisitState.DONE.value
        ),
    }


def _spoken_at(number: int) -> Callable[[Mapping[str, Any], SelectField], None]:
    """A line that says anything says a language too: without one nobody can be counted or helped again."""

    def check(form: Mapping[str, Any], field: SelectField) -> None:
        alias, fate = form[f"alias_{number}"], form[f"fate_{number}"]
        is_begun = alias.data or alias.errors or fate.data == VisitState.LEFT
        if (field.data and not is_language(field.data)) or (is_begun and not field.data):
            raise ValidationError(_l("Choose a language."))

    return check


def _is_outcome(_form: Any, field: HiddenField) -> None:
    if field.data and field.data not in list(Outcome):
        abort(400)


def _value(outcome: Outcome | None) -> str:
    return outcome.value if outcome else ""


def _outcome(value: str | None) -> Outcome | None:
    return Outcome(value) if value else None
