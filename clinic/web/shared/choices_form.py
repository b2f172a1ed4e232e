"""The forms in which a person says for herself whether, and how, she may be written to (S10, S16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, TimeField
from wtforms.validators import AnyOf, InputRequired, ValidationError

from clinic.domain.answers import Refused
from clinic.domain.calendars import Detail
from clinic.domain.contacts import WRITTEN, Channel, Choice, Hours, Shared, check
from clinic.domain.notices import Facts, Kind, Voice
from clinic.domain.reaching import ends_in, said_anew
from clinic.domain.segments import as_sms
from clinic.notices import words
from clinic.web.shared import contact_fields
from clinic.web.shared.forms import CHOOSE, StrictForm
from clinic.web.shared.labels import listed

CHANNELS = {
    Channel.NONE: _l("No message: the application itself shows everything"),
    Channel.SMS: _l("An SMS"),
    Channel.MAIL: _l("An e-mail"),
}
SHARED = {Shared.NO: _l("No, nobody"), Shared.YES: _l("Yes"), Shared.UNKNOWN: _l("I do not know")}
DETAILS = {
    Detail.DISCREET: _l("Discreet: the word of the agenda"),
    Detail.NAMED: _l("Named: the name of the service"),
}
BOTH_HOURS = _l("Give both hours, such as 09:00 and 12:00, or leave all of this empty.")
_FIELDS = {**contact_fields.FIELD_OF, "minor_ask_coordinator": "channel"}


class _Hour(TimeField):
    """An hour that may be left empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: time | None = None
        if any(valuelist):
            super().process_formdata(valuelist)


class ChoiceForm(StrictForm):
    """Whether, and where: her number and her address are not shown again, one left empty stays as it is."""

    seen = HiddenField()
    channel = RadioField(
        _l("What may we send you?"),
        choices=listed(CHANNELS),
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf(list(CHANNELS), CHOOSE)],
    )
    number = contact_fields.number()
    email = contact_fields.mailbox()
    before: Choice | None = None

    @classmethod
    def of(cls, before: Choice | None, version: str = "", *, is_sent: bool = True) -> Self:
        """Make the form with what is known, in its version; not `is_sent` where another form of the same page was."""
        data = {**cls.known(before), "seen": version}
        form = cls(data=data) if is_sent else cls(formdata=None, data=data)
        form.before = before
        return form

    @classmethod
    def known(cls, before: Choice | None) -> dict[str, Any]:
        """What the fields begin with."""
        return {"channel": before.channel.value if before else Channel.NONE.value}

    @property
    def said(self) -> Choice:
        """What a validated form says; an address left empty is not in it."""
        return Choice(
            Channel(self.channel.data), Shared.NO, number=self.number.data or None, email=self.email.data or None
        )

    @property
    def ends(self) -> Mapping[str, str]:
        """By field, so much of the number or address that is kept as tells two apart; empty where there is none."""
        ends = (ends_in(self.before) if self.before else None) or ""
        has_number = bool(self.before and self.before.number)
        return {"number": ends if has_number else "", "email": "" if has_number else ends}

    def validate(self, extra_validators: Any = None) -> bool:
        """Each answer, then all of them together, as they would be kept."""
        if not super().validate(extra_validators):
            return False
        try:
            check(said_anew(self.before, self.said, by_coordinator=False), by_coordinator=False)
        except Refused as refused:
            self.refuse(refused, _FIELDS[refused.code])
            return False
        return True


class MemberChoiceForm(ChoiceForm):
    """A member's: off unless she wishes; who else reads it is asked each time; her own hours if she has any."""

    is_shared = RadioField(_l("Does anyone else use or check it?"), choices=listed(SHARED), validate_choice=False)
    opens = _Hour(_l("From"))
    closes = _Hour(_l("To"))
    rest_days = BooleanField(_l("On Sundays and public holidays as well"))

    @classmethod
    def known(cls, before: Choice | None) -> dict[str, Any]:
        """What the fields begin with."""
        hours = before.hours if before else None
        span = {"opens": hours.opens, "closes": hours.closes, "rest_days": hours.rest_days} if hours else {}
        return {**super().known(before), **span}

    @property
    def has_hours(self) -> bool:
        """Whether anything stands in the fields of her own hours."""
        fields = (self.opens, self.closes, self.rest_days)
        return any(each.data or each.errors for each in fields)

    @property
    def said(self) -> Choice:
        """What a validated form says; an address left empty is not in it."""
        channel = Channel(self.channel.data)
        opens, closes = self.opens.data, self.closes.data
        hours = Hours(opens, closes, self.rest_days.data) if opens and closes else None
        return Choice(
            channel,
            Shared(self.is_shared.data) if channel in WRITTEN else Shared.UNKNOWN,
            number=self.number.data or None,
            email=self.email.data or None,
            hours=hours if channel in WRITTEN else None,
        )

    def validate_is_shared(self, field: RadioField) -> None:
        if self.channel.data in WRITTEN and field.data not in list(Shared):
            raise ValidationError(CHOOSE)

    def validate_closes(self, field: TimeField) -> None:
        is_any = self.opens.data or field.data or self.rest_days.data
        if is_any and not (self.opens.data and field.data):
            raise ValidationError(BOTH_HOURS)


class CrewChoiceForm(ChoiceForm):
    """For those who work here: on unless they wish otherwise, and how much a message says."""

    says = RadioField(
        _l("How much should it say?"),
        choices=listed(DETAILS),
        validate_choice=False,
        validators=[InputRequired(CHOOSE), AnyOf(list(Detail), CHOOSE)],
    )

    @classmethod
    def known(cls, before: Choice | None) -> dict[str, Any]:
        """What the fields begin with."""
        before = before or Choice(Channel.MAIL)
        return {**super().known(before), "says": before.detail.value}

    @property
    def said(self) -> Choice:
        """What a validated form says: who works here reads her own messages, so nobody else is asked about."""
        return Choice(
            Channel(self.channel.data),
            Shared.NO,
            number=self.number.data or None,
            email=self.email.data or None,
            detail=Detail(self.says.data),
        )


def member_line(starts_at: datetime, language: str) -> str:
    """The very text of a reminder to a member, as a telephone shows it."""
    return _line(Facts(Kind.REMINDER, language, False, {}, starts_at, None, Voice(Channel.SMS)))  # noqa: FBT003


def crew_line(starts_at: datetime, language: str, called: Mapping[str, str], *, is_named: bool) -> str:
    """The very text of a reminder to one who works here, of a service that is called so."""
    voice = Voice(Channel.SMS)
    return _line(Facts(Kind.REMINDER, language, True, called, starts_at, None, voice, is_named=is_named))  # noqa: FBT003


def _line(facts: Facts) -> str:
    """A text; empty where the second net catches the word of a service (S12): then nothing would be sent."""
    try:
        return as_sms(words.text(facts))
    except words.Unspeakable:
        return ""
