"""The form of a series."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import NumberInput

from clinic.domain.appointments import SLOT_MINUTES
from clinic.domain.people import CREW_ROLES, Role
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.sessions import Kind
from clinic.domain.text import forbidden_word
from clinic.domain.times import span_of_rule
from clinic.services.sessions import SeriesDraft
from clinic.web.sessions.forms import DATE_NEEDED, TIME_NEEDED
from clinic.web.shared.forms import CHOOSE, KeyedForm, LineField, line, quarter
from clinic.web.shared.ground import today
from clinic.web.shared.labels import choices
from clinic.web.shared.rules import weekday_of

FARTHEST = timedelta(days=730)
NTH = [
    SelectChoice("1", _l("first")),
    SelectChoice("2", _l("second")),
    SelectChoice("3", _l("third")),
    SelectChoice("4", _l("fourth")),
    SelectChoice("-1", _l("last")),
]
LENGTHS = [SelectChoice(str(n), _l("%(n)d minutes", n=n)) for n in SLOT_MINUTES]


def number(label: Any, most: int) -> IntegerField:
    """A whole number from 0 to `most`."""
    words = _l("Give a whole number from %(min)d to %(max)d.", min=0, max=most)
    checks = [InputRequired(words), NumberRange(0, most, words)]
    return IntegerField(label, default=0, validators=checks, widget=NumberInput(min=0, max=most))


class SeriesForm(KeyedForm):
    """What a coordinator says of a series, and then which of its marked dates she keeps."""

    kind = SelectField(_l("What is it?"), choices=lambda: choices(Kind, ask=True), validators=[InputRequired(CHOOSE)])
    name_fr = line(_l("Name in French"), 80)
    name_en = line(_l("Name in English"), 80)
    agenda_word_fr = line(_l("Word shown in calendars, in French"), 24)
    agenda_word_en = line(_l("Word shown in calendars, in English"), 24)
    is_public = BooleanField(_l("Show it in the public programme"))
    rhythm = SelectField(
        _l("How often?"), choices=lambda: choices(Rhythm, ask=True), validators=[InputRequired(CHOOSE)]
    )
    nth = SelectField(_l("Which one of the month?"), choices=NTH, default="2")
    weekday = SelectField(_l("Which day of the week?"), choices=lambda: [(str(n), weekday_of(n)) for n in range(7)])
    first_on = DateField(_l("First day"), validators=[DataRequired(DATE_NEEDED)])
    until_on = DateField(_l("Last day"), validators=[Optional()])
    starts = TimeField(_l("From"), validators=[DataRequired(TIME_NEEDED), quarter])
    ends = TimeField(_l("To"), validators=[DataRequired(TIME_NEEDED), quarter])
    place_id = SelectField(_l("Place"), validators=[InputRequired(CHOOSE)])
    desks = number(_l("Desks for appointments"), 12)
    slot_minutes = SelectField(_l("Length of an appointment"), choices=LENGTHS, default="30")
    least_lawyer = number(_l("Lawyers"), 9)
    least_legal_adviser = number(_l("Legal advisers"), 9)
    least_psychologist = number(_l("Psychologists"), 9)
    least_mediator = number(_l("Mediators"), 9)
    least_interpreter = number(_l("Interpreters"), 9)
    keeps_closed_days = BooleanField(_l("Keep public holidays and closed days"))
    keep = SelectMultipleField(_l("Dates"), validate_choice=False)

    def validate_agenda_word_fr(self, field: LineField) -> None:
        _check_word(field)

    def validate_agenda_word_en(self, field: LineField) -> None:
        _check_word(field)

    def validate_first_on(self, field: DateField) -> None:
        if not today() <= field.data <= today() + FARTHEST:
            raise ValidationError(_l("Choose a day from today on, within two years."))

    def validate_until_on(self, field: DateField) -> None:
        if field.data and self.first_on.data and field.data < self.first_on.data:
            raise ValidationError(_l("The last day comes before the first."))

    def validate_ends(self, field: TimeField) -> None:
        """A session lasts at most fourteen hours; an end before the start is on the next day."""
        if self.starts.data is None or field.data is None:
            return
        starts_at, ends_at = span_of_rule(date(2026, 1, 5), self.starts.data, field.data)
        if (ends_at - starts_at).total_seconds() > 14 * 3600:
            raise ValidationError(_l("A session lasts fourteen hours at most."))

    @property
    def rule(self) -> Rule:
        rhythm = Rhythm(self.rhythm.data)
        is_monthly = rhythm is Rhythm.MONTHLY
        return Rule(
            rhythm=rhythm,
            first_on=self.first_on.data,
            until_on=None if rhythm is Rhythm.ONCE else self.until_on.data,
            weekday=int(self.weekday.data) if is_monthly else None,
            nth=int(self.nth.data) if is_monthly else None,
        )

    @property
    def kept(self) -> set[date]:
        """The dates that were ticked; what is not a date is passed over."""
        return {date.fromisoformat(each) for each in self.keep.data or [] if _is_date(each)}

    def draft(self) -> SeriesDraft:
        return SeriesDraft(
            kind=Kind(self.kind.data),
            name_fr=self.name_fr.data,
            name_en=self.name_en.data,
            agenda_word_fr=self.agenda_word_fr.data,
            agenda_word_en=self.agenda_word_en.data,
            is_public=self.is_public.data,
            rule=self.rule,
            starts=self.starts.data,
            ends=self.ends.data,
            place_id=self.place_id.data,
            desks=self.desks.data,
            slot_minutes=int(self.slot_minutes.data),
            needs={role: least for role in CREW_ROLES if (least := self.least(role).data)},
            keeps_closed_days=self.keeps_closed_days.data,
        )

    def least(self, role: Role) -> IntegerField:
        """The field that says how many people of a role are needed."""
        field: IntegerField = self[f"least_{role.value}"]
        return field


def _check_word(field: LineField) -> None:
    """Refuse a word that would say too much on a lock screen, in either language (S12)."""
    if any(forbidden_word(field.data or "", language) for language in ("fr", "en")):
        raise ValidationError(_l("This word says too much on a lock screen. Choose a neutral one, such as Morning."))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
