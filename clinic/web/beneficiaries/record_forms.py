"""Forms of a record: how she is called, what she speaks, who stands in, who follows her from now on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.validators import ValidationError

from clinic.domain.appointments import is_language
from clinic.domain.beneficiaries import LANGUAGES_AT_MOST, UNDETERMINED, looks_like_a_name
from clinic.queries.people import PersonRow
from clinic.queries.records import RecordView
from clinic.services.records import RecordDraft
from clinic.web.shared.alias_fields import AliasFields
from clinic.web.shared.filters import language_name
from clinic.web.shared.forms import CHOOSE, KeyedForm, StrictForm
from clinic.web.shared.spoken import language_choices

_CHOOSE_LANGUAGE = _l("Choose a language.")
_CHOOSE_PERSON = _l("Choose a person.")


def _known(_form: Any, field: SelectField) -> None:
    if field.data and (field.data == UNDETERMINED or not is_language(field.data)):
        raise ValidationError(_CHOOSE_LANGUAGE)


def _language(number: int) -> SelectField:
    label = _l("The language she speaks best") if number == 1 else _l("Language %(number)d", number=number)
    return SelectField(label, validate_choice=False, validators=[_known])


class RecordForm(AliasFields, StrictForm):
    """How she is called, her languages, the best one first, and who stands in for her mediator."""

    language_1 = _language(1)
    language_2 = _language(2)
    language_3 = _language(3)
    language_4 = _language(4)
    language_5 = _language(5)
    language_6 = _language(6)
    stand_in = SelectField(_l("Who stands in for her mediator?"), validate_choice=False)

    @property
    def languages(self) -> list[SelectField]:
        """The fields of her languages, the best one first."""
        return [self[f"language_{number}"] for number in range(1, LANGUAGES_AT_MOST + 1)]

    def offer(self, stand_ins: Iterable[tuple[str, str]], spoken: Sequence[str] = ()) -> None:
        """Offer these people by id and name, and all languages, with those she speaks among them."""
        self.stand_in.choices = [("", _l("Nobody")), *stand_ins]
        listed = language_choices()
        *_, rest = listed
        offered = {code for group in listed.values() for code, _words in group}
        listed[rest] = [*((code, language_name(code)) for code in spoken if code not in offered), *listed[rest]]
        for field in self.languages:
            field.choices = listed

    def validate_language_1(self, _field: SelectField) -> None:
        if not any(field.data for field in self.languages):
            raise ValidationError(_l("Choose at least one language."))

    def validate_stand_in(self, field: SelectField) -> None:
        if field.data and field.data not in dict(field.choices):
            raise ValidationError(CHOOSE)

    def draft(self) -> RecordDraft:
        """What a validated form says; a language said twice counts once."""
        spoken = tuple(dict.fromkeys(field.data for field in self.languages if field.data))
        return RecordDraft(self.called or "", spoken, self.stand_in.data or None)


class NewRecordForm(RecordForm, KeyedForm):
    """The same for somebody new."""


class ChangeForm(RecordForm):
    """The same for somebody known; `seen` is the version that it was opened over (S73)."""

    seen = HiddenField()

    @classmethod
    def of(cls, kept: RecordView) -> Self:
        """Make the form with what is noted."""
        spoken = {f"language_{number}": code for number, code in enumerate(kept.languages, 1)}
        stand_in = kept.stand_in.id if kept.stand_in else ""
        known = {"alias": kept.alias, "is_no_name": looks_like_a_name(kept.alias), "stand_in": stand_in}
        return cls(data={"seen": kept.version, **known, **spoken})


class HandOverForm(KeyedForm):
    """Who follows her from now on."""

    person = SelectField(_l("Who follows her from now on?"), validate_choice=False)

    def offer(self, people: Iterable[PersonRow]) -> None:
        """Offer these people."""
        self.person.choices = [("", _l("Choose…")), *((each.id, each.name) for each in people)]

    def validate_person(self, field: SelectField) -> None:
        """Whoever is not offered is for the service to refuse, like a person who does not exist (S02, S07)."""
        if not field.data:
            raise ValidationError(_CHOOSE_PERSON)


class TakeBackForm(StrictForm):
    """Whose she was, for whoever follows her still."""

    mediator = HiddenField()
    stand_in = HiddenField()


class ApartForm(StrictForm):
    """With whom she never wants to meet."""

    person = SelectField(_l("Never with"), validate_choice=False)

    def offer(self, people: Iterable[PersonRow]) -> None:
        """Offer these people."""
        self.person.choices = [("", _l("Choose…")), *((each.id, each.name) for each in people)]

    def validate_person(self, field: SelectField) -> None:
        if not field.data or field.data not in dict(field.choices):
            raise ValidationError(_CHOOSE_PERSON)
