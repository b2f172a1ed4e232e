"""What the forms about being reached share: a number, an address, and at which field a refusal belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from clinic.domain.answers import Refused
from clinic.web.shared.forms import LineField, line
from clinic.web.shared.messages import sentence

FIELD_OF: Mapping[str, str] = {
    "number_needed": "number",
    "number_unusable": "number",
    "number_takes_no_sms": "number",
    "address_needed": "email",
    "address_unusable": "email",
    "hours_reversed": "closes",
}
PRIVATE: Mapping[str, Any] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", "dir": "ltr"}


def number() -> LineField:
    """The field of a telephone number; no browser keeps it."""
    return line(_l("Telephone number"), 32, is_required=False, render_kw={**PRIVATE, "type": "tel"})


def mailbox() -> LineField:
    """The field of an e-mail address; no browser keeps it."""
    return line(_l("E-mail address"), 254, is_required=False, render_kw={**PRIVATE, "type": "email"})


def check_by(rule: Callable[[str], str], field: Field) -> None:
    """Let a rule look at what was typed, if anything; its refusal is the error of the field."""
    try:
        if field.data:
            rule(field.data)
    except Refused as refused:
        raise ValidationError(sentence(refused)) from refused
