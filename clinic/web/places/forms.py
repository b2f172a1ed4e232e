"""Forms of places and closures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField
from wtforms.validators import AnyOf, DataRequired, ValidationError

from clinic.domain.places import Publicity
from clinic.queries.places import PlaceRow
from clinic.services.places import ClosureDraft, PlaceDraft
from clinic.web.shared.forms import CHOOSE, DATE_NEEDED, KeyedForm, StrictForm, line, within_our_time
from clinic.web.shared.labels import choices


class PlaceForm(StrictForm):
    """What a coordinator says of a place."""

    name = line(_l("Name, for the team"), 80)
    area = line(_l("Published area"), 80)
    spot = line(_l("Exact spot"), 200)
    publicity = RadioField(
        _l("Who may know the exact spot?"),
        choices=lambda: choices(Publicity),
        validate_choice=False,
        validators=[AnyOf(list(Publicity), message=CHOOSE)],
    )

    @classmethod
    def of(cls, place: PlaceRow) -> Self:
        """Make the form with what is known of a place."""
        known = {"name": place.name, "area": place.area, "spot": place.spot, "publicity": place.publicity}
        return cls(data=known)

    def draft(self) -> PlaceDraft:
        return PlaceDraft(self.name.data, self.area.data, self.spot.data, Publicity(self.publicity.data))


class NewPlaceForm(PlaceForm, KeyedForm):
    """The same for a new place."""


class ClosureForm(KeyedForm):
    """A period, both days included, in which one place or everything is closed."""

    name = line(_l("Why is it closed?"), 80)
    place = SelectField(_l("Which place?"), validate_choice=False)
    first_on = DateField(_l("First day"), validators=[DataRequired(DATE_NEEDED), within_our_time])
    last_on = DateField(_l("Last day"), validators=[DataRequired(DATE_NEEDED), within_our_time])

    def offer(self, places: Sequence[PlaceRow]) -> None:
        """Offer these places, and all of them together first."""
        self.place.choices = [("", _l("All places")), *((place.id, place.name) for place in places)]

    def validate_place(self, field: SelectField) -> None:
        if (field.data or "") not in dict(field.choices):
            raise ValidationError(CHOOSE)

    def validate_last_on(self, field: DateField) -> None:
        if self.first_on.data and field.data < self.first_on.data:
            raise ValidationError(_l("The last day comes before the first."))

    def draft(self) -> ClosureDraft:
        return ClosureDraft(self.name.data, self.place.data or None, self.first_on.data, self.last_on.data)
