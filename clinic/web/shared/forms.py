"""Forms that take what they know and nothing else, and fields that take text people really write (S05, S42, S43)."""

from __future__ import annotations

import re
import secrets
from datetime import time
from typing import Any

from flask import abort, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField, TimeField
from wtforms.validators import DataRequired, Length, ValidationError

from clinic.domain.answers import Refused
from clinic.domain.text import BadText, clean
from clinic.domain.times import FIRST_YEAR, LAST_YEAR, is_quarter
from clinic.web.shared.flashes import UNDO_UNTIL
from clinic.web.shared.ground import now
from clinic.web.shared.messages import sentence

REQUIRED = _l("Fill in this field.")
CHOOSE = _l("Choose an answer.")
DATE_NEEDED = _l("Give a date, such as 27/11/2026.")
_CSRF = "csrf_token"
_KEY = re.compile("[0-9a-f]{32}")
_INSTANT = re.compile("[0-9]{1,12}")


class _OneSentence:
    """What a field says that has no sentence of its own: the library's words are in the browser's language at best."""

    def gettext(self, _words: str) -> str:
        return gettext("This answer cannot be used. Choose or type it again.")

    def ngettext(self, words: str, _plural: str, _count: int) -> str:
        return self.gettext(words)


class StrictForm(FlaskForm):
    """A form in which an unknown field is a bad request, and a refusal is an error of the whole form or one field."""

    class Meta(FlaskForm.Meta):
        """Words come from our own catalogue."""

        def get_translations(self, _form: Any) -> _OneSentence:
            return _OneSentence()

    def validate(self, extra_validators: Any = None) -> bool:
        known = {field.name for field in self} | {_CSRF, UNDO_UNTIL}
        if set(request.form) - known:
            abort(400)
        _check_undo()
        return bool(super().validate(extra_validators))

    def refuse(self, refused: Refused, field: str | None = None) -> None:
        """Show a refusal at a field, or above the form."""
        if field:
            self[field].errors = [*self[field].errors, sentence(refused)]
        else:
            self.form_errors.append(sentence(refused))


def _check_undo() -> None:
    """Refuse an undo pressed after the messages about the act have left."""
    until = request.form.get(UNDO_UNTIL, "")
    if until and not _INSTANT.fullmatch(until):
        abort(400)
    if until and now().timestamp() >= int(until):
        raise Refused("undo_too_late")


def check_button() -> StrictForm:
    """Answer 400 to anything but the press of one of our buttons; return its form, which has no fields of its own."""
    form = StrictForm()
    if not form.validate_on_submit():
        abort(400)
    return form


class KeyedForm(StrictForm):
    """A form whose repetition gives the same result: it carries a key of its own (S72)."""

    key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key.data = self.key.data or secrets.token_hex(16)

    def validate_key(self, field: HiddenField) -> None:
        if not _KEY.fullmatch(field.data):
            abort(400)


def within_our_time(_form: StrictForm, field: DateField) -> None:
    """Validate that a day lies in the years that we reckon with."""
    if not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_l("Give a year from 2000 to 2100."))


class LineField(StringField):
    """One line of text, cleaned; text that cannot be kept is refused and stays in the field."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        try:
            self.data: str = clean(typed)
        except BadText as bad:
            self.data = _visible(typed)
            raise ValueError(_BAD_TEXT[bad.code]) from bad


_BAD_TEXT = {
    "control": _l("This text holds a character that cannot be shown. Type it again."),
    "bidi": _l("This text holds a hidden sign that turns words round. Type it again."),
    "noncharacter": _l("This text holds a character that cannot be shown. Type it again."),
    "marks": _l("This text holds too many accents on one letter."),
}


def line(label: Any, most: int, *, is_required: bool = True, **kwargs: Any) -> LineField:
    """A line of at most `most` characters."""
    limit = Length(max=most, message=_l("At most %(max)d characters."))
    validators = [DataRequired(REQUIRED), limit] if is_required else [limit]
    return LineField(label, validators=validators, **kwargs)


def quarter(_form: Any, field: TimeField) -> None:
    """Validate that a time is on a quarter of an hour."""
    if isinstance(field.data, time) and not is_quarter(field.data):
        raise ValidationError(_l("Choose a time on a quarter of an hour: 18:00, 18:15, 18:30…"))


def _visible(text: str) -> str:
    """What was typed, without what a page cannot hold."""
    return "".join(each for each in text if each.isprintable())
