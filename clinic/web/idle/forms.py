"""The form that uncovers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from clinic.domain.people import PASSWORD_BYTES
from clinic.web.shared.forms import REQUIRED, StrictForm

_TOO_LONG = Length(max=PASSWORD_BYTES.stop - 1, message=_l("This password is too long."))


class UncoverForm(StrictForm):
    """The password, and what was wanted when the cover came."""

    password = PasswordField(
        _l("Your password"),
        validators=[InputRequired(REQUIRED), _TOO_LONG],
        render_kw={"autocomplete": "current-password"},
    )
    kept = HiddenField()
