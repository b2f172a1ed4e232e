"""Forms in which a person says when she can."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectMultipleField
from wtforms.validators import AnyOf, DataRequired, InputRequired, ValidationError

from clinic.domain.availability import Part, Period
from clinic.domain.times import FIRST_YEAR, LAST_YEAR
from clinic.web.shared.forms import CHOOSE, KeyedForm, StrictForm

DATE_NEEDED = _l("Give a date, such as 27/11/2026.")
CAN, CANNOT = "can", "cannot"
_TIMES = {f"{weekday}.{part.value}": (weekday, part) for weekday in range(7) for part in Part}


class UsualForm(StrictForm):
    """On which weekdays and parts of the day one usually can; a value is `<weekday>.<part>`."""

    times = SelectMultipleField(choices=list(_TIMES))

    @property
    def chosen(self) -> frozenset[tuple[int, Part]]:
        return frozenset(_TIMES[value] for value in self.times.data)


def _within_our_time(_form: StrictForm, field: DateField) -> None:
    if not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_l("Give a year from 2000 to 2100."))


class DatesForm(KeyedForm):
    """Days, both included, on which one can, or cannot."""

    first_on = DateField(_l("First day"), validators=[DataRequired(DATE_NEEDED), _within_our_time])
    last_on = DateField(_l("Last day"), validators=[DataRequired(DATE_NEEDED), _within_our_time])
    can = RadioField(
        _l("On these days"),
        choices=lambda: [(CANNOT, _l("I cannot")), (CAN, _l("I can"))],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([CAN, CANNOT], CHOOSE)],
    )

    def draft(self) -> Period:
        """What a validated form says."""
        return Period(self.first_on.data, self.last_on.data, self.can.data == CAN)
