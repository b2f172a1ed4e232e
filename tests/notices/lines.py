"""Every line there is, each with the slots it may have, and what is looked at in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from itertools import product

from clinic.domain import segments
from clinic.domain.contacts import Channel, Wording
from clinic.domain.notices import Facts, Kind, Voice
from clinic.domain.segments import Encoding
from clinic.domain.times import to_local
from clinic.notices import words
from clinic.notices.variants import Move

LANGUAGES = ("fr", "en")
NEW_YEAR = datetime(2028, 1, 1, tzinfo=UTC)  # a leap year: it has each of the 366 dates
SERVICES = {"fr": "Matin", "en": "Morning"}
_WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_PLACE = {"fr": ", au lieu habituel", "en": ", at the usual place"}
_FAREWELL = {"fr": " À bientôt.", "en": " See you soon."}
_HOUR = {"fr": "[0-2][0-9]h[0-5][0-9]", "en": "[0-2][0-9]:[0-5][0-9]"}
_SLOT = re.compile(r"%\\?\((\w+)\\?\)s")


@dataclass(frozen=True)
class Case:
    """One sentence in one language, with or without what may be left out."""

    kind: Kind
    language: str
    move: Move
    voice: Voice
    works_here: bool = False

    @cached_property
    def sentence(self) -> str:
        """The sentence with its slots."""
        wording, move = self.voice.wording, self.move
        return words.sentences(self.language, works_here=self.works_here, wording=wording, move=move)[self.kind]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a reader's eye may find: the sentence, and in each slot nothing but what belongs there."""
        return re.compile(_SLOT.sub(self._slot, re.escape(self.sentence)))

    def facts(self, at: datetime) -> Facts:
        """What such a text is made of, of something that begins then."""
        items = ((SERVICES, at), (SERVICES, at)) if self.kind is Kind.DIGEST else ()
        return Facts(self.kind, self.language, self.works_here, SERVICES, at, self._was_at(at), self.voice, items=items)

    def slots(self, at: datetime) -> dict[str, str]:
        """What stands in the slots of such a text."""
        was_at = self._was_at(at) or at
        day, hour = said_day(at, self.language), said_hour(at, self.language)
        word = SERVICES[self.language]
        return {
            "day": day, "time": hour, "old_day": said_day(was_at, self.language), "word": word,
            "items": f"{word} {hour}, {word} {hour}",
            "place": _PLACE[self.language] if self.voice.names_place else "",
            "farewell": _FAREWELL[self.language] if self.voice.signs_off else "",
        }  # fmt: skip

    def _was_at(self, at: datetime) -> datetime | None:
        if self.move is Move.NEITHER:
            return None
        if self.move is Move.DAY:
            return at - timedelta(days=9)
        return at + timedelta(minutes=-30 if to_local(at).minute else 30)

    def _slot(self, found: re.Match[str]) -> str:
        day = f"(?:{'|'.join(_WEEKDAYS[self.language])}) [0-9](?:er|[0-9])? (?:{'|'.join(_MONTHS[self.language])})"
        word, hour = SERVICES[self.language], _HOUR[self.language]
        may_stand = {
            "day": day, "time": hour, "old_day": day, "word": word, "items": f"{word} {hour}, {word} {hour}",
            "place": f"(?:{_PLACE[self.language]})?", "farewell": f"(?:{_FAREWELL[self.language]})?",
        }  # fmt: skip
        return f"(?P<{found[1]}>{may_stand[found[1]]})"


@dataclass
class Seen:
    """What was looked at, how long the longest was as an SMS, and each word of them."""

    texts: int = 0
    longest: int = 0
    vocabulary: set[str] = field(default_factory=set)

    def add(self, other: Seen) -> None:
        """Take in what somebody else has seen."""
        self.texts += other.texts
        self.longest = max(self.longest, other.longest)
        self.vocabulary |= other.vocabulary


def cases(channels: Collection[Channel]) -> list[Case]:
    """Each sentence, and of each all that may stand in it or not."""
    found = []
    for language, channel in product(LANGUAGES, channels):
        at_work = words.sentences(language, works_here=True, wording=Wording.PLAIN, move=Move.NEITHER)
        found += [Case(kind, language, Move.NEITHER, Voice(channel), works_here=True) for kind in at_work]
        found += _to_people(language, channel)
    return found


def _to_people(language: str, channel: Channel) -> Iterator[Case]:
    for wording, move in product(Wording, Move):
        for kind, sentence in words.sentences(language, works_here=False, wording=wording, move=move).items():
            if move is Move.NEITHER or kind is Kind.SESSION_MOVED:
                for places, farewells in product(_choices(sentence, "place"), _choices(sentence, "farewell")):
                    voice = Voice(channel, wording, names_place=places, signs_off=farewells)
                    yield Case(kind, language, move, voice)


def _choices(sentence: str, slot: str) -> tuple[bool, ...]:
    return (True, False) if f"%({slot})s" in sentence else (True,)


def look(case: Case, moments: Collection[datetime]) -> Seen:
    """Look at one sentence at all these moments; `words.text` has its own net in the way (S12) and raises.

    A whole text is one segment of the GSM alphabet; read back, nothing but its slots varies, and they are right.
    """
    seen = Seen()
    for at in moments:
        said = words.text(case.facts(at))
        found = case.pattern.fullmatch(said)
        assert found, said
        slots = case.slots(at)
        assert found.groupdict() == {name: slots[name] for name in found.groupdict()}, said
        seen.longest = max(seen.longest, _as_sms(said))
        seen.texts += 1
        seen.vocabulary.update(said.split())
    return seen


def _as_sms(said: str) -> int:
    """The septets of a text as it goes over the air."""
    sent = segments.as_sms(said)
    counted = segments.count(sent)
    assert counted.fits, sent
    assert counted.encoding is Encoding.GSM_7, sent
    assert not {"\u00a0", "\u202f"} & set(sent), sent
    return counted.units


@cache
def said_day(at: datetime, language: str) -> str:
    """The day of an instant as people say it, from words of our own."""
    day = to_local(at).date()
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{_WEEKDAYS[language][day.weekday()]} {number} {_MONTHS[language][day.month - 1]}"


def said_hour(at: datetime, language: str) -> str:
    """The hour of an instant as people say it."""
    local = to_local(at)
    return f"{local.hour:02}{'h' if language == 'fr' else ':'}{local.minute:02}"


def moments(days: range, hours: range) -> list[datetime]:
    """Instants on these days of 2028, counted from 0, at these hours of Greenwich: 0 to 23 is each hour of a day."""
    return [NEW_YEAR + timedelta(days=day, hours=hour) for day in days for hour in hours]
