"""Whom peers call at an agreed time in the demonstration: what was, what comes, one called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from clinic.demo.contacts import mediator_of
from clinic.demo.stage import Stage
from clinic.domain.answers import Refused
from clinic.domain.attendance import Outcome
from clinic.domain.people import Role
from clinic.domain.times import to_instant
from clinic.queries import beneficiaries
from clinic.services import meetings
from clinic.services.meetings import MeetingWish


@dataclass(frozen=True)
class _Agreed:
    """With whom, how many days from today, by which mediator (from 0; None: who follows her), in which language."""

    alias: str
    days: int
    peer: int | None
    language: str
    minutes: int = 30
    outcome: Outcome | None = None
    is_off: bool = False


_AGREED = (
    _Agreed("Ardoise", -13, None, "spa", outcome=Outcome.CAME),
    _Agreed("Orge", -6, 3, "yor", 45, outcome=Outcome.NO_SHOW),
    _Agreed("Ardoise", 1, None, "spa"),
    _Agreed("Romarin", 3, None, "pcm", 45),
    _Agreed("Verveine", 5, 0, "eng", 60),  # whoever tries the demonstration may say that she cannot
    _Agreed("Quartz", 8, None, "eng", is_off=True),
)


def agree_all(stage: Stage) -> None:
    """Agree on each, in the days before; where somebody is elsewhere then, a little later."""
    for each in _AGREED:
        _agree(stage, each)


def _agree(stage: Stage, agreed: _Agreed) -> None:
    by = mediator_of(stage, agreed.alias)
    peer = by if agreed.peer is None else stage.cast[Role.MEDIATOR][agreed.peer]
    at = stage.now - timedelta(days=16)
    whom = beneficiaries.called(stage.tx, beneficiaries.alias_digest(agreed.alias), by.id)
    if whom is None:
        raise LookupError(agreed.alias)
    for hour in (11, 12, 16):
        starts_at = to_instant(stage.today + timedelta(days=agreed.days), time(hour))
        wish = MeetingWish(peer.id, starts_at, agreed.minutes, agreed.language, she_asked=True)
        try:
            with stage.tx.begin_nested():
                meeting_id = meetings.arrange(stage.tx, whom.id, wish, key=stage.key(), by=by, now=at)
        except Refused:
            continue
        if agreed.outcome:
            after = starts_at + timedelta(hours=2)
            meetings.note(stage.tx, meeting_id, agreed.outcome, seen=None, by=peer, now=after)
        if agreed.is_off:
            meetings.cancel(stage.tx, meeting_id, by=by, now=stage.now - timedelta(days=1), she_knows=True)
        return
