"""Forms in which a person says when she can."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectMultipleField
from wtforms.validators import AnyOf, DataRequired, InputRequired

from clinic.domain.availability import Part, Period
from clinic.web.shared.forms import CHOOSE, DATE_NEEDED, KeyedForm, StrictForm, within_our_time

CAN, CANNOT = "can", "cannot"
_TIMES = {f"{weekday}.{part.value}": (weekday, part) for weekday in range(7) for part in Part}


class UsualForm(StrictForm):
    """On which weekdays and parts of the day one usually can; a value is `<weekday>.<part>`."""

    times = SelectMultipleField(choices=list(_TIMES))

    @property
    def chosen(self) -> frozenset[tuple[int, Part]]:
        return frozenset(_TIMES[value] for value in self.times.data)


class DatesForm(KeyedForm):
    """Days, both included, on which one can, or cannot."""

    first_on = DateField(_l("First day"), validators=[DataRequired(DATE_NEEDED), within_our_time])
    last_on = DateField(_l("Last day"), validators=[DataRequired(DATE_NEEDED), within_our_time])
    can = RadioField(
        _l("On these days"),
        choices=lambda: [(CANNOT, _l("I cannot")), (CAN, _l("I can"))],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf([CAN, CANNOT], CHOOSE)],
    )

    def draft(self) -> Period:
        """What a validated form says."""
        return Period(self.first_on.data, self.last_on.data, self.can.data == CAN)
