"""What the reminders of a series say to whom, in the very words of the messages, and when they go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.domain import segments
from clinic.domain.contacts import MESSAGE_LANGUAGES, Channel, Wording
from clinic.domain.notices import Facts, Kind, Voice
from clinic.domain.segments import Counted
from clinic.domain.timing import Offset, Rhythm, reminders_due
from clinic.notices import words

_LONG_BEFORE = timedelta(days=30)
_CREW = (("discreet", Voice(Channel.MAIL), False), ("named", Voice(Channel.MAIL), True))
_PEOPLE = (
    ("plain", Voice(Channel.MAIL), False),
    ("warm", Voice(Channel.MAIL, Wording.WARM), False),
    ("all", Voice(Channel.MAIL, Wording.WARM, names_place=True, signs_off=True), False),
)


@dataclass(frozen=True)
class Going:
    """When a message goes, and whether that is too late for this date already."""

    kind: Kind
    at: datetime
    is_past: bool


@dataclass(frozen=True)
class Sample:
    """One text in one language and variant; `sms` as it goes by SMS with its count, None where it may not go."""

    kind: Kind
    variant: str
    language: str
    mail: str | None
    sms: str | None
    counted: Counted | None


@dataclass(frozen=True)
class Samples:
    """What one audience gets of one date."""

    going: tuple[Going, ...]
    texts: tuple[Sample, ...]


@dataclass(frozen=True)
class Service:
    """What the texts may be made of: the next date, and what the service is called by language."""

    starts_at: datetime
    names: Mapping[str, str]
    agenda_words: Mapping[str, str]


def samples(service: Service, offsets: Collection[Offset], *, at_work: bool, now: datetime) -> Samples:
    """The texts of a date and when they go, within the usual hours, as if all were still ahead."""
    due = reminders_due(service.starts_at, offsets, service.starts_at - _LONG_BEFORE, Rhythm(at_work))
    going = tuple(Going(kind, at, is_past=at <= now) for kind, at in due)
    kinds = sorted({each.kind for each in going}, key=lambda kind: kind is Kind.DIGEST)
    variants = _CREW if at_work else _PEOPLE
    texts = (
        _sample(service, kind, variant, language, at_work=at_work)
        for kind in kinds
        for variant in variants
        for language in MESSAGE_LANGUAGES
    )
    return Samples(going, tuple(texts))


def _sample(service: Service, kind: Kind, variant: tuple[str, Voice, bool], language: str, *, at_work: bool) -> Sample:
    name, voice, is_named = variant
    mail = _text(service, kind, voice, language, at_work=at_work, is_named=is_named)
    by_sms = Voice(Channel.SMS, voice.wording, voice.names_place, voice.signs_off)
    text = _text(service, kind, by_sms, language, at_work=at_work, is_named=is_named)
    sms = segments.as_sms(text) if text else None
    return Sample(kind, name, language, mail, sms, segments.count(sms) if sms else None)


def _text(service: Service, kind: Kind, voice: Voice, language: str, *, at_work: bool, is_named: bool) -> str | None:
    called = service.names if is_named else service.agenda_words
    facts = Facts(
        kind=kind,
        language=language,
        works_here=at_work,
        words=called,
        starts_at=service.starts_at,
        was_at=None,
        voice=voice,
        is_named=is_named,
        items=((called, service.starts_at),) if kind is Kind.DIGEST else (),
    )
    try:
        return words.text(facts)
    except words.Unspeakable:
        return None
