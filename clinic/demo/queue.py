"""Who came to the last nights of the bus in the demonstration, and how each of them went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.appointments import Topic
from clinic.domain.people import Role, SignedIn
from clinic.domain.queue import VisitState
from clinic.domain.sessions import Status
from clinic.models import ClinicSession, Visit
from clinic.queries import rota as rota_queries
from clinic.services import queue
from clinic.services.queue import Arrival

_NIGHTS = 2
_FIRST, _EVERY, _LASTS = timedelta(minutes=10), timedelta(minutes=25), timedelta(minutes=20)
# Those who came without an appointment: the language, the topic if she said it, whether she was seen.
_WALK_INS = (
    ("pcm", Topic.RIGHTS, True), ("bin", None, True), ("eng", Topic.HEALTH, True), ("yor", Topic.RESIDENCE, True),
    ("fra", None, False), ("pcm", Topic.HOUSING, True), ("spa", Topic.ASYLUM, True),
)  # fmt: skip


def happen_all(stage: Stage, made: Made) -> None:
    """On the last nights they came one after the other; one left before her turn."""
    nights = [each for each in made.bus.past if each.status is Status.PLANNED]
    for session in nights[:_NIGHTS]:
        crew = rota_queries.live_shifts(stage.tx, session.id)
        mediators = [_by(stage, each.person_id) for each in crew if each.role is Role.MEDIATOR]
        lawyers = [each.person_id for each in crew if each.role is Role.LAWYER]
        if mediators and lawyers:
            _night(stage, session, mediators[0], lawyers)


def _night(stage: Stage, session: ClinicSession, mediator: SignedIn, lawyers: Sequence[str]) -> None:
    for number, (language, topic, is_seen) in enumerate(_WALK_INS):
        at = session.starts_at + _FIRST + number * _EVERY
        came = Arrival(None, language, topic)
        visit_id = queue.arrive(stage.tx, session.id, came, key=stage.key(), by=mediator, now=at).visit_id
        if is_seen:
            _step(stage, visit_id, VisitState.SEEN, mediator, at + _FIRST, lawyers[number % len(lawyers)])
            _step(stage, visit_id, VisitState.DONE, mediator, at + _FIRST + _LASTS)
        else:
            _step(stage, visit_id, VisitState.LEFT, mediator, at + _LASTS)


def _step(stage: Stage, visit_id: str, to: VisitState, by: SignedIn, at: datetime, with_id: str | None = None) -> None:
    seen = stage.tx.get_one(Visit, visit_id).version
    queue.step(stage.tx, visit_id, to, seen=seen, with_id=with_id, by=by, now=at)


def _by(stage: Stage, person_id: str) -> SignedIn:
    everybody = (*stage.cast[Role.MEDIATOR], *stage.newcomers.values())
    return next(each for each in everybody if each.id == person_id)
