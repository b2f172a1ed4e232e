"""Meetings by telephone: both are held, her hours count, whoever may not meet her is no peer, all can be taken back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.attendance import Outcome
from clinic.domain.contacts import Helped, Hours, Suspension
from clinic.domain.meetings import MeetingState
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.step_up import Reason
from clinic.domain.times import to_instant
from clinic.models import AuditEntry, Beneficiary, Meeting, Notice, Occupancy
from clinic.queries import invariants
from clinic.queries import meetings as queries
from clinic.services import contacts, exclusions, meetings, people, safety
from tests import make
from tests.make import FRIDAY, NOW
from tests.services.telephone import BY_CALL, HOUR, LATER, Two, arrange, both, holding, make_two, row, send, wish


def test_S70_a_meeting_holds_her_and_the_peer_and_nobody_is_in_two_places(each_db: Database) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        other = make_two(tx, alias="Olive")

        assert holding(tx, meeting_id) == both(two)
        assert not invariants.breaches(tx, now=NOW)

    for her, peer, code in ((two, other, "alias_busy"), (other, two, "person_busy")):
        agreed = replace(wish(peer), starts_at=FRIDAY + HOUR / 4)
        with pytest.raises(Refused, match=code) as refused, each_db.write() as tx:
            meetings.arrange(tx, her.her, agreed, key=make.key(), by=her.mediator, now=NOW)
        assert refused.value.facts == {}


def test_S70_an_appointment_and_a_meeting_of_hers_exclude_each_other_and_travel_does_not_count(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, two.peer)
        make.make_appointment(tx, session_id, by=two.mediator, alias="Iris", slot=1)

    with pytest.raises(Refused, match="alias_busy"), each_db.write() as tx:
        arrange(tx, two, FRIDAY + HOUR / 2)
    with pytest.raises(Refused, match="person_busy"), each_db.write() as tx:
        arrange(tx, two, FRIDAY + HOUR)
    with each_db.write() as tx:
        arrange(tx, two, FRIDAY + 3 * HOUR)  # right after the session
        assert not invariants.breaches(tx, now=NOW)


@pytest.mark.parametrize("are_hers", [True, False])
def test_S70_of_many_at_once_one_gets_the_time(each_db: Database, *, are_hers: bool) -> None:
    with each_db.write() as tx:
        peers = [make_two(tx, alias=f"Iris {number}") for number in range(6)]
    came: list[str] = []

    def run(two: Two) -> None:
        wanted = replace(peers[0], peer=two.peer) if are_hers else replace(two, peer=peers[0].peer)
        try:
            with each_db.write() as tx:
                arrange(tx, wanted)
            came.append("arranged")
        except Refused as refused:
            came.append(refused.code)

    threads = [threading.Thread(target=run, args=(each,)) for each in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refused = "alias_busy" if are_hers else "person_busy"
    assert sorted(came) == sorted(["arranged", *[refused] * 5])
    with each_db.read() as tx:
        assert not invariants.breaches(tx, now=NOW)


def test_S72_the_same_form_twice_is_one_meeting(db: Database) -> None:
    with db.write() as tx:
        two, key = make_two(tx), make.key()
        ids = {meetings.arrange(tx, two.her, wish(two), key=key, by=two.mediator, now=NOW) for _ in range(2)}

        assert len(ids) == 1
        assert len(tx.scalars(select(Meeting)).all()) == 1


def test_S78_what_a_meeting_does_not_hold_or_holds_for_nothing_is_a_breach(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        row(tx, meeting_id).state = MeetingState.CANCELLED
        tx.flush()
        assert {(each.code, each.object_id) for each in invariants.breaches(tx, now=NOW)} == {
            ("held_for_nothing", meeting_id)
        }
        row(tx, meeting_id).state = MeetingState.BOOKED
        for held in tx.scalars(select(Occupancy).where(Occupancy.holder == meeting_id)):
            tx.delete(held)
        tx.flush()
        assert {(each.code, each.object_id) for each in invariants.breaches(tx, now=NOW)} == {("not_held", meeting_id)}


def test_S14_outside_her_hours_only_if_she_asked_for_this_very_time(db: Database) -> None:
    late = to_instant(FRIDAY.date(), time(20, 30))
    with db.write() as tx:
        two = make_two(tx, replace(BY_CALL, hours=Hours(time(9), time(12))))
        asked = replace(wish(two, late), she_asked=True)

        with pytest.raises(Refused, match="meeting_outside_week") as refused:
            meetings.arrange(tx, two.her, replace(asked, she_asked=False), key=make.key(), by=two.mediator, now=NOW)
        meeting_id = meetings.arrange(tx, two.her, asked, key=make.key(), by=two.mediator, now=NOW)

        assert refused.value.facts == {"opens": time(9), "closes": time(12)}
        assert row(tx, meeting_id).starts_at == late


@pytest.mark.parametrize(
    ("why", "code"), [(Suspension.NOT_SAFE, "meeting_not_safe"), (Suspension.STOP, "meeting_stopped")]
)
def test_S15_nothing_is_agreed_where_she_is_not_safe_or_stopped_whatever_is_ticked(
    db: Database, why: Suspension, code: str
) -> None:
    with db.write() as tx:
        two = make_two(tx)
        contact = contacts.locked(tx, Helped(two.her))
        assert contact
        contacts.suspend(tx, contact, why, now=NOW)
        asked = replace(wish(two), she_asked=True)

        with pytest.raises(Refused, match=code):
            meetings.arrange(tx, two.her, asked, key=make.key(), by=two.mediator, now=NOW)


def test_the_past_and_strangers_are_refused(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        stranger, lawyer = make.make_person(tx, Role.MEDIATOR), make.make_person(tx, Role.LAWYER)
        nobody = Beneficiary(mediator_id=two.mediator.id, created_at=NOW)
        tx.add(nobody)
        tx.flush()

        with pytest.raises(Refused, match="move_into_past"):
            arrange(tx, two, NOW)
        with pytest.raises(NotFound):
            arrange(tx, two, by=stranger)
        with pytest.raises(NotFound):
            arrange(tx, replace(two, peer=lawyer))
        with pytest.raises(NotFound):
            arrange(tx, replace(two, her=nobody.id))


def test_S07_an_excluded_mediator_is_no_peer_in_no_list_and_what_they_agreed_on_needs_another(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        agreed, over = arrange(tx, two), arrange(tx, two, LATER)
        row(tx, over).starts_at, row(tx, over).ends_at = NOW - 2 * HOUR, NOW - HOUR
        send(tx, now=NOW)
    with each_db.write() as tx:
        exclusions.exclude(tx, two.her, two.peer.id, by=two.mediator, now=NOW)
    with each_db.write() as tx:
        view = queries.meeting(tx, agreed, reader=two.mediator, now=NOW)
        told = tx.scalars(select(Notice).where(Notice.about_id == agreed, Notice.state == State.PLANNED)).all()

        assert two.peer.id not in {each.id for each in queries.peers(tx, two.her)}
        assert (view.state, view.lacks_peer) == (MeetingState.WITHOUT_PEER, True)
        assert row(tx, over).state is MeetingState.BOOKED
        assert holding(tx, agreed) == set()
        assert {(each.kind, each.person_id) for each in told} == {
            (Kind.SESSION_CANCELLED, two.peer.id),
            (Kind.ATTENTION, two.mediator.id),
        }
        assert queries.ahead(tx, reader=two.peer, now=NOW) == []
        with pytest.raises(NotFound):
            queries.meeting(tx, agreed, reader=two.peer, now=NOW)
        for refused_to in (two.mediator, two.peer):
            with pytest.raises(NotFound):
                arrange(tx, two, LATER, by=refused_to)
        with pytest.raises(Refused, match="peer_gone"):
            meetings.restore(tx, agreed, by=two.mediator, now=NOW)


def test_another_peer_takes_over_and_she_hears_nothing_of_it(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        before = row(tx, meeting_id).uid
        send(tx, now=NOW)
        exclusions.exclude(tx, two.her, two.peer.id, by=two.mediator, now=NOW)
        other = make.make_person(tx, Role.MEDIATOR)
        meetings.change(tx, meeting_id, wish(two, peer=other), by=two.mediator, now=NOW)
        hers = select(Notice).where(Notice.beneficiary_id == two.her, Notice.state == State.PLANNED)

        assert row(tx, meeting_id).state is MeetingState.BOOKED
        assert row(tx, meeting_id).uid != before
        assert {each.kind for each in tx.scalars(hers)} == {Kind.REMINDER}
        assert holding(tx, meeting_id) == both(replace(two, peer=other))
        assert not invariants.breaches(tx, now=NOW)


def test_moved_called_off_and_restored_it_holds_what_it_should(each_db: Database) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)

        meetings.change(tx, meeting_id, wish(two, LATER, minutes=60), by=two.mediator, now=NOW)
        moved = row(tx, meeting_id)
        assert (moved.starts_at, moved.ends_at, moved.sequence) == (LATER, LATER + HOUR, 1)
        assert not invariants.breaches(tx, now=NOW)
        for _ in range(2):
            meetings.cancel(tx, meeting_id, by=two.peer, now=NOW)
        assert (holding(tx, meeting_id), row(tx, meeting_id).sequence) == (set(), 2)
        with pytest.raises(Refused, match="meeting_cancelled"):
            meetings.change(tx, meeting_id, wish(two), by=two.mediator, now=NOW)
        for _ in range(2):
            meetings.restore(tx, meeting_id, by=two.peer, now=NOW)
        assert (holding(tx, meeting_id), row(tx, meeting_id).sequence) == (both(two), 3)
        assert not invariants.breaches(tx, now=NOW)


def test_a_peer_who_does_not_follow_her_may_call_it_off_but_not_choose_another_time(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)

        with pytest.raises(NotFound):
            meetings.change(tx, meeting_id, wish(two, LATER), by=two.peer, now=NOW)
        with pytest.raises(NotFound):
            meetings.cancel(tx, meeting_id, by=make.make_person(tx, Role.MEDIATOR), now=NOW)
        meetings.cancel(tx, meeting_id, by=two.peer, now=NOW)


def test_what_has_begun_is_noted_and_not_changed(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)

        with pytest.raises(Refused, match="not_begun"):
            meetings.note(tx, meeting_id, Outcome.NO_SHOW, seen=None, by=two.peer, now=NOW)
        with pytest.raises(Refused, match="meeting_begun"):
            meetings.cancel(tx, meeting_id, by=two.mediator, now=FRIDAY)
        with pytest.raises(Refused, match="meeting_begun"):
            meetings.change(tx, meeting_id, wish(two, LATER), by=two.mediator, now=FRIDAY)
        meetings.note(tx, meeting_id, Outcome.NO_SHOW, seen=None, by=two.peer, now=FRIDAY)
        meetings.note(tx, meeting_id, Outcome.NO_SHOW, seen=None, by=two.mediator, now=FRIDAY)
        with pytest.raises(Refused, match="outcome_changed"):
            meetings.note(tx, meeting_id, Outcome.CAME, seen=None, by=two.mediator, now=FRIDAY)
        meetings.note(tx, meeting_id, None, seen=Outcome.NO_SHOW, by=two.mediator, now=FRIDAY)

        assert row(tx, meeting_id).outcome is None


def test_S64_the_number_is_written_down_first_and_not_shown_where_it_is_not_safe(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        with pytest.raises(NotFound):
            meetings.reveal(tx, meeting_id, Reason.CALL_BACK, by=two.peer, now=NOW)
        shown = meetings.reveal(tx, meeting_id, Reason.CALL_BACK, by=two.peer, now=FRIDAY - HOUR)
        looks = tx.scalars(select(AuditEntry).where(AuditEntry.action == "contact.reveal")).all()

        assert shown == "+33612345678"
        assert [(each.actor_id, each.reason) for each in looks] == [(two.peer.id, "call_back")]
        safety.not_safe(tx, two.her, by=two.mediator, now=FRIDAY - HOUR)
        for reader in (two.peer, two.mediator):
            with pytest.raises(NotFound):
                meetings.reveal(tx, meeting_id, Reason.CALL_BACK, by=reader, now=FRIDAY - HOUR)


def test_a_peer_whose_account_ends_is_to_be_replaced(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        people.disable(tx, two.peer.id, by=make.make_person(tx, Role.COORDINATOR), now=NOW)
        tx.expire_all()

        assert queries.meeting(tx, meeting_id, reader=two.mediator, now=NOW).lacks_peer
        with pytest.raises(NotFound):
            meetings.change(tx, meeting_id, wish(two, LATER), by=two.mediator, now=NOW)
