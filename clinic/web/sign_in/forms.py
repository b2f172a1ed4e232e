"""Forms of coming in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length, ValidationError

from clinic.domain.answers import Refused
from clinic.domain.people import CODE_DIGITS, PASSWORD_BYTES, check_password
from clinic.web.shared.forms import REQUIRED, LineField, StrictForm, line
from clinic.web.shared.messages import sentence

_TOO_LONG = Length(max=PASSWORD_BYTES.stop - 1, message=_l("This password is too long."))


class SignInForm(StrictForm):
    """A sign-in name and a password."""

    name = line(
        _l("Sign-in name"), 40, render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(REQUIRED), _TOO_LONG],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(StrictForm):
    """A code on paper, and the password it is to set."""

    name = line(
        _l("Sign-in name"), 40, render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    )
    code = line(_l("Code on paper"), 40, render_kw={"autocomplete": "off", "inputmode": "numeric", "dir": "ltr"})
    password = PasswordField(
        _l("New password"), validators=[InputRequired(REQUIRED)], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _l("The same password again"), validators=[InputRequired(REQUIRED)], render_kw={"autocomplete": "new-password"}
    )

    @property
    def digits(self) -> str:
        """The code in plain digits; a keyboard may have given it in those of another script, and with spaces."""
        typed = (self.code.data or "").replace(" ", "")
        return f"{int(typed):0{len(typed)}}" if typed.isdecimal() else ""

    def validate_code(self, _field: LineField) -> None:
        if len(self.digits) != CODE_DIGITS:
            raise ValidationError(_l("The code has 12 digits."))

    def validate_password(self, field: PasswordField) -> None:
        try:
            check_password(field.data)
        except Refused as refused:
            raise ValidationError(sentence(refused)) from refused

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise ValidationError(_l("The two passwords are not the same."))
