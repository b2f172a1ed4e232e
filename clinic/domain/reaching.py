"""The conversation about being reached: how it stands, what is shown of it, what follows from what was said anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import phonenumbers

from clinic.domain.contacts import EARLIEST, LATEST, Channel, Choice, Hours, Reach, Suspension, e164, may_write


class Stand(StrEnum):
    """How it stands with reaching one person now, in one word; only `WRITES` lets messages go."""

    NOT_ASKED = "not_asked"
    NOTHING = "nothing"
    CALLS = "calls"
    WRITES = "writes"
    AGAIN = "again"
    RAN_OUT = "ran_out"
    MINOR = "minor"
    STOPPED = "stopped"
    NOT_SAFE = "not_safe"


def how_it_stands(reach: Reach | None, now: datetime) -> Stand:
    """Where one who is helped stands: what keeps messages from going, the gravest first (S10, S15)."""
    if reach is None:
        return Stand.NOT_ASKED
    if reach.suspended:
        return Stand.NOT_SAFE if reach.suspended is Suspension.NOT_SAFE else Stand.STOPPED
    if reach.choice.channel is Channel.NONE:
        return Stand.NOTHING
    if now >= reach.runs_out_at:
        return Stand.RAN_OUT
    return Stand.CALLS if reach.choice.channel is Channel.CALL else _in_writing(reach, now)


def _in_writing(reach: Reach, now: datetime) -> Stand:
    if may_write(reach, now, at_work=False):
        return Stand.WRITES
    return Stand.MINOR if reach.is_confirmed else Stand.AGAIN


def ends_in(choice: Choice) -> str | None:
    """So much of an address as tells two apart: the last two digits of a number, the first letter of a mailbox."""
    if choice.number:
        return choice.number[-2:]
    return f"{choice.email[0]}…" if choice.email else None


def grouped(number: str) -> str:
    """A number in E.164 as it is read out, in groups."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def must_be_asked_for(hours: Hours) -> bool:
    """Hours beyond 8:00 to 20:00, Sundays and public holidays: only if she asked for them (S14)."""
    return hours.rest_days or hours.opens < EARLIEST or hours.closes > LATEST


def said_anew(before: Choice | None, said: Choice, *, by_coordinator: bool) -> Choice:
    """What was said in a conversation, with what the choice before still holds.

    Only the address of the channel is kept; one left out stays as it was. That she is a minor, and that messages are
    agreed to, a coordinator alone changes; her word holds for the address that she gave it for (S10).
    """
    kept = replace(said, number=_number(before, said), email=_email(before, said))
    if by_coordinator or before is None:
        return replace(kept, coordinator_agrees=by_coordinator and kept.is_minor)
    is_same = (before.channel, before.address) == (kept.channel, kept.address)
    is_minor = kept.is_minor or before.is_minor
    return replace(kept, is_minor=is_minor, coordinator_agrees=is_minor and is_same and before.coordinator_agrees)


def _number(before: Choice | None, said: Choice) -> str | None:
    if said.channel not in (Channel.SMS, Channel.CALL):
        return None
    return e164(said.number) if said.number else before.number if before else None


def _email(before: Choice | None, said: Choice) -> str | None:
    if said.channel is not Channel.MAIL:
        return None
    return said.email or (before.email if before else None)
