"""Who is on each session of the demonstration, and where somebody is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import cycle

from clinic.demo import notices
from clinic.demo.series import Made
from clinic.demo.stage import Dates, Stage
from clinic.domain.people import Role, SignedIn
from clinic.models import ClinicSession
from clinic.queries import rota as rota_queries
from clinic.services import rota

Rota = Mapping[Role, Iterator[SignedIn]]
Crew = Mapping[Role, int]

_LAW_ACCESS: Crew = {Role.LAWYER: 1, Role.LEGAL_ADVISER: 1, Role.MEDIATOR: 2}
_BUS: Crew = {Role.LAWYER: 2, Role.MEDIATOR: 3}
_WORKSHOP: Crew = {Role.MEDIATOR: 1}
_COMING_LAW_ACCESS: tuple[Crew, ...] = (
    _LAW_ACCESS,
    {Role.LEGAL_ADVISER: 1, Role.MEDIATOR: 2},
    {Role.LAWYER: 1, Role.LEGAL_ADVISER: 1, Role.MEDIATOR: 1, Role.PSYCHOLOGIST: 1},
    {Role.LAWYER: 2, Role.LEGAL_ADVISER: 1, Role.MEDIATOR: 2},
    {Role.LAWYER: 1, Role.MEDIATOR: 1},
    {Role.LEGAL_ADVISER: 1},
)
_COMING_BUS: tuple[Crew, ...] = (_BUS, _BUS, {Role.LAWYER: 1, Role.MEDIATOR: 2}, {Role.MEDIATOR: 1})


def fill_all(stage: Stage, made: Made) -> None:
    """Put people on all past sessions and on the coming ones, the nearer the fuller."""
    for role in (Role.LAWYER, Role.MEDIATOR, Role.INTERPRETER):
        for session in made.law_access.coming[:1]:
            _place(stage, session, stage.cast[role][0], role)
    _place_newcomers(stage, made)
    for session in made.law_access.coming[3:4]:
        _place(stage, session, stage.cast[Role.MEDIATOR][0], Role.MEDIATOR)
    # The accounts that visitors try stay free for other shifts: the others take turns.
    turns = {role: cycle(people[1:] or people) for role, people in stage.cast.items()}
    _fill(stage, made.law_access, _LAW_ACCESS, _COMING_LAW_ACCESS, turns)
    _fill(stage, made.bus, _BUS, _COMING_BUS, turns)
    _fill(stage, made.workshops, _WORKSHOP, (_WORKSHOP,), turns)
    _fill(stage, made.podcasts, _WORKSHOP, ({}, _WORKSHOP), turns)
    _fill(stage, made.saturdays, _WORKSHOP, (_WORKSHOP,), turns)
    _complete(stage, made.extra, _LAW_ACCESS, turns)
    notices.settle(stage)
    _give_one_back(stage, made)


def _place_newcomers(stage: Stage, made: Made) -> None:
    """A first time beside somebody who has been before, and one that would be alone."""
    for role, coming in ((Role.MEDIATOR, made.law_access.coming[:1]), (Role.LAWYER, made.law_access.coming[4:5])):
        for session in coming:
            _place(stage, session, stage.newcomers[role], role)


def _fill(stage: Stage, dates: Dates, past: Crew, coming: tuple[Crew, ...], turns: Rota) -> None:
    for session in dates.past:
        _complete(stage, session, past, turns)
    for session, crew in zip(dates.coming, coming, strict=False):
        _complete(stage, session, crew, turns)


def _complete(stage: Stage, session: ClinicSession, crew: Crew, turns: Rota) -> None:
    """Add people until the crew is as said, counting those who are on it already."""
    held = [shift.role for shift in rota_queries.live_shifts(stage.tx, session.id)]
    for role, count in crew.items():
        for _ in range(count - held.count(role)):
            _place(stage, session, next(turns[role]), role)


def _place(stage: Stage, session: ClinicSession, person: SignedIn, role: Role) -> None:
    at = stage.before(session, stage.random.randint(8, 30))
    rota.assign(stage.tx, session.id, person.id, role, by=stage.coordinator, now=at)


def _give_one_back(stage: Stage, made: Made) -> None:
    """A lawyer cannot come to the next bus, and rang up: it looks for another."""
    for session in made.bus.coming[:1]:
        held = rota_queries.live_shifts(stage.tx, session.id)
        lawyers = [shift for shift in held if shift.role is Role.LAWYER]
        at = min(stage.before(session, 4), stage.now - timedelta(hours=14))
        rota.give_back(stage.tx, lawyers[0].id, by=stage.coordinator, now=at)
