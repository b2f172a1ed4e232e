"""The form of the conversation: how she may be reached, as she says it."""

from __future__ import annotations

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, HiddenField, RadioField, TimeField
from wtforms.validators import AnyOf, InputRequired, Optional, ValidationError

from clinic.domain import contacts as rules
from clinic.domain.contacts import MESSAGE_LANGUAGES, WRITTEN, Channel, Choice, Hours, Shared, Wording
from clinic.domain.reaching import must_be_asked_for
from clinic.queries.contacts import HelpedView, Masked
from clinic.web.shared import contact_fields
from clinic.web.shared.forms import CHOOSE, KeyedForm, LineField
from clinic.web.shared.labels import listed

USUAL, OWN = "usual", "own"
CHANNELS = {
    Channel.NONE: _l("Nothing: no message and no call"),
    Channel.SMS: _l("An SMS"),
    Channel.MAIL: _l("An e-mail"),
    Channel.CALL: _l("I call her; nothing is written"),
}
SHARED = {Shared.NO: _l("No, nobody"), Shared.YES: _l("Yes"), Shared.UNKNOWN: _l("She does not know")}
LANGUAGES = {"fr": _l("French"), "en": _l("English")}
WORDINGS = {Wording.PLAIN: _l("Plain"), Wording.WARM: _l("Warm")}
HOURS = {USUAL: _l("The usual ones: Monday to Saturday, 10:00 to 18:00"), OWN: _l("Her own")}
_CHOOSE_CHANNEL = _l("Choose what we may do.")


class ConversationForm(KeyedForm):
    """All that is asked, in the order in which it is read out."""

    seen = HiddenField()
    channel = RadioField(
        _l("What may we do?"),
        choices=listed(CHANNELS),
        validate_choice=False,
        validators=[InputRequired(_CHOOSE_CHANNEL), AnyOf(list(Channel), _CHOOSE_CHANNEL)],
    )
    number = contact_fields.number()
    email = contact_fields.mailbox()
    is_shared = RadioField(
        _l("Does anyone else use or check it?"),
        choices=listed(SHARED),
        validate_choice=False,
    )
    hours = RadioField(
        _l("At which hours?"),
        choices=listed(HOURS),
        default=USUAL,
        validate_choice=False,
        validators=[AnyOf(list(HOURS), CHOOSE)],
    )
    opens = TimeField(_l("From"), validators=[Optional()])
    closes = TimeField(_l("To"), validators=[Optional()])
    rest_days = BooleanField(_l("On Sundays and public holidays as well"))
    she_asked = BooleanField(_l("She asked for it herself"))
    language = RadioField(_l("In which language?"), choices=listed(LANGUAGES), validate_choice=False)
    wording = RadioField(
        _l("In which words?"),
        choices=listed(WORDINGS),
        default=Wording.PLAIN.value,
        validate_choice=False,
        validators=[AnyOf(list(Wording), CHOOSE)],
    )
    names_place = BooleanField(_l("The usual place may be named"))
    signs_off = BooleanField(_l("End with “see you soon”"))
    is_minor = BooleanField(_l("She is a minor"))

    @classmethod
    def of(cls, whom: HelpedView) -> Self:
        """Make the form with what is known, but for her address, and for who else reads it: that is asked each time."""
        return cls(data={"seen": whom.version, **(_known(whom.masked) if whom.masked else {})})

    def validate_number(self, field: LineField) -> None:
        if self.channel.data in (Channel.SMS, Channel.CALL):
            contact_fields.check_by(rules.e164, field)

    def validate_email(self, field: LineField) -> None:
        if self.channel.data == Channel.MAIL:
            contact_fields.check_by(rules.mailbox, field)

    def validate_is_shared(self, field: RadioField) -> None:
        self._ask_if_written(field, list(Shared), _l("Say whether anyone else uses or checks it."))

    def validate_language(self, field: RadioField) -> None:
        self._ask_if_written(field, list(MESSAGE_LANGUAGES), _l("Choose the language of the messages."))

    def validate_closes(self, field: TimeField) -> None:
        """Her own hours: both, in their order. `Optional` leaves an empty field alone, so this is asked elsewhere."""
        if self.hours.data == OWN and self.opens.data and field.data and self.opens.data >= field.data:
            raise ValidationError(_l("These hours end before they begin."))

    def validate_hours(self, field: RadioField) -> None:
        if field.data == OWN and not (self.opens.data and self.closes.data):
            raise ValidationError(_l("Give her hours, such as 09:00 and 12:00."))

    def validate_she_asked(self, field: BooleanField) -> None:
        hours = self._own_hours
        if hours and must_be_asked_for(hours) and not field.data:
            raise ValidationError(
                _l("Before 8:00, after 20:00, on Sundays and holidays only if she asked for it. Tick it if she did.")
            )

    @property
    def choice(self) -> Choice:
        """What a validated form says; an address left empty is not in it."""
        channel = Channel(self.channel.data)
        return Choice(
            channel,
            Shared(self.is_shared.data) if channel in WRITTEN else Shared.UNKNOWN,
            number=self.number.data or None,
            email=self.email.data or None,
            hours=self._own_hours,
            language=self.language.data if self.language.data in MESSAGE_LANGUAGES else None,
            wording=Wording(self.wording.data),
            names_place=self.names_place.data,
            signs_off=self.signs_off.data,
            is_minor=self.is_minor.data,
        )

    @property
    def _own_hours(self) -> Hours | None:
        if self.hours.data != OWN or not self.opens.data or not self.closes.data:
            return None
        return Hours(self.opens.data, self.closes.data, self.rest_days.data)

    def _ask_if_written(self, field: RadioField, codes: list[Any], words: LazyString) -> None:
        if self.channel.data in WRITTEN and field.data not in codes:
            raise ValidationError(words)


def _known(masked: Masked) -> dict[str, Any]:
    hours = masked.hours
    return {
        "channel": masked.channel.value,
        "hours": OWN if hours else USUAL,
        "opens": hours.opens if hours else None,
        "closes": hours.closes if hours else None,
        "rest_days": bool(hours and hours.rest_days),
        "she_asked": bool(hours and must_be_asked_for(hours)),
        "language": masked.language,
        "wording": masked.wording.value,
        "names_place": masked.names_place,
        "signs_off": masked.signs_off,
        "is_minor": masked.is_minor,
    }
