"""Forms of the rota."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired

from clinic.domain.people import CREW_ROLES, Role
from clinic.web.shared.forms import CHOOSE, StrictForm
from clinic.web.shared.labels import choices


class TakeForm(StrictForm):
    """In which role one takes a shift."""

    role = SelectField(_l("Role"), choices=lambda: choices(CREW_ROLES))

    @property
    def chosen(self) -> Role:
        return Role(self.role.data)


class AssignForm(StrictForm):
    """Whom the coordinator places on a session, and in which role: one choice of both."""

    who = SelectField(_l("Person and role"), validators=[InputRequired(CHOOSE)])

    def offer(self, people: list[tuple[str, str]]) -> None:
        """Offer these people; the value is `<role>.<person id>`."""
        self.who.choices = [("", _l("Choose…")), *people]

    @property
    def chosen(self) -> tuple[str, Role]:
        """The person's id and the role."""
        role, _, person_id = self.who.data.partition(".")
        return person_id, Role(role)
