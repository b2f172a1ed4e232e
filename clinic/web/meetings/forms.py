"""Forms of meetings by telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectChoice, SelectField, TimeField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Optional, ValidationError

from clinic.domain.appointments import is_language
from clinic.domain.attendance import Outcome
from clinic.domain.meetings import LENGTHS
from clinic.domain.times import AmbiguousTime, NonexistentTime, to_instant
from clinic.queries.people import PersonRow
from clinic.services.meetings import MeetingWish
from clinic.web.shared.filters import clock, how_long
from clinic.web.shared.forms import CHOOSE, DATE_NEEDED, KeyedForm, StrictForm, quarter
from clinic.web.shared.ground import today
from clinic.web.shared.spoken import language_choices

FARTHEST = timedelta(days=730)
UNKNOWN = "unknown"
OUTCOMES = {
    Outcome.CAME: _l("they spoke"),
    Outcome.EXCUSED: _l("she excused herself"),
    Outcome.NO_SHOW: _l("she did not answer"),
}
FIELD_OF = {"person_busy": "peer_id"}


class ToldForm(StrictForm):
    """An act that she may know of already: then nothing is sent, and nobody has to call."""

    she_knows = BooleanField(_l("She knows already: we spoke"))


class MeetingForm(KeyedForm):
    """Who calls her, when, for how long, in which language."""

    peer_id = SelectField(_l("Who calls her?"), validators=[InputRequired(CHOOSE)])
    on = DateField(_l("Date"), validators=[DataRequired(DATE_NEEDED)])
    starts = TimeField(_l("Time"), validators=[InputRequired(_l("Give a time, such as 18:30.")), quarter])
    which = RadioField(
        _l("The clocks change that night and this hour comes twice. Which one?"),
        choices=[
            SelectChoice("0", _l("The first, before the clocks go back")),
            SelectChoice("1", _l("The second, after it")),
        ],
        validators=[Optional()],
    )
    minutes = SelectField(_l("How long?"), default="30", validators=[AnyOf([str(each) for each in LENGTHS], CHOOSE)])
    language = SelectField(_l("Language"), validate_choice=False, validators=[InputRequired(_l("Choose a language."))])
    she_asked = BooleanField(_l("She asked for this very time"))
    she_knows = BooleanField(_l("She knows already: we spoke"))

    asks_which = False

    def offer(self, peers: Sequence[PersonRow]) -> None:
        """Offer these peers, lengths and languages."""
        self.peer_id.choices = [("", _l("Choose…")), *((each.id, each.name) for each in peers)]
        self.minutes.choices = [(str(each), how_long(each)) for each in LENGTHS]
        self.language.choices = language_choices()

    def validate_on(self, field: DateField) -> None:
        """Refuse a slip of the keys; what is merely past is refused by the rule."""
        if abs(field.data - today()) > FARTHEST:
            raise ValidationError(_l("Choose a day from today on, within two years."))

    def validate_language(self, field: SelectField) -> None:
        if field.data and not is_language(field.data):
            raise ValidationError(_l("Choose a language."))

    def wish(self) -> MeetingWish | None:
        """What a validated form says; when its time does not exist or comes twice, an error at the field, and None."""
        starts_at = self._starts_at()
        if starts_at is None:
            return None
        return MeetingWish(
            self.peer_id.data, starts_at, int(self.minutes.data), self.language.data, she_asked=self.she_asked.data
        )

    def _starts_at(self) -> datetime | None:
        fold = int(self.which.data) if self.which.data else None
        try:
            return to_instant(self.on.data, self.starts.data, fold=fold)
        except NonexistentTime as gap:
            words = _l("The clocks go forward that night: this time does not exist. Try %(time)s.")
            self.starts.errors = [str(words) % {"time": clock(gap.suggestion.time())}]
        except AmbiguousTime:
            self.asks_which = True
            self.which.errors = [CHOOSE]
        return None


class OutcomeForm(StrictForm):
    """Whether they spoke; `seen` is what stood there when it was asked."""

    outcome = HiddenField(validators=[AnyOf([*Outcome, UNKNOWN])])
    seen = HiddenField(validators=[AnyOf([*Outcome, UNKNOWN])])


def outcome_of(code: str) -> Outcome | None:
    """What a validated form says; nobody knows: None."""
    return None if code == UNKNOWN else Outcome(code)
