"""Forms of the account page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import AnyOf, InputRequired

from clinic.domain.calendars import Detail
from clinic.web.shared.forms import CHOOSE, KeyedForm, StrictForm, line
from clinic.web.shared.labels import choices
from clinic.web.shared.locale import OWN_NAMES


class LanguageForm(StrictForm):
    """One button a language."""

    language = HiddenField(validators=[AnyOf(list(OWN_NAMES))])


class LinkForm(KeyedForm):
    """A new calendar link: what she calls it, and how much it tells."""

    name = line(_l("Name of the link"), 40)
    detail = RadioField(
        _l("How much should it tell?"),
        choices=lambda: choices(Detail),
        default=Detail.DISCREET.value,
        validate_choice=False,  # its words are not in our catalogue
        validators=[InputRequired(CHOOSE), AnyOf(list(Detail), CHOOSE)],
    )

    @property
    def chosen(self) -> Detail:
        return Detail(self.detail.data)
