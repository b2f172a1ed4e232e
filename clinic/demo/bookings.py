"""The invented appointments of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from clinic.demo import notices
from clinic.demo.contacts import LIVELY, SAID, mediator_of
from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.answers import Refused
from clinic.domain.appointments import CrewPart, Topic, Wanted
from clinic.domain.notices import KEPT
from clinic.domain.times import slot_starts
from clinic.models import ClinicSession
from clinic.queries import appointments as queries
from clinic.services import appointments, bookings
from clinic.services.appointments import Wish

Drawn = TypeVar("Drawn")
Booked = tuple[ClinicSession, list[str]]
Whom = int | Sequence[str]

_LANGUAGES = {"eng": 7, "pcm": 6, "bin": 6, "yor": 3, "ibo": 2, "fra": 3, "spa": 2, "ron": 1, "ara": 1, "ish": 1}
_TOPICS = {
    Topic.RIGHTS: 4, Topic.RESIDENCE: 5, Topic.ASYLUM: 5, Topic.COMPLAINT: 4, Topic.FAMILY: 2, Topic.WORK: 1,
    Topic.HOUSING: 2, Topic.HEALTH: 1, Topic.OTHER: 1,
}  # fmt: skip
# How many are booked, or who: on the dates that are moved and called off, some who are written to and some called.
_COMING_LAW_ACCESS: tuple[Whom, ...] = (LIVELY, 12, 5, ("Mimosa", "Basalte", "Brume"), 1)
_COMING_BUS: tuple[Whom, ...] = (4, ("Nacre", "Romarin"), 2)
_WITH_ONE_CALLED_OFF = range(6, 12)
_WANTED = ((), (Wanted(CrewPart.LEGAL),), (), (Wanted(CrewPart.LEGAL), Wanted(CrewPart.MEDIATOR)), ())
_LEAD = timedelta(days=10)  # the longest between a booking and its day


def book_all(stage: Stage, made: Made) -> None:
    """Book what was and what comes: the next Friday is three quarters full, the one after quite full."""
    booked = [_book(stage, session, stage.random.randint(7, 12)) for session in made.law_access.past]
    booked += [_book(stage, session, stage.random.randint(3, 6)) for session in made.bus.past]
    for dates, everybody in ((made.law_access, _COMING_LAW_ACCESS), (made.bus, _COMING_BUS)):
        booked += [_book(stage, *each) for each in zip(dates.coming, everybody, strict=False)]
    notices.settle(stage)
    for session, ids in booked:
        if len(ids) in _WITH_ONE_CALLED_OFF:
            _call_off(stage, session, ids[len(ids) // 2])
    _move_and_restore(stage, made)


def _book(stage: Stage, session: ClinicSession, whom: Whom) -> Booked:
    """Book so many of the session's desks, or for these, in the days before it or before today."""
    slots = slot_starts(session.starts_at, session.ends_at, session.slot_minutes) * session.desks
    aliases = stage.random.sample(list(SAID), whom) if isinstance(whom, int) else whom
    wanted = sorted(stage.random.sample(slots, len(aliases)))
    return session, [_book_one(stage, session, *each) for each in zip(wanted, aliases, strict=True)]


def _book_one(stage: Stage, session: ClinicSession, starts_at: datetime, alias: str) -> str:
    """Most come to whoever is free, some to a lawyer, some also to a mediator, if those are free."""
    wish = Wish(session.id, starts_at, alias, _draw(stage, _LANGUAGES), _draw(stage, _TOPICS))
    wanted = _WANTED[list(SAID).index(alias) % len(_WANTED)]
    if wanted:
        dice = stage.random.getstate()
        try:
            with stage.tx.begin_nested():
                return _at_last(stage, session, replace(wish, wanted=wanted), alias)
        except Refused:
            stage.random.setstate(dice)  # nobody else's day changes because of it
    return _at_last(stage, session, wish, alias)


def _at_last(stage: Stage, session: ClinicSession, wish: Wish, alias: str) -> str:
    before = timedelta(days=stage.random.randint(4, 9), hours=stage.random.randint(6, 12))
    at = min(session.starts_at, stage.now) - before
    # What was said of appointments so long ago is forgotten: it is not even planned.
    book = appointments.book if at < stage.now - KEPT - _LEAD else bookings.book
    return book(stage.tx, wish, key=stage.key(), by=mediator_of(stage, alias), now=at)


def _call_off(stage: Stage, session: ClinicSession, appointment_id: str) -> None:
    """She called to say that she cannot come."""
    by = mediator_of(stage, queries.appointment(stage.tx, appointment_id).beneficiary.alias or "")
    bookings.cancel(stage.tx, appointment_id, by=by, she_knows=True, now=stage.before(session, 1))


def _move_and_restore(stage: Stage, made: Made) -> None:
    """On the next Friday one appointment was called off and takes place after all, and another one is moved."""
    for session in made.law_access.coming[:1]:
        booked = {each.beneficiary.alias: each for each in queries.standing(stage.tx, session.id)}
        restored, moved = booked["Menthe"], booked["Romarin"]
        by = mediator_of(stage, "Menthe")
        bookings.cancel(stage.tx, restored.id, by=by, now=stage.now - timedelta(hours=64))
        notices.settle(stage)
        bookings.restore(stage.tx, restored.id, by=by, now=stage.now - timedelta(hours=16))
        taken = [starts_at for starts_at, _ in queries.taken(stage.tx, session.id, now=stage.now)]
        free = [each for each in queries.opening(session).slots if taken.count(each) < session.desks]
        at = stage.now - timedelta(hours=14)
        bookings.move(stage.tx, moved.id, session.id, free[-1], by=mediator_of(stage, "Romarin"), now=at)


def _draw(stage: Stage, weights: Mapping[Drawn, int]) -> Drawn:
    return stage.random.choices(list(weights), list(weights.values()))[0]
