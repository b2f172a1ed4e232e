"""What is said of a series, in groups of fields: the same for a new one and for one that changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectChoice, SelectField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import NumberInput

from clinic.domain.appointments import SLOT_MINUTES
from clinic.domain.people import CREW_ROLES, Role
from clinic.domain.recurrence import Rhythm, Rule
from clinic.domain.rota import Staffing
from clinic.domain.sessions import Kind
from clinic.domain.times import span_of_rule
from clinic.notices import words
from clinic.web.sessions.forms import TIME_NEEDED, not_past
from clinic.web.shared.forms import CHOOSE, DATE_NEEDED, LineField, StrictForm, line, quarter
from clinic.web.shared.labels import choices
from clinic.web.shared.rules import weekday_of

MOST_OF_A_ROLE = 9
MOST_DAYS = 14
NTH = [
    SelectChoice("1", _l("first")),
    SelectChoice("2", _l("second")),
    SelectChoice("3", _l("third")),
    SelectChoice("4", _l("fourth")),
    SelectChoice("-1", _l("last")),
]
LENGTHS = [SelectChoice(str(n), _l("%(n)d minutes", n=n)) for n in SLOT_MINUTES]


def number(label: Any, most: int, *, default: int = 0) -> IntegerField:
    """A whole number from 0 to `most`."""
    words = _l("Give a whole number from %(min)d to %(max)d.", min=0, max=most)
    checks = [InputRequired(words), NumberRange(0, most, words)]
    return IntegerField(label, default=default, validators=checks, widget=NumberInput(min=0, max=most))


def wished(label: Any) -> IntegerField:
    """How many people are wished for; left empty, as many as are needed."""
    words = _l("Give a whole number from %(min)d to %(max)d.", min=0, max=MOST_OF_A_ROLE)
    checks = [Optional(), NumberRange(0, MOST_OF_A_ROLE, words)]
    return IntegerField(label, validators=checks, widget=NumberInput(min=0, max=MOST_OF_A_ROLE))


class NamesFields(StrictForm):
    """What it is, how it is called, and how it is called where others may read along."""

    kind = SelectField(_l("What is it?"), choices=lambda: choices(Kind, ask=True), validators=[InputRequired(CHOOSE)])
    name_fr = line(_l("Name in French"), 80)
    name_en = line(_l("Name in English"), 80)
    agenda_word_fr = line(_l("Word shown in calendars, in French"), 24)
    agenda_word_en = line(_l("Word shown in calendars, in English"), 24)
    is_public = BooleanField(_l("Show it in the public programme"))

    def validate_agenda_word_fr(self, field: LineField) -> None:
        _check_word(field)

    def validate_agenda_word_en(self, field: LineField) -> None:
        _check_word(field)


class RhythmFields(StrictForm):
    """How often, and on which days."""

    rhythm = SelectField(
        _l("How often?"), choices=lambda: choices(Rhythm, ask=True), validators=[InputRequired(CHOOSE)]
    )
    nth = SelectField(_l("Which one of the month?"), choices=NTH, default="2")
    weekday = SelectField(_l("Which day of the week?"), choices=lambda: [(str(n), weekday_of(n)) for n in range(7)])
    first_on = DateField(_l("First day"), validators=[DataRequired(DATE_NEEDED), not_past])
    until_on = DateField(_l("Last day"), validators=[Optional()])

    def validate_until_on(self, field: DateField) -> None:
        if field.data and self.first_on.data and field.data < self.first_on.data:
            raise ValidationError(_l("The last day comes before the first."))

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


class HoursFields(StrictForm):
    """From when to when, and whether also on closed days."""

    starts = TimeField(_l("From"), validators=[DataRequired(TIME_NEEDED), quarter])
    ends = TimeField(_l("To"), validators=[DataRequired(TIME_NEEDED), quarter])
    keeps_closed_days = BooleanField(_l("Keep public holidays and closed days"))

    def validate_ends(self, field: TimeField) -> None:
        """A session lasts at most fourteen hours; an end before the start is on the next day."""
        if self.starts.data is None or field.data is None:
            return
        starts_at, ends_at = span_of_rule(date(2026, 1, 5), self.starts.data, field.data)
        if (ends_at - starts_at).total_seconds() > 14 * 3600:
            raise ValidationError(_l("A session lasts fourteen hours at most."))


class DesksFields(StrictForm):
    """Where, and what can be booked there."""

    place_id = SelectField(_l("Place"), validators=[InputRequired(CHOOSE)])
    desks = number(_l("Desks for appointments"), 12)
    slot_minutes = SelectField(_l("Length of an appointment"), choices=LENGTHS, default="30")


class CrewFields(StrictForm):
    """With whom: how many of each role, at least and wished for; until when a shift is given back and it is decided."""

    least_lawyer = number(_l("Lawyers, at least"), MOST_OF_A_ROLE)
    wish_lawyer = wished(_l("Lawyers, wished for"))
    least_legal_adviser = number(_l("Legal advisers, at least"), MOST_OF_A_ROLE)
    wish_legal_adviser = wished(_l("Legal advisers, wished for"))
    least_psychologist = number(_l("Psychologists, at least"), MOST_OF_A_ROLE)
    wish_psychologist = wished(_l("Psychologists, wished for"))
    least_mediator = number(_l("Mediators, at least"), MOST_OF_A_ROLE)
    wish_mediator = wished(_l("Mediators, wished for"))
    least_interpreter = number(_l("Interpreters, at least"), MOST_OF_A_ROLE)
    wish_interpreter = wished(_l("Interpreters, wished for"))
    sign_off_days = number(_l("A shift may be given back until so many days before"), MOST_DAYS, default=3)
    decision_days = number(_l("Whether it takes place is decided so many days before"), MOST_DAYS, default=2)
    decision_time = TimeField(_l("At"), default=time(18), validators=[DataRequired(TIME_NEEDED)])

    def least(self, role: Role) -> IntegerField:
        """The field that says how many people of a role are needed."""
        field: IntegerField = self[f"least_{role.value}"]
        return field

    def wish(self, role: Role) -> IntegerField:
        """The field that says how many people of a role are wished for."""
        field: IntegerField = self[f"wish_{role.value}"]
        return field

    @property
    def by_role(self) -> list[tuple[IntegerField, IntegerField]]:
        """How many are needed and how many are wished for, role by role."""
        return [(self.least(role), self.wish(role)) for role in CREW_ROLES]

    @property
    def needs(self) -> dict[Role, Staffing]:
        """Whom a session needs; no wish, or one below what is needed, wishes for nobody more."""
        said = {role: (self.least(role).data, self.wish(role).data or 0) for role in CREW_ROLES}
        return {role: Staffing(least, max(least, more)) for role, (least, more) in said.items() if least or more}

    def say_needs(self, needs: Mapping[Role, Staffing]) -> None:
        """Fill in whom a series needs as it stands."""
        for role, each in needs.items():
            self.least(role).data, self.wish(role).data = each.least, each.wish


def _check_word(field: LineField) -> None:
    """Refuse a word that would say too much on a lock screen, or that no message would carry (S12)."""
    if not words.is_sayable(field.data or ""):
        raise ValidationError(_l("This word says too much on a lock screen. Choose a neutral one, such as Morning."))
