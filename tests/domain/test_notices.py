"""What is said to whom, and what takes back what."""

from __future__ import annotations

from clinic.domain import notices
from clinic.domain.notices import Kind
from clinic.domain.people import Role


def test_a_member_with_another_role_works_here() -> None:
    assert not notices.works_here(frozenset({Role.MEMBER}))
    assert not notices.works_here(frozenset())
    assert notices.works_here(frozenset({Role.MEMBER, Role.MEDIATOR}))


def test_opposites_answer_each_other() -> None:
    assert all(kind in notices.OPPOSITES[other] for kind, others in notices.OPPOSITES.items() for other in others)


def test_who_is_helped_is_told_of_her_appointment_alone() -> None:
    assert {
        Kind.BOOKED,
        Kind.REMINDER,
        Kind.SESSION_MOVED,
        Kind.SESSION_CANCELLED,
        Kind.SESSION_RESTORED,
    } == notices.FOR_HELPED


def test_the_work_of_the_team_is_told_to_no_member() -> None:
    of_the_team = {
        Kind.SHIFT_TAKEN,
        Kind.OFFER_ASKED,
        Kind.ASK_MADE,
        Kind.DECISION_DUE,
        Kind.CALLS_WAITING,
        Kind.DIGEST,
        Kind.ATTENTION,
    }

    assert not of_the_team & notices.FOR_MEMBERS
