"""The form in which a person says whether, and where, she may be written to (S10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField
from wtforms.validators import AnyOf, InputRequired, ValidationError

from clinic.domain.notices import Channel, Choice, Shared
from clinic.web.shared.forms import CHOOSE, REQUIRED, LineField, StrictForm, line

_ADDRESS = re.compile(r"[!#-'*+\-./-9=?A-Z^-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

CHANNELS = [
    (Channel.NONE.value, _l("No message: the application itself shows everything")),
    (Channel.MAIL.value, _l("By e-mail")),
]
SHARED = [
    (Shared.NO.value, _l("No, nobody")),
    (Shared.YES.value, _l("Yes")),
    (Shared.UNKNOWN.value, _l("I do not know")),
]


def _in_words(choices: Sequence[tuple[str, LazyString]]) -> list[tuple[str, str]]:
    return [(code, str(words)) for code, words in choices]


class MessageChoiceForm(StrictForm):
    """Whether, where, and who else reads it; who works here is not asked the last."""

    channel = RadioField(
        _l("Messages"),
        choices=lambda: _in_words(CHANNELS),
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf(list(Channel), CHOOSE)],
    )
    email = line(
        _l("E-mail address"),
        254,
        is_required=False,
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    is_shared = RadioField(
        _l("Does anyone else use or check this address?"),
        choices=lambda: _in_words(SHARED),
        default=Shared.UNKNOWN.value,
        validate_choice=False,
        validators=[AnyOf(list(Shared), CHOOSE)],
    )

    @classmethod
    def of(cls, choice: Choice | None, email: str | None, *, works_here: bool, is_sent: bool = True) -> Self:
        """Make the form with what is known; messages are on for those who work here, off for members (S10).

        Not `is_sent` where another form of the same page was.
        """
        first = Channel.MAIL if works_here else Channel.NONE
        data = {
            "channel": choice.channel.value if choice else first.value,
            "email": email or "",
            "is_shared": choice.is_shared.value if choice else Shared.UNKNOWN.value,
        }
        form = cls(data=data) if is_sent else cls(formdata=None, data=data)
        if works_here:
            del form.is_shared
        return form

    def validate_email(self, field: LineField) -> None:
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError(_l("This does not look like an e-mail address: name@example.org."))
        if not field.data and self.channel.data == Channel.MAIL and self.is_shared is not None:
            raise ValidationError(REQUIRED)

    @property
    def chosen(self) -> Channel:
        return Channel(self.channel.data)

    @property
    def shared(self) -> Shared:
        """Who works here reads her own mail: it is part of the work."""
        return Shared(self.is_shared.data) if self.is_shared is not None else Shared.NO

    @property
    def address(self) -> str | None:
        return self.email.data or None
