"""Safe contact: whether, where, when and in which words a person may be written to (S10, S11, S14, S15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

import phonenumbers

from clinic.domain.answers import Refused
from clinic.domain.calendars import Detail
from clinic.domain.times import local_date

CHOICE_LASTS = timedelta(days=90)
EARLIEST, LATEST = time(8), time(20)  # beyond these hours only if she asked (S14)
MESSAGE_LANGUAGES = ("fr", "en")  # each has its deny-list (S12)
_REGION = "FR"
_Type = phonenumbers.PhoneNumberType
# An SMS to a fixed line is read aloud to whoever answers.
_NO_SMS = (_Type.FIXED_LINE, _Type.TOLL_FREE, _Type.PREMIUM_RATE, _Type.SHARED_COST, _Type.UAN, _Type.VOICEMAIL)
_OF_FICTION = re.compile(r"\+3363998[0-9]{4}")  # kept by the regulator for books and films: nobody has one
_ADDRESS = re.compile(r"[!#-'*+\-./-9=?A-Z^-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Channel(StrEnum):
    """How a person wishes to be told; `CALL`: her mediator calls, nothing is written."""

    NONE = "none"
    MAIL = "mail"
    SMS = "sms"
    CALL = "call"


WRITTEN = (Channel.MAIL, Channel.SMS)


class Shared(StrEnum):
    """Does anyone else use or check it? (S10)"""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Wording(StrEnum):
    """The reviewed variants of the texts: a bare line, or a greeting first."""

    PLAIN = "plain"
    WARM = "warm"


class Suspension(StrEnum):
    """Why nothing is sent any more, whatever was chosen: a reply said stop, or it is not safe any more (S15)."""

    STOP = "stop"
    NOT_SAFE = "not_safe"


class TaskKind(StrEnum):
    """What somebody has to see to: a reply came, the choice ran out, nobody knows whether a message arrived."""

    REPLIED = "replied"
    RAN_OUT = "ran_out"
    UNCONFIRMED = "unconfirmed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Helped:
    """One who is helped, by the id of her record: she has no account."""

    id: str


@dataclass(frozen=True)
class Hours:
    """Her own hours, local wall time: from `opens`, before `closes`; `rest_days`: Sundays and holidays as well."""

    opens: time
    closes: time
    rest_days: bool = False


@dataclass(frozen=True)
class Choice:
    """All that a person said about being reached; kept sealed (S50).

    `hours` None: the usual ones. `names_place`: "at the usual place" may be said; `signs_off`: "see you soon".
    `is_minor` without `coordinator_agrees` writes nothing. `detail` is for those who work here (S16).
    """

    channel: Channel
    is_shared: Shared = Shared.UNKNOWN
    number: str | None = None
    email: str | None = None
    hours: Hours | None = None
    language: str | None = None
    wording: Wording = Wording.PLAIN
    names_place: bool = False
    signs_off: bool = False
    is_minor: bool = False
    coordinator_agrees: bool = False
    detail: Detail = Detail.DISCREET

    @property
    def address(self) -> str | None:
        """Where a message of her channel goes; None where nothing is written."""
        return {Channel.MAIL: self.email, Channel.SMS: self.number}.get(self.channel)


@dataclass(frozen=True)
class Reach:
    """A choice, since when it stands, when it was chosen again on another day, and whether it is suspended."""

    choice: Choice
    chosen_at: datetime
    confirmed_at: datetime | None = None
    suspended: Suspension | None = None

    @property
    def runs_out_at(self) -> datetime:
        """The instant from which the choice holds no more."""
        return (self.confirmed_at or self.chosen_at) + CHOICE_LASTS

    @property
    def is_confirmed(self) -> bool:
        """Nobody else reads it, or she said so again on another day."""
        return self.choice.is_shared is Shared.NO or self.confirmed_at is not None


def may_write(reach: Reach | None, now: datetime, *, at_work: bool) -> bool:
    """May this person be written to, on the channel she chose and no other? (S10, S15)

    Who works here: unless she chose silence or stopped it. Everybody else: only by a choice of less than 90 days,
    confirmed if others read it too, for a minor with the coordinator's word, and not suspended.
    """
    if reach is None or reach.suspended or reach.choice.address is None:
        return False
    if at_work:
        return True
    may = not reach.choice.is_minor or reach.choice.coordinator_agrees
    return may and reach.is_confirmed and now < reach.runs_out_at


def choose(before: Reach | None, choice: Choice, now: datetime) -> Reach:
    """What follows from a choice made now. It ends a suspension: she was asked again.

    What others may read stays off until the same is chosen again on another day (S10).
    """
    fresh = Reach(choice, now)
    if before is None or choice.is_shared is Shared.NO or not _is_same_wish(before, choice, now):
        return fresh
    again_another_day = before.confirmed_at is not None or local_date(before.chosen_at) < local_date(now)
    return replace(fresh, chosen_at=before.chosen_at, confirmed_at=now if again_another_day else None)


def _is_same_wish(before: Reach, choice: Choice, now: datetime) -> bool:
    same = (before.choice.channel, before.choice.address) == (choice.channel, choice.address)
    is_open = before.choice.is_shared is not Shared.NO and before.suspended is None
    return same and is_open and choice.channel in WRITTEN and now < before.runs_out_at


def e164(text: str) -> str:
    """A telephone number, as E.164 has it; without a country it is French. Raises `Refused("number_unusable")`."""
    try:
        parsed = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        raise Refused("number_unusable") from None
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not (phonenumbers.is_valid_number(parsed) or _OF_FICTION.fullmatch(number)):
        raise Refused("number_unusable")
    return number


def mailbox(text: str) -> str:
    """An e-mail address that breaks no header (RFC 5322 §3.4.1, ASCII alone). Raises `Refused("address_unusable")`."""
    if not _ADDRESS.fullmatch(text):
        raise Refused("address_unusable")
    return text


def check(choice: Choice, *, by_coordinator: bool) -> Choice:
    """A choice as it may be kept: addresses in their form, a minor's messages only by a coordinator's word (S10).

    Raises `Refused` with `number_unusable`, `number_takes_no_sms`, `address_unusable`, `number_needed`,
    `address_needed`, `hours_reversed`, `minor_ask_coordinator`.
    """
    number = e164(choice.number) if choice.number else None
    email = mailbox(choice.email) if choice.email else None
    if choice.channel is Channel.SMS and number is None:
        raise Refused("number_needed")
    if choice.channel is Channel.SMS and number and phonenumbers.number_type(phonenumbers.parse(number)) in _NO_SMS:
        raise Refused("number_takes_no_sms")
    if choice.channel is Channel.MAIL and email is None:
        raise Refused("address_needed")
    if choice.hours and choice.hours.opens >= choice.hours.closes:
        raise Refused("hours_reversed")
    if choice.is_minor and choice.channel in WRITTEN and not (by_coordinator or choice.coordinator_agrees):
        raise Refused("minor_ask_coordinator")
    return replace(choice, number=number, email=email)


def as_document(choice: Choice) -> dict[str, Any]:
    """A choice as it is sealed."""
    hours = choice.hours
    span = [hours.opens.isoformat(), hours.closes.isoformat(), hours.rest_days] if hours else None
    return {**asdict(choice), "hours": span}


def from_document(document: Mapping[str, Any] | None) -> Choice:
    """A choice as it was sealed; of one that could not be opened nobody knows anything: nothing is sent."""
    if document is None:
        return Choice(Channel.NONE)
    kept = dict(document)
    span = kept.pop("hours")
    hours = Hours(time.fromisoformat(span[0]), time.fromisoformat(span[1]), span[2]) if span else None
    for name, codes in {"channel": Channel, "is_shared": Shared, "wording": Wording, "detail": Detail}.items():
        kept[name] = codes(kept[name])
    return Choice(**kept, hours=hours)
