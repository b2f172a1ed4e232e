"""Forms of interpreting."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, SelectMultipleField, TimeField, ValidationError
from wtforms.validators import AnyOf, DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from clinic.domain.appointments import USUAL_LANGUAGES, is_language
from clinic.domain.interpreting import Modality, dialled, usual_answer_by
from clinic.domain.times import (
    FIRST_YEAR,
    LAST_YEAR,
    QUANTUM,
    NonexistentTime,
    slot_starts,
    to_instant,
    to_local,
)
from clinic.queries.asking import NeedView
from clinic.queries.interpreting import ProfileRow
from clinic.queries.programme import SessionView
from clinic.services.interpreting import NeedWish, ProfileDraft
from clinic.web.shared.filters import clock, language_name
from clinic.web.shared.forms import CHOOSE, DATE_NEEDED, KeyedForm, LineField, StrictForm, line
from clinic.web.shared.labels import choices, label, with_said
from clinic.web.shared.spoken import language_choices
from clinic.web.shared.stamps import read_stamp, stamp

TIME_NEEDED = _l("Give a time, such as 18:30.")
CHOOSE_TIME = _l("Choose a time.")
CHOOSE_LANGUAGE = _l("Choose a language.")


class AnswerByForm(StrictForm):
    """Until when an answer is awaited."""

    until_on = DateField(_l("Answer by, day"), validators=[DataRequired(DATE_NEEDED)])
    until_at = TimeField(_l("Answer by, hour"), validators=[DataRequired(TIME_NEEDED)])

    def validate_until_on(self, field: DateField) -> None:
        if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(DATE_NEEDED)

    def validate_until_at(self, field: TimeField) -> None:
        if self.until_on.errors or self.until_on.data is None or field.data is None:
            return
        try:
            to_instant(self.until_on.data, field.data, fold=0)
        except NonexistentTime as gap:
            words = _l("The clocks go forward that night: this time does not exist. Try %(time)s.")
            raise ValidationError(str(words) % {"time": clock(gap.suggestion.time())}) from gap

    @property
    def answer_by(self) -> datetime:
        """The instant of a validated form; of an hour that comes twice, the first."""
        return to_instant(self.until_on.data, self.until_at.data, fold=0)


class NeedForm(AnswerByForm, KeyedForm):
    """In which language, how, over which part of the session, to be answered by when."""

    language = SelectField(
        _l("Language"), choices=language_choices, validate_choice=False, validators=[InputRequired(CHOOSE_LANGUAGE)]
    )
    modality = RadioField(
        _l("On site or by telephone?"),
        choices=lambda: choices(Modality),
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf(list(Modality), CHOOSE)],
    )
    starts = SelectField(_l("From"), validate_choice=False)
    ends = SelectField(_l("To"), validate_choice=False)

    @classmethod
    def about(cls, session: SessionView, span: tuple[datetime, datetime], language: str | None, now: datetime) -> Self:
        """Make the form for a part of a session that is still to come."""
        quarters = [*slot_starts(session.starts_at, session.ends_at, QUANTUM.seconds // 60), session.ends_at]
        ahead = [each for each in quarters if each > now]
        starts_at = next((each for each in ahead if each >= span[0]), session.ends_at)
        until = to_local(usual_answer_by(starts_at, now))
        form = cls(
            data={
                "language": language or "",
                "starts": stamp(starts_at),
                "ends": stamp(span[1]),
                "until_on": until.date(),
                "until_at": until.time(),
            }
        )
        form.starts.choices = [(stamp(each), clock(each)) for each in ahead[:-1]]
        form.ends.choices = [(stamp(each), clock(each)) for each in ahead]
        return form

    def validate_language(self, field: SelectField) -> None:
        if field.data and not is_language(field.data):
            raise ValidationError(CHOOSE_LANGUAGE)

    def validate_starts(self, field: SelectField) -> None:
        if not _is_offered(field):
            raise ValidationError(CHOOSE_TIME)

    def validate_ends(self, field: SelectField) -> None:
        if not _is_offered(field):
            raise ValidationError(CHOOSE_TIME)
        if _is_offered(self.starts) and field.data <= self.starts.data:
            raise ValidationError(_l("The end comes after the start."))

    def wish(self, session_id: str, appointment_id: str | None) -> NeedWish:
        """What a validated form asks for."""
        return NeedWish(
            session_id=session_id,
            appointment_id=appointment_id,
            language=self.language.data,
            modality=Modality(self.modality.data),
            starts_at=_instant(self.starts.data),
            ends_at=_instant(self.ends.data),
            answer_by=self.answer_by,
        )


class AskForm(AnswerByForm):
    """Whom to ask, and until when an answer is awaited."""

    people = SelectMultipleField(
        _l("Whom do you ask?"),
        validate_choice=False,  # one who was just taken is no error of shape: the service leaves her out
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, view: NeedView, now: datetime) -> Self:
        """Make the form for those who can be asked now."""
        need = view.need
        until = to_local(need.answer_by if need.answer_by > now else usual_answer_by(need.starts_at, now))
        form = cls(data={"people": [], "until_on": until.date(), "until_at": until.time()})
        before = {offer.person_id: f" · {label(offer.state)}" for offer in need.offers}
        form.people.choices = [
            (each.person_id, with_said(f"{each.name}{before.get(each.person_id, '')}", each.said))
            for each in view.candidates
            if each.obstacle is None
        ]
        return form

    def validate_people(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose at least one person."))


class ProfileForm(StrictForm):
    """Which languages, whether she comes, and the number to call."""

    languages = SelectMultipleField(
        _l("Languages you interpret from and into French"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    another = SelectField(_l("Another language"), validate_choice=False)
    comes_on_site = RadioField(
        _l("Do you come on site?"),
        choices=lambda: [("yes", _l("Yes, I come")), ("no", _l("No, by telephone only"))],
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf(["yes", "no"], CHOOSE)],
    )
    phone = line(
        _l("Telephone number"), 24, is_required=False, render_kw={"type": "tel", "autocomplete": "tel", "dir": "ltr"}
    )

    @classmethod
    def of(cls, kept: ProfileRow | None) -> Self:
        """Make the form with what she said before; the languages she speaks are always among those to tick."""
        spoken = sorted(kept.languages) if kept else []
        comes = {True: "yes", False: "no"}[kept.comes_on_site] if kept else None
        form = cls(data={"languages": spoken, "comes_on_site": comes, "phone": kept.phone or "" if kept else ""})
        ticked = list(dict.fromkeys([*USUAL_LANGUAGES[1:], *spoken]))  # all but French
        form.languages.choices = [(code, language_name(code)) for code in ticked]
        form.another.choices = language_choices(without=("fra", *ticked))
        return form

    def validate_languages(self, field: SelectMultipleField) -> None:
        if not all(map(is_language, field.data)) or not (field.data or self.another.data):
            raise ValidationError(_l("Choose at least one language."))

    def validate_another(self, field: SelectField) -> None:
        if field.data and not is_language(field.data):
            raise ValidationError(CHOOSE_LANGUAGE)

    def validate_phone(self, field: LineField) -> None:
        if field.data and not field.errors and dialled(field.data) is None:
            raise ValidationError(_l("This is no telephone number. Examples: 06 12 34 56 78, +44 20 7946 0000."))

    def draft(self) -> ProfileDraft:
        """What a validated form says."""
        spoken = {*self.languages.data, *filter(None, [self.another.data])}
        return ProfileDraft(frozenset(spoken), self.comes_on_site.data == "yes", self.phone.data or None)


def _is_offered(field: Any) -> bool:
    return any(field.data == value for value, _words in field.choices)


def _instant(text: str) -> datetime:
    instant = read_stamp(text)
    if instant is None:
        raise ValueError(text)
    return instant
