"""Forms of single sessions."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectChoice, SelectField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Optional

from clinic.domain.sessions import CancelReason
from clinic.domain.times import AmbiguousTime, NonexistentTime, span
from clinic.queries.moves import MoveEffects
from clinic.web.shared.filters import clock
from clinic.web.shared.forms import CHOOSE, DATE_NEEDED, REQUIRED, StrictForm, line, quarter
from clinic.web.shared.ground import today
from clinic.web.shared.labels import choices

TIME_NEEDED = _l("Give a time, such as 18:30.")
NEAR_ENOUGH = _l("Choose a day from today on, within two years.")
FARTHEST = timedelta(days=730)


def not_past(_form: StrictForm, field: DateField) -> None:
    """Validate that a day can be planned: today or later, and near enough not to be a slip of the keys."""
    if not today() <= field.data <= today() + FARTHEST:
        raise ValidationError(NEAR_ENOUGH)


class CancelForm(StrictForm):
    """Why a session is called off."""

    reason = RadioField(
        _l("Reason"),
        choices=lambda: choices(each for each in CancelReason if each is not CancelReason.SERIES),
        validators=[InputRequired(CHOOSE)],
    )

    @property
    def chosen(self) -> CancelReason:
        return CancelReason(self.reason.data)


class SpotForm(StrictForm):
    """Where exactly a session is this time; empty: where it usually is."""

    spot = line(_l("Exact spot, this time"), 200, is_required=False)


class MoveForm(StrictForm):
    """When and where a session shall be instead; `seen` names the effects that were looked at."""

    on = DateField(_l("Date"), validators=[DataRequired(DATE_NEEDED)])
    starts = TimeField(_l("From"), validators=[DataRequired(TIME_NEEDED), quarter])
    ends = TimeField(_l("To"), validators=[DataRequired(TIME_NEEDED), quarter])
    place_id = SelectField(_l("Place"), validators=[InputRequired(REQUIRED)])
    which = RadioField(
        _l("The clocks change that night and this hour comes twice. Which one?"),
        choices=[
            SelectChoice("0", _l("The first, before the clocks go back")),
            SelectChoice("1", _l("The second, after it")),
        ],
        validators=[Optional()],
    )
    seen = HiddenField()

    asks_which = False

    def validate_on(self, field: DateField) -> None:
        """Refuse a slip of the keys; what is merely past is refused by the rule of moving."""
        if abs(field.data - today()) > FARTHEST:
            raise ValidationError(NEAR_ENOUGH)

    def wished_span(self) -> tuple[datetime, datetime] | None:
        """The wished span; when it does not exist or comes twice, an error at the field, and None."""
        if self.on.data is None or self.starts.data is None or self.ends.data is None:
            return None
        fold = int(self.which.data) if self.which.data else None
        try:
            return span(self.on.data, self.starts.data, self.ends.data, fold=fold)
        except NonexistentTime as gap:
            words = _l("The clocks go forward that night: this time does not exist. Try %(time)s.")
            self.starts.errors = [str(words) % {"time": clock(gap.suggestion.time())}]
        except AmbiguousTime:
            self.asks_which = True
            self.which.errors = [CHOOSE]
        return None


def digest(effects: MoveEffects) -> str:
    """A name for these effects, so that a move does what was looked at and nothing else."""
    people = [[each.person_id for each in group] for group in (effects.staying, effects.clashing)]
    appointments = [[each.id for each in group] for group in (effects.carried, effects.outside)]
    return hashlib.sha256(repr((people, appointments, effects.registered, effects.needs)).encode()).hexdigest()[:16]
