"""What happened at the desks of the demonstration: who came, what should follow, what is kept, opened, kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

from clinic.demo.contacts import mediator_of
from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.appointments import Topic
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.people import Role
from clinic.domain.sessions import Status
from clinic.models import ClinicSession
from clinic.queries import appointments as queries
from clinic.queries import beneficiaries
from clinic.services import appointments, attendance, disclosures, exclusions
from clinic.services.appointments import Wish

_CAME, _EXCUSED, _NO_SHOW = Outcome.CAME, Outcome.EXCUSED, Outcome.NO_SHOW
_OUTCOMES = (_CAME, _CAME, _CAME, _EXCUSED, _CAME, _CAME, _NO_SHOW, _CAME, None)
_FOLLOW_UPS = (FollowUp.AGAIN, None, FollowUp.LAWYER, None, None, FollowUp.ACCOMPANIMENT, FollowUp.PSYCHOLOGIST, None)
_APART = (("Brume", Role.LAWYER, 4), ("Nacre", Role.INTERPRETER, 4), ("Sésame", Role.LAWYER, 6))


def keep_apart(stage: Stage) -> None:
    """Some never want to meet somebody again; one lawyer cannot take somebody."""
    for alias, role, number in _APART:
        whom, whom_not = _whom(stage, alias), stage.cast[role][number - 1]
        exclusions.exclude(stage.tx, whom, whom_not.id, by=mediator_of(stage, alias), now=stage.now)


def happen_all(stage: Stage, made: Made) -> None:
    """Note who came to what is over; the latest of each service is not noted whole yet."""
    outcomes, follow_ups = cycle(_OUTCOMES), cycle(_FOLLOW_UPS)
    for dates in (made.law_access, made.bus):
        for session in [each for each in dates.past if each.status is Status.PLANNED]:
            _happen(stage, session, outcomes, follow_ups)


def happen_now(stage: Stage, made: Made, *, at: datetime) -> None:
    """What is only so for a while: a time kept while somebody is asked, an appointment opened to the lawyer."""
    for session in made.law_access.coming[2:3]:
        _hold(stage, session, at)
    for session in made.law_access.coming[:1]:
        booked = queries.standing(stage.tx, session.id)
        lawyer = stage.cast[Role.LAWYER][0]
        for each in [one for one in booked if one.beneficiary.alias == "Menthe"]:
            by = mediator_of(stage, "Menthe")
            disclosures.disclose(stage.tx, each.id, lawyer.id, 10, key=stage.key(), by=by, now=at)


def _happen(
    stage: Stage, session: ClinicSession, outcomes: Iterator[Outcome | None], follow_ups: Iterator[FollowUp | None]
) -> None:
    at = session.ends_at + timedelta(hours=1)
    for each in queries.standing(stage.tx, session.id):
        outcome, wanted = next(outcomes), next(follow_ups)
        if outcome:
            attendance.note(stage.tx, each.id, outcome, seen=None, by=stage.coordinator, now=at)
        if outcome is Outcome.CAME and wanted:
            attendance.follow_up(stage.tx, each.id, wanted, seen=None, by=stage.coordinator, now=at)


def _hold(stage: Stage, session: ClinicSession, at: datetime) -> None:
    """The mediator that visitors try has somebody on the telephone just now."""
    mediator = stage.cast[Role.MEDIATOR][0]
    taken = [starts_at for starts_at, _ in queries.taken(stage.tx, session.id, now=at)]
    free = [each for each in queries.opening(session).slots if taken.count(each) < session.desks]
    if free:
        wish = Wish(session.id, free[0], None, "pcm", Topic.RIGHTS)
        appointments.hold(stage.tx, wish, key=stage.key(), by=mediator, now=at)


def _whom(stage: Stage, alias: str) -> str:
    whom = beneficiaries.called(stage.tx, beneficiaries.alias_digest(alias), mediator_of(stage, alias).id)
    if whom is None:
        raise LookupError(alias)
    return whom.id
