"""Forms of the team."""

from __future__ import annotations

import re
from typing import Self

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from clinic.domain.people import Role, sign_in_form
from clinic.domain.text import BadText
from clinic.queries.people import PersonRow
from clinic.services.people import PersonDraft
from clinic.web.shared.forms import CHOOSE, KeyedForm, LineField, StrictForm, line
from clinic.web.shared.labels import choices

FIRST_TIME = _l("First time here: never alone in the role until a first session is done")
_SIGN_IN_NAME = re.compile(r"[\w.-]{2,40}")


class PersonForm(StrictForm):
    """What a coordinator says of a person."""

    name = line(_l("Name"), 80, render_kw={"autocomplete": "off", "spellcheck": "false"})
    sign_in_name = line(
        _l("Sign-in name"), 40, render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    )
    roles = SelectMultipleField(
        _l("Roles"),
        choices=lambda: choices(Role),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    is_new = BooleanField(FIRST_TIME)

    @classmethod
    def of(cls, person: PersonRow) -> Self:
        """Make the form with what is known of a person."""
        known = {"name": person.name, "sign_in_name": person.sign_in_name, "roles": list(person.roles)}
        return cls(data={**known, "is_new": person.is_new})

    def validate_sign_in_name(self, field: LineField) -> None:
        """Judge the form it is kept in: folding may change how long it is."""
        try:
            kept = sign_in_form(field.data)
        except BadText:
            return  # said already
        if not _SIGN_IN_NAME.fullmatch(kept):
            raise ValidationError(_l("Take 2 to 40 letters, digits, dots, dashes or underscores, without spaces."))

    def validate_roles(self, field: SelectMultipleField) -> None:
        if not field.data or not set(field.data) <= set(Role):
            raise ValidationError(CHOOSE)

    def draft(self) -> PersonDraft:
        roles = frozenset(map(Role, self.roles.data))
        return PersonDraft(self.name.data, self.sign_in_name.data, roles, is_new=self.is_new.data)


class NewPersonForm(PersonForm, KeyedForm):
    """The same for somebody new, who comes for the first time unless the box is cleared."""

    is_new = BooleanField(FIRST_TIME, default=True)
