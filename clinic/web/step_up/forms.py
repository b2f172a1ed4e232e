"""The form of the password given once more."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField
from wtforms.validators import AnyOf, InputRequired, Length

from clinic.domain.people import PASSWORD_BYTES
from clinic.domain.step_up import Reason
from clinic.web.shared.forms import CHOOSE, REQUIRED, StrictForm
from clinic.web.shared.labels import listed

_TOO_LONG = Length(max=PASSWORD_BYTES.stop - 1, message=_l("This password is too long."))
REASONS = {
    Reason.CALL_BACK: _l("To call her back"),
    Reason.SHE_ASKED: _l("She asked me to"),
    Reason.CORRECTION: _l("To correct a mistake"),
    Reason.SAFETY: _l("For her safety"),
}


class StepUpForm(StrictForm):
    """Why, and the password."""

    reason = RadioField(
        _l("Why do you need it?"),
        choices=listed(REASONS),
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf(list(Reason), CHOOSE)],
    )
    password = PasswordField(
        _l("Your password"),
        validators=[InputRequired(REQUIRED), _TOO_LONG],
        render_kw={"autocomplete": "current-password"},
    )
