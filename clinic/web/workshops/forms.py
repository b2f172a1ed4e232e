"""Forms of workshops."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.form import BaseForm
from wtforms.validators import AnyOf, InputRequired, NumberRange, StopValidation, ValidationError
from wtforms.widgets import NumberInput

from clinic.domain.appointments import USUAL_LANGUAGES, is_language
from clinic.domain.workshops import SEATS_AT_MOST, Attendance
from clinic.services.workshops import WorkshopDraft
from clinic.web.shared.filters import language_name
from clinic.web.shared.forms import CHOOSE, LineField, StrictForm, line

BOTH = _l("Write the note in both languages, or in none.")
SEATS = _l("Give a whole number from %(min)d to %(max)d.", min=1, max=SEATS_AT_MOST)


class _Number(IntegerField):
    """A whole number; anything else stays in the field and is told in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(SEATS) from wrong

    def pre_validate(self, _form: BaseForm) -> None:
        """What is no number is told once."""
        if self.process_errors:
            raise StopValidation


class WorkshopForm(StrictForm):
    """The film, the guest, the topic, and how many may come."""

    film = line(_l("Film"), 120)
    language = SelectField(_l("Language of the film"), validate_choice=False)
    topic_fr = line(_l("Topic in French"), 200)
    topic_en = line(_l("Topic in English"), 200)
    speaker = line(_l("Guest"), 120, is_required=False)
    affiliation = line(_l("Where the guest works"), 120, is_required=False)
    content_note_fr = line(_l("What to know before, in French"), 200, is_required=False)
    content_note_en = line(_l("What to know before, in English"), 200, is_required=False)
    capacity = _Number(
        _l("Seats"),
        validators=[InputRequired(SEATS), NumberRange(1, SEATS_AT_MOST, SEATS)],
        widget=NumberInput(min=1, max=SEATS_AT_MOST),
        default=12,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [*USUAL_LANGUAGES]
        if self.language.data and self.language.data not in known and is_language(self.language.data):
            known.append(self.language.data)
        self.language.choices = [("", _l("Not known yet")), *((code, language_name(code)) for code in known)]

    def validate_language(self, field: SelectField) -> None:
        if field.data and not is_language(field.data):
            raise ValidationError(CHOOSE)

    def validate_content_note_fr(self, field: LineField) -> None:
        if self.content_note_en.data and not field.data:
            raise ValidationError(BOTH)

    def validate_content_note_en(self, field: LineField) -> None:
        if self.content_note_fr.data and not field.data:
            raise ValidationError(BOTH)

    def draft(self) -> WorkshopDraft:
        return WorkshopDraft(
            film=self.film.data,
            speaker=self.speaker.data or None,
            affiliation=self.affiliation.data or None,
            topic_fr=self.topic_fr.data,
            topic_en=self.topic_en.data,
            content_note_fr=self.content_note_fr.data or None,
            content_note_en=self.content_note_en.data or None,
            language=self.language.data or None,
            capacity=self.capacity.data,
        )


class AttendanceForm(StrictForm):
    """One of four words: each is a button."""

    attendance = HiddenField(validators=[AnyOf(list(Attendance))])

    @property
    def chosen(self) -> Attendance:
        return Attendance(self.attendance.data)
