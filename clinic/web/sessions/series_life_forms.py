"""Forms of a series through its life: changing it from a day on, ending it, adding a date by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, ValidationError
from wtforms.validators import DataRequired

from clinic.domain.people import CREW_ROLES
from clinic.domain.recurrence import Rhythm
from clinic.domain.rota import Staffing
from clinic.domain.sessions import CancelReason, Kind
from clinic.queries.sessions import SeriesPage
from clinic.services.series import Change, DateDraft
from clinic.web.sessions.forms import MoveForm, not_past
from clinic.web.sessions.series_forms import SeriesForm
from clinic.web.shared.filters import full_date
from clinic.web.shared.forms import DATE_NEEDED, KeyedForm, StrictForm

NOBODY = Staffing(0, 0)


class ChangeForm(SeriesForm):
    """What a series shall be from a day on; `seen` names the dry run that was looked at."""

    kind = None
    from_on = DateField(_l("From which day on?"), validators=[DataRequired(DATE_NEEDED), not_past])
    first_on = DateField(_l("First date with this rule"), validators=[DataRequired(DATE_NEEDED), not_past])
    seen = HiddenField()

    stored_kind: Kind
    next_dates: tuple[date, ...] = ()

    @classmethod
    def of(cls, page: SeriesPage, *, from_on: date, first_on: date | None) -> Self:
        """Make the form with what the series says; without `first_on`, its next date is the first."""
        coming = _rule_dates(page)
        next_on = next((on for on in coming if on >= from_on), from_on)
        crew = {role.value: page.needs.get(role, NOBODY) for role in CREW_ROLES}
        needs = {f"least_{role}": each.least for role, each in crew.items()}
        needs |= {f"wish_{role}": each.wish for role, each in crew.items() if each.wish}
        form = cls(data={**_said(page), **needs, "from_on": from_on, "first_on": first_on or next_on})
        form.stored_kind, form.next_dates = page.row.kind, coming
        return form

    def validate_first_on(self, field: DateField) -> None:
        if self.from_on.data is None or field.data >= self.from_on.data:
            return
        next_on = next((on for on in self.next_dates if on >= self.from_on.data), self.from_on.data)
        if field.data in self.next_dates:  # the day before it was changed alone: its own next date follows
            field.data, field.raw_data = next_on, [next_on.isoformat()]
            return
        words = _l("This comes before the day from which the series changes. Choose %(day)s, for instance.")
        raise ValidationError(str(words) % {"day": full_date(next_on)})

    @property
    def chosen_kind(self) -> Kind:
        return self.stored_kind

    def says(self, page: SeriesPage) -> bool:
        """Whether the series says all this already."""
        said = _said(page)
        is_said = {name: self[name].data for name in said} == said
        return is_said and self.needs == page.needs and page.row.ended_on is None

    @property
    def skipped(self) -> frozenset[date] | None:
        """The dates that she left out on the page she looked at; None where they are the usual ones."""
        usual = self.dates("doubtful")
        left_out = self.left_out(usual)
        return None if left_out == usual else left_out

    def change(self, skipped: Collection[date] | None) -> Change:
        return Change(self.from_on.data, self.draft(), None if skipped is None else frozenset(skipped))


class EndForm(StrictForm):
    """From which day on a series has no dates; `seen` names the dry run that was looked at."""

    from_on = DateField(_l("From which day on?"), validators=[DataRequired(DATE_NEEDED), not_past])
    seen = HiddenField()


class AddForm(MoveForm, KeyedForm):
    """A date by hand, beside the rule."""

    seen = None

    @classmethod
    def of(cls, page: SeriesPage) -> Self:
        """Make the form with the hours and the place of the series."""
        return cls(data={"starts": page.row.starts, "ends": page.row.ends, "place_id": page.place_id})

    def draft(self) -> DateDraft:
        """Once `wished_span` said that there is such a span."""
        fold = int(self.which.data) if self.which.data else 0
        return DateDraft(self.on.data, self.starts.data, self.ends.data, self.place_id.data, fold)


def _rule_dates(page: SeriesPage) -> tuple[date, ...]:
    """The coming dates on which the rule takes place."""
    found = (each for each in page.dates if not each.is_added and each.cancel_reason is not CancelReason.SERIES)
    return tuple(sorted(each.planned_on for each in found))


def _said(page: SeriesPage) -> dict[str, Any]:
    """What a series says, by the names of the fields."""
    row, rule = page.row, page.row.rule
    is_monthly = rule.rhythm is Rhythm.MONTHLY
    said: dict[str, Any] = {
        "name_fr": row.names["fr"],
        "name_en": row.names["en"],
        "agenda_word_fr": page.agenda_words["fr"],
        "agenda_word_en": page.agenda_words["en"],
        "is_public": row.is_public,
        "rhythm": rule.rhythm.value,
        "until_on": rule.until_on,
        "starts": row.starts,
        "ends": row.ends,
        "place_id": page.place_id,
        "desks": page.desks,
        "slot_minutes": str(page.slot_minutes),
        "keeps_closed_days": page.keeps_closed_days,
        "after_skip": page.after_skip.value,
        "sign_off_days": page.sign_off_days,
        "decision_days": page.decision_days,
        "decision_time": page.decision_time,
    }
    if is_monthly:
        said |= {"nth": str(rule.nth), "weekday": str(rule.weekday)}
    return said
