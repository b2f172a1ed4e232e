"""Forms of the list: what to choose from, and what the file is to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, SelectField

from clinic.domain.people import Role, SignedIn
from clinic.queries import lists
from clinic.queries.lists import Coming, Order, Wanted
from clinic.web.shared.forms import StrictForm
from clinic.web.shared.locale import local


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed to: value and words for each."""

    person: list[tuple[str, str]]
    place: list[tuple[str, str]]
    service: list[tuple[str, str]]

    @classmethod
    def of(cls, coming: Coming) -> Self:
        """Places by name where the reader is told it, else by area; only those where something is planned."""
        names = {each.id: each.name for each in coming.places}
        by_place = {each.place_id: names.get(each.place_id, each.area) for each in coming.sessions}
        services = [(each.series_id, local(each.names)) for each in lists.services(coming.sessions)]
        return cls(
            [(each.id, each.name) for each in coming.people],
            sorted(by_place.items(), key=lambda pair: pair[1].casefold()),
            sorted(services, key=lambda pair: pair[1].casefold()),
        )


class ListForm(Form):
    """What the list shows: sent by GET, changes nothing, and never fails."""

    person = SelectField(_l("Person"))
    place = SelectField(_l("Place"))
    service = SelectField(_l("Service"))
    order = SelectField(_l("Order"))
    ignores = False

    @classmethod
    def of(cls, choices: Choices, sent: Mapping[str, str], reader: SignedIn) -> Self:
        """The form as it was sent; what it does not know is left out, and `ignores` says so."""
        form = cls()
        everyone, everywhere, everything = gettext("Everybody"), gettext("All places"), gettext("All services")
        form.person.choices = [("", everyone), *choices.person]
        form.place.choices = [("", everywhere), *choices.place]
        form.service.choices = [("", everything), *choices.service]
        form.order.choices = [
            (Order.NEED.value, gettext("What lacks people first")),
            (Order.DATE.value, gettext("By date")),
        ]
        is_coordinator = reader.holds(Role.COORDINATOR)
        usual = {"order": (Order.NEED if is_coordinator else Order.DATE).value}
        if not is_coordinator:
            del form.person
        for field in form:
            value = sent.get(field.name) or usual.get(field.name, "")
            is_known = value in {each for each, _ in field.choices}
            field.data = value if is_known else usual.get(field.name, "")
            form.ignores = form.ignores or not is_known
        return form

    @property
    def wanted(self) -> Wanted:
        person_id = self.person.data or None if self.person else None
        return Wanted(person_id, self.place.data or None, self.service.data or None, Order(self.order.data))

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return any(field.data for field in self if field.name != "order")


class ExportForm(StrictForm):
    """The list that becomes a file: what was chosen on the page comes along."""

    person = HiddenField()
    place = HiddenField()
    service = HiddenField()
    order = HiddenField()

    @property
    def sent(self) -> dict[str, str]:
        return {field.name: field.data or "" for field in self}
