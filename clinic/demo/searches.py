"""Who said when she can, whom the demonstration looks for, and who cannot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from clinic.demo import notices
from clinic.demo.series import Made
from clinic.demo.stage import WEEK, Stage
from clinic.domain.availability import Part, Period
from clinic.domain.people import Role, SignedIn
from clinic.domain.times import local_date
from clinic.models import Ask, ClinicSession
from clinic.queries import rota as rota_queries
from clinic.services import availability, searches

_MONDAY, _WEDNESDAY, _FRIDAY = 0, 2, 4
_MORNING, _EVENING = (_FRIDAY, Part.DAYTIME), (_FRIDAY, Part.EVENING)
_MORNINGS, _EVENINGS = frozenset({_MORNING}), frozenset({_EVENING})
_NOTHING: frozenset[tuple[int, Part]] = frozenset()
_BOTH = frozenset({_MORNING, _EVENING, (_WEDNESDAY, Part.DAYTIME)})
_ALSO_MONDAYS = frozenset({_MORNING, _EVENING, (_MONDAY, Part.DAYTIME)})
# The accounts that visitors try are the first of their role. Of each role three can on Friday mornings: they are asked.
_USUAL = {
    Role.LAWYER: (_BOTH, _MORNINGS, _MORNINGS, _EVENINGS, _EVENINGS, _EVENINGS),
    Role.MEDIATOR: (_BOTH, _BOTH, _ALSO_MONDAYS, _EVENINGS),
    Role.LEGAL_ADVISER: (_MORNINGS,),
    Role.INTERPRETER: (_NOTHING, _ALSO_MONDAYS),
}
_CAN_STAND_IN = (7, 8, 9, 10)
_YESTERDAY = timedelta(hours=8)


def say_all(stage: Stage, made: Made) -> None:
    """Say when people usually can, when they are away, and on which single days they can."""
    for role, times in _USUAL.items():
        for person, usual in zip(stage.cast[role], times, strict=False):
            availability.save_usual(stage.tx, usual, by=person, now=stage.now)
    lawyers, mediators = stage.cast[Role.LAWYER], stage.cast[Role.MEDIATOR]
    extra = local_date(made.extra.starts_at)
    _say(stage, lawyers[:1], Period(stage.friday + 8 * WEEK, stage.friday + 10 * WEEK, can=False))
    _say(stage, lawyers[:1], Period(extra, extra, can=True))
    _say(stage, [lawyers[6], mediators[4]], Period(stage.today, stage.friday + 2 * WEEK, can=False))
    for session in made.law_access.coming[2:3]:
        on = local_date(session.starts_at)
        _say(stage, [lawyers[each] for each in _CAN_STAND_IN], Period(on, on, can=True))


def look_for_all(stage: Stage, made: Made) -> None:
    """Ask lawyers for one Friday and mediators for another, whose lawyer looks for a stand-in; one cannot at all."""
    at = stage.now - _YESTERDAY
    for session in made.law_access.coming[1:2]:
        searches.look_for(stage.tx, session.id, Role.LAWYER, by=stage.coordinator, now=at)
    for session in made.law_access.coming[2:3]:
        searches.look_for(stage.tx, session.id, Role.MEDIATOR, by=stage.coordinator, now=at)
        _look_for_stand_in(stage, session)
    for session in made.law_access.coming[4:5]:
        searches.recuse(stage.tx, session.id, by=stage.cast[Role.LAWYER][0], now=at)
    _find_stand_in(stage, made.extra)
    for session in made.law_access.coming[5:6]:
        _ask_no_more(stage, session)


def _look_for_stand_in(stage: Stage, session: ClinicSession) -> None:
    """The lawyer of this session cannot come after all; the first who was asked said that she cannot either."""
    lawyers = {each.id: each for each in (*stage.cast[Role.LAWYER], stage.newcomers[Role.LAWYER])}
    shifts = rota_queries.live_shifts(stage.tx, session.id)
    shift = next(each for each in shifts if each.role is Role.LAWYER)
    asked_at = stage.now - _YESTERDAY
    holder = lawyers[shift.person_id]
    search_id = searches.look_for_stand_in(stage.tx, shift.id, by=holder, now=asked_at)
    first = stage.tx.scalars(select(Ask).where(Ask.search_id == search_id).order_by(Ask.id)).first()
    if first:
        searches.decline(stage.tx, first.id, by=lawyers[first.person_id], now=asked_at + timedelta(hours=1))


def _find_stand_in(stage: Stage, session: ClinicSession) -> None:
    """A mediator could not come, and somebody takes over: she is told, and the others who were asked."""
    people = {each.id: each for each in stage.cast[Role.MEDIATOR]}
    shifts = rota_queries.live_shifts(stage.tx, session.id)
    held = next(each for each in shifts if each.role is Role.MEDIATOR and each.person_id in people)
    search_id = searches.look_for_stand_in(stage.tx, held.id, by=people[held.person_id], now=stage.now - 2 * _YESTERDAY)
    notices.settle(stage)
    asked = stage.tx.scalars(select(Ask).where(Ask.search_id == search_id).order_by(Ask.person_id)).all()
    others = [
        each for each in asked if each.person_id in people and people[each.person_id] != stage.cast[Role.MEDIATOR][0]
    ]
    for each in others[:1]:
        searches.accept(stage.tx, each.id, by=people[each.person_id], now=stage.now - _YESTERDAY)


def _ask_no_more(stage: Stage, session: ClinicSession) -> None:
    """Those who were asked are told that they are not needed any more."""
    search_id = searches.look_for(
        stage.tx, session.id, Role.LAWYER, by=stage.coordinator, now=stage.now - 2 * _YESTERDAY
    )
    notices.settle(stage)
    searches.take_back(stage.tx, search_id, by=stage.coordinator, now=stage.now - _YESTERDAY)


def _say(stage: Stage, people: Iterable[SignedIn], period: Period) -> None:
    for each in people:
        availability.add_dates(stage.tx, period, key=stage.key(), by=each, now=stage.now)
