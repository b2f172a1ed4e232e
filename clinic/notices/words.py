"""The words of a notice in its reader's language: neutral for those who work here (S16), emptier for people (S11)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations

from babel.dates import format_date
from babel.support import Translations

from clinic.domain import segments
from clinic.domain.contacts import Channel, Wording
from clinic.domain.notices import Facts, Kind
from clinic.domain.segments import Encoding
from clinic.domain.text import forbidden_word
from clinic.domain.times import local_date, to_local
from clinic.notices import variants
from clinic.notices.variants import Move, Sentences
from clinic.paths import beside

LOCALES = {"fr": "fr", "en": "en_GB"}
FIRST = "fr"
LONGEST = 160
LONGEST_NAME = 40
ON_A_LOCK_SCREEN = 40

# A link, an address, five digits or more: nothing that a phone would offer to open or to call (S11).
_LEADS_AWAY = re.compile(r"@|http|www|[^\s.]\.[^\W\d_]{2}|(?:\d[ .-]?){5}", re.IGNORECASE)


class Unspeakable(Exception):
    """A text that may not leave the house: it holds a word of the deny-list or leads somewhere, or is too long."""


def subject(language: str) -> str:
    """The neutral subject of every mail."""
    return _catalogue(_known(language)).gettext("Agenda")


def text(facts: Facts) -> str:
    """The one line of a notice, at most 160 characters; by SMS, one segment as `segments.as_sms` sends it (S13).

    Raises `Unspeakable` where the second net catches something (S12), and for a kind that is not for this reader. The
    name of a service that the reader chose to read is not looked at, the rest of its line is (S16).
    """
    said = _said(facts)
    ours = _said(_without_names(facts)) if facts.works_here and facts.is_named else said
    if not _fits(said, facts.voice.channel) or _says_too_much(ours, _known(facts.language)):
        raise Unspeakable
    return said


def is_sayable(word: str) -> bool:
    """Whether a word may stand in messages of each language: neutral, and leading nowhere (S12, S17)."""
    return not any(_says_too_much(word, language) for language in LOCALES)


def sentences(language: str, *, works_here: bool, wording: Wording, move: Move) -> Sentences:
    """All that can be said to such a reader, with its slots, by kind. Raises `KeyError` for a language not shipped."""
    return _sentences(language if language in LOCALES else LOCALES[language], works_here, wording, move)


def _said(facts: Facts) -> str:
    language = _known(facts.language)
    move = Move.between(facts.was_at, facts.starts_at)
    sentence = _sentences(language, facts.works_here, facts.voice.wording, move).get(facts.kind)
    if sentence is None:
        raise Unspeakable
    slots = _slots(facts, language)
    return _digest(facts, sentence, slots) if facts.kind is Kind.DIGEST else sentence % slots


def _slots(facts: Facts, language: str) -> Mapping[str, str]:
    gettext = _catalogue(language).gettext
    return {
        "word": _name(facts.words, facts),
        "day": _day(local_date(facts.starts_at), language),
        "time": _time(facts.starts_at, language),
        "old_day": _day(local_date(facts.was_at or facts.starts_at), language),
        "place": ", " + gettext("at the usual place") if facts.voice.names_place else "",
        "farewell": " " + gettext("See you soon.") if facts.voice.signs_off else "",
    }


def _digest(facts: Facts, sentence: str, slots: Mapping[str, str]) -> str:
    """As many parts of the day as a message holds, from the first on."""
    language = _known(facts.language)
    in_part = variants.digest_in_part(_catalogue(language).gettext)
    items = facts.items or ((facts.words, facts.starts_at),)
    parts = [f"{_name(names, facts)} {_time(at, language)}".strip() for names, at in items]
    whole = sentence % {**slots, "items": ", ".join(parts)}
    shorter = (in_part % {**slots, "items": ", ".join(parts[:end])} for end in range(len(parts) - 1, 0, -1))
    return next((each for each in (whole, *shorter) if _fits(each, facts.voice.channel)), whole)


def _name(names: Mapping[str, str], facts: Facts) -> str:
    """What a service is called, as far as there is room; by SMS without what would make the message three.

    What is no service, a meeting by telephone, has one word for all, at each level of detail (S16).
    """
    language = _known(facts.language)
    name = names.get(language) or names.get(FIRST) or _catalogue(language).gettext("Appointment")
    if facts.voice.channel is Channel.SMS:
        plain = segments.transliterate(name)
        name = "".join(each for each in plain if segments.count(each).encoding is Encoding.GSM_7).strip() or "…"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _without_names(facts: Facts) -> Facts:
    return replace(facts, words={}, items=tuple(({}, at) for _, at in facts.items))


def _fits(said: str, channel: Channel) -> bool:
    is_one = channel is not Channel.SMS or segments.count(segments.as_sms(said)).fits
    return is_one and len(said) <= LONGEST


def _says_too_much(said: str, language: str) -> bool:
    """Also where a lock screen cuts it off."""
    seen = (said[:ON_A_LOCK_SCREEN], said)
    return bool(_LEADS_AWAY.search(said)) or any(forbidden_word(each, language) for each in seen)


def _day(day: date, language: str) -> str:
    """jeudi 12 mars, dimanche 1er mars; Thursday 12 March. Never a year: what is far off is said again nearer."""
    words = format_date(day, "EEEE d MMMM", locale=LOCALES[language])
    if language == "fr" and day.day == 1:
        return " ".join("1er" if word == "1" else word for word in words.split(" "))
    return words


def _time(at: datetime, language: str) -> str:
    """18h00 in French, 18:00 in English."""
    return f"{to_local(at):%Hh%M}" if language == "fr" else f"{to_local(at):%H:%M}"


def _known(language: str) -> str:
    return language if language in LOCALES else FIRST


@cache
def _sentences(language: str, works_here: bool, wording: Wording, move: Move) -> Sentences:  # noqa: FBT001
    gettext = _catalogue(language).gettext
    return variants.at_work(gettext) if works_here else variants.to_people(gettext, wording, move)


@cache
def _catalogue(language: str) -> NullTranslations:
    """The very catalogue of the pages; a language without one speaks as the code does."""
    return Translations.load(str(beside("translations")), [language])
