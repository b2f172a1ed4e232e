"""The films and guests of the published programme of 2022, then and in the coming weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from clinic.demo import notices
from clinic.demo.series import Made
from clinic.demo.stage import Stage
from clinic.domain.people import Role, SignedIn
from clinic.domain.times import local_date, span
from clinic.domain.workshops import Attendance
from clinic.models import ClinicSession
from clinic.queries import workshops as queries
from clinic.services import programme, workshops
from clinic.services.programme import MoveWish
from clinic.services.workshops import WorkshopDraft

ROOTS = WorkshopDraft(
    "Roots, the Story of Kunta Kinte",
    "Dr. Dominique Somda",
    "Université du Cap (Afrique du Sud)",
    "Les débuts de la traite des esclaves en Afrique",
    "Beginnings of the slave trade in Africa",
    content_note_fr="Le film montre des personnes battues et enlevées.",
    content_note_en="The film shows people beaten and kidnapped.",
    language="eng",
)
TWELVE_YEARS = WorkshopDraft(
    "Twelve Years a Slave",
    "Dr. Elodie Apard",
    "Institut de recherche pour le développement",
    "Le système esclavagiste en Amérique du Nord au milieu du XIXe siècle",
    "Slavery system in Northern America in the middle of the 19th century",
    content_note_fr="Le film montre des coups et un viol.",
    content_note_en="The film shows beatings and a rape.",
    language="eng",
)
SANKOFA = WorkshopDraft(
    "Sankofa",
    "Dr. Precious Diagboya",
    "Université d’Ibadan (Nigeria)",
    "L’esclavage dans les plantations des Caraïbes au XIXe siècle",
    "Slavery on Caribbean farms in the 19th century",
    content_note_fr="Le film montre des coups et des violences faites aux femmes.",
    content_note_en="The film shows beatings and violence against women.",
    language="eng",
)
HARRIET = WorkshopDraft(
    "Harriet",
    "Cynthia Olufade",
    "Université d’Alberta (Canada)",
    "Le mouvement abolitionniste aux États-Unis avant la guerre de Sécession",
    "The abolitionist movement in the USA before the Civil War",
    content_note_fr="Le film montre quelques scènes de violence.",
    content_note_en="The film shows some scenes of violence.",
    language="eng",
)
SELMA = WorkshopDraft(
    "Selma",
    None,
    None,
    "Le mouvement des droits civiques des Noirs aux États-Unis",
    "The black civil rights movement in the USA",
    content_note_fr="Le film montre des violences de la police.",
    content_note_en="The film shows violence by the police.",
    language="eng",
)
# When the rule had each of 2022, when it took place, and its film.
PUBLISHED = (
    (date(2022, 3, 8), date(2022, 3, 18), ROOTS),
    (date(2022, 4, 12), date(2022, 4, 15), TWELVE_YEARS),
    (date(2022, 5, 10), date(2022, 5, 24), SANKOFA),
    (date(2022, 9, 13), date(2022, 9, 13), HARRIET),
    (date(2022, 10, 11), date(2022, 10, 11), SELMA),
)
FEW_SEATS = 4
_CAME_OR_NOT = (Attendance.CAME, Attendance.CAME, Attendance.EXCUSED, Attendance.CAME, Attendance.ABSENT)
_BACK, _AHEAD = (TWELVE_YEARS, ROOTS), (replace(SANKOFA, capacity=FEW_SEATS), SELMA, HARRIET, ROOTS, TWELVE_YEARS)


def describe_all(stage: Stage, made: Made) -> None:
    """Say what each workshop shows, move those of 2022 to where they took place, and the second to come."""
    of_2022 = {session.planned_on: session for session in made.of_2022.past}
    for planned_on, took_place_on, film in PUBLISHED:
        session = of_2022[planned_on]
        _describe(stage, session, film, 60)
        if took_place_on != planned_on:
            _move(stage, session, took_place_on)
    for session, film in [
        *zip(made.workshops.past, _BACK, strict=False),
        *zip(made.workshops.coming, _AHEAD, strict=False),
    ]:
        _describe(stage, session, film, 40)
    for session in made.workshops.coming[1:2]:
        _move(stage, session, local_date(session.starts_at) + timedelta(days=2))


def register_all(stage: Stage, made: Made) -> None:
    """Fill the next workshop and its list, in which the account that visitors try is second; note who came before."""
    visitor, *others = stage.cast[Role.MEMBER]
    for session in made.workshops.coming[:1]:
        _register(stage, session, [*others[:2], *others[3:5], others[2], *others[5:], visitor])
        _give_seat_back(stage, session, others[0])
    for session in made.workshops.coming[1:2]:
        _register(stage, session, [*others[:2], others[-1]])
    for session in made.workshops.past[: len(_BACK)]:
        _register(stage, session, others)
        _note_who_came(stage, session)


def _register(stage: Stage, session: ClinicSession, members: Sequence[SignedIn]) -> None:
    """Register members one after the other, an hour apart."""
    first = stage.before(session, 12) - timedelta(hours=len(members))
    for number, member in enumerate(members):
        workshops.register(stage.tx, session.id, by=member, now=first + timedelta(hours=number))


def _give_seat_back(stage: Stage, session: ClinicSession, member: SignedIn) -> None:
    """One who was told that she has a place cannot come: the first who waits has it now, and is told."""
    notices.settle(stage)
    at = min(stage.before(session, 2), stage.now - timedelta(hours=14))
    workshops.withdraw(stage.tx, session.id, by=member, now=at)


def _note_who_came(stage: Stage, session: ClinicSession) -> None:
    for row, attendance in zip(queries.participants(stage.tx, session.id), _CAME_OR_NOT, strict=False):
        workshops.mark(stage.tx, row.id, attendance, by=stage.coordinator, now=session.ends_at)


def _describe(stage: Stage, session: ClinicSession, film: WorkshopDraft, days: int) -> None:
    at = stage.before(session, days)
    workshops.describe(stage.tx, session.id, film, by=stage.coordinator, now=at)


def _move(stage: Stage, session: ClinicSession, to: date) -> None:
    starts_at, ends_at = span(to, time(18, 30), time(21, 0))
    wish = MoveWish(starts_at, ends_at, session.place_id)
    at = stage.before(session, 30)
    programme.move(stage.tx, session.id, wish, leaving=frozenset(), by=stage.coordinator, now=at)
