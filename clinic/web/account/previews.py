"""What a lock screen would show of each level of detail, before one is chosen (S17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_babel import gettext

from clinic.domain.calendars import Detail
from clinic.domain.times import Week, local_date, span_of_rule, to_instant
from clinic.feeds import personal
from clinic.feeds.ics import Entry
from clinic.queries.commitments import Commitment
from clinic.web.shared.choices_form import crew_line
from clinic.web.shared.ground import now
from clinic.web.shared.locale import language

SHOWN = 2
THURSDAY, FRIDAY = timedelta(days=3), timedelta(days=4)


@dataclass(frozen=True)
class Preview:
    """A level of detail, and entries as it writes them."""

    detail: Detail
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Previews:
    """Both levels side by side; examples for one who has nothing coming."""

    levels: Sequence[Preview]
    are_examples: bool


def previews(commitments: Sequence[Commitment]) -> Previews:
    """Both levels, written by the feed itself from her next commitments."""
    coming = [each for each in commitments if each.ends_at > now() and not each.is_cancelled][:SHOWN]
    shown = coming or _examples()
    word = gettext("Appointment")
    levels = [Preview(each, personal.entries(shown, each, language(), of_meetings=word)) for each in Detail]
    return Previews(levels, are_examples=not coming)


def message_lines(commitments: Sequence[Commitment], language_of_messages: str) -> Mapping[Detail, str]:
    """The very text of a reminder at each level, of her next commitment or an example (S16)."""
    coming = [each for each in commitments if each.ends_at > now() and not each.is_cancelled]
    shown = coming[0] if coming else _examples()[1]
    called = {Detail.DISCREET: shown.agenda_words, Detail.NAMED: shown.names}
    return {
        level: crew_line(shown.starts_at, language_of_messages, called[level], is_named=level is Detail.NAMED)
        for level in Detail
    }


def next_thursday() -> datetime:
    """Thursday of next week at 18:00, for an example."""
    return to_instant(Week.of(local_date(now())).next.monday + THURSDAY, time(18))


def _examples() -> list[Commitment]:
    friday = Week.of(local_date(now())).next.monday + FRIDAY
    morning, evening = span_of_rule(friday, time(9, 30), time(12, 30)), span_of_rule(friday, time(19, 30), time(0, 30))
    return [
        _example(morning, gettext("Morning"), gettext("Law access point"), spot=gettext("2 Example Street")),
        _example(evening, gettext("Evening"), gettext("Bus"), spot=None),
    ]


def _example(span: tuple[datetime, datetime], agenda_word: str, name: str, *, spot: str | None) -> Commitment:
    return Commitment(
        uid="example",
        sequence=0,
        changed_at=now(),
        starts_at=span[0],
        ends_at=span[1],
        is_cancelled=False,
        is_tentative=False,
        names={language(): name},
        agenda_words={language(): agenda_word},
        spot=spot,
    )
