"""The invented appointments of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.appointments import Topic
from clinic.domain.people import Role, SignedIn
from clinic.domain.times import slot_starts
from clinic.models import ClinicSession
from clinic.queries import rota as rota_queries
from clinic.services import appointments
from clinic.services.appointments import Wish

Drawn = TypeVar("Drawn")

ALIASES = (
    "Iris", "Olive", "Perle", "Lune", "Corail", "Ambre", "Cèdre", "Saule", "Mimosa", "Sésame", "Indigo", "Jade",
    "Rubis", "Nacre", "Tilleul", "Azur", "Brume", "Cannelle", "Érable", "Fougère", "Galet", "Horizon",
    "Lavande", "Orge",
)  # fmt: skip
_LANGUAGES = {"eng": 7, "pcm": 6, "bin": 6, "yor": 3, "ibo": 2, "fra": 3, "spa": 2, "ron": 1, "ara": 1, "ish": 1}
_TOPICS = {
    Topic.RIGHTS: 4, Topic.RESIDENCE: 5, Topic.ASYLUM: 5, Topic.COMPLAINT: 4, Topic.FAMILY: 2, Topic.WORK: 1,
    Topic.HOUSING: 2, Topic.HEALTH: 1, Topic.OTHER: 1,
}  # fmt: skip
_COMING_LAW_ACCESS = (9, 12, 5, 3, 1)
_COMING_BUS = (4, 2, 2)
_WITH_ONE_CALLED_OFF = range(6, 12)


def book_all(stage: Stage, made: Made) -> None:
    """Book what was and what comes: the next Friday is three quarters full, the one after quite full."""
    for session in made.law_access.past:
        _book(stage, session, stage.random.randint(7, 12))
    for session in made.bus.past:
        _book(stage, session, stage.random.randint(3, 6))
    for dates, counts in ((made.law_access, _COMING_LAW_ACCESS), (made.bus, _COMING_BUS)):
        for session, count in zip(dates.coming, counts, strict=False):
            _book(stage, session, count)


def _book(stage: Stage, session: ClinicSession, count: int) -> None:
    """Book so many of the session's desks, then call one of them off, unless all or few are taken."""
    slots = slot_starts(session.starts_at, session.ends_at, session.slot_minutes) * session.desks
    mediators = _mediators_of(stage, session)
    wanted = sorted(stage.random.sample(slots, count))
    booked = []
    for number, (starts_at, alias) in enumerate(zip(wanted, stage.random.sample(ALIASES, count), strict=True)):
        by = mediators[number % len(mediators)]
        wish = Wish(session.id, starts_at, alias, _draw(stage, _LANGUAGES), _draw(stage, _TOPICS))
        at = stage.before(session, stage.random.randint(1, 7))
        booked.append((appointments.book(stage.tx, wish, key=stage.key(), by=by, now=at), by))
    if count in _WITH_ONE_CALLED_OFF:
        appointment_id, by = booked[count // 2]
        appointments.cancel(stage.tx, appointment_id, by=by, now=stage.before(session, 1))


def _mediators_of(stage: Stage, session: ClinicSession) -> Sequence[SignedIn]:
    """The mediators on the crew, those that visitors try first; without any, whoever sits in the office."""
    on_it = {shift.person_id for shift in rota_queries.live_shifts(stage.tx, session.id)}
    mediators = stage.cast[Role.MEDIATOR]
    return [each for each in mediators if each.id in on_it] or mediators[:2]


def _draw(stage: Stage, weights: Mapping[Drawn, int]) -> Drawn:
    return stage.random.choices(list(weights), list(weights.values()))[0]
