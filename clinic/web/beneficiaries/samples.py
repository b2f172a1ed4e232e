"""The very texts that would be sent, for one example, so that she can hear them before she chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from clinic.domain.contacts import MESSAGE_LANGUAGES, Channel, Wording
from clinic.domain.notices import Facts, Kind, Voice
from clinic.domain.segments import Counted, as_sms, count
from clinic.domain.times import Week, local_date, to_instant
from clinic.notices import words

THURSDAY = timedelta(days=3)
_VARIANTS = {
    "plain": Voice(Channel.SMS),
    "warm": Voice(Channel.SMS, Wording.WARM),
    "names_place": Voice(Channel.SMS, names_place=True),
    "signs_off": Voice(Channel.SMS, signs_off=True),
    "longest": Voice(Channel.SMS, Wording.WARM, names_place=True, signs_off=True),
}


@dataclass(frozen=True)
class Sample:
    """One text in one language, with how much room it takes in an SMS."""

    language: str
    text: str
    counted: Counted


def samples(now: datetime) -> Mapping[str, Sequence[Sample]]:
    """By variant, the reminder of an appointment on Thursday of next week at 18:00."""
    starts_at = to_instant(Week.of(local_date(now)).next.monday + THURSDAY, time(18))
    return {
        name: [_sample(voice, language, starts_at) for language in MESSAGE_LANGUAGES]
        for name, voice in _VARIANTS.items()
    }


def _sample(voice: Voice, language: str, starts_at: datetime) -> Sample:
    facts = Facts(
        kind=Kind.REMINDER, language=language, works_here=False, words={}, starts_at=starts_at, was_at=None, voice=voice
    )
    text = as_sms(words.text(facts))
    return Sample(language, text, count(text))
