"""What the two of a telephone meeting are told: as she chose, else somebody calls her; never twice, never in vain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.contacts import Hours
from clinic.domain.meetings import Knows
from clinic.domain.notices import Kind, State
from clinic.domain.times import local_date, to_instant
from clinic.models import Notice
from clinic.notices import words
from clinic.queries import contacts as contact_queries
from clinic.queries import meetings as queries
from clinic.queries import outbox as outbox_queries
from clinic.queries.outbox import Letter
from clinic.services import beneficiaries, meetings, notices, outbox, safety
from clinic.services.valves import Round
from tests import make
from tests.make import FRIDAY, NOW
from tests.services.telephone import (
    BY_CALL,
    BY_SMS,
    HOUR,
    LATER,
    Two,
    arrange,
    make_two,
    reminders,
    send,
    to_say,
    wish,
)

MONDAY = NOW + timedelta(days=1)  # 10:00 in Paris: she may be written to
SOON, DAY = MONDAY + timedelta(minutes=20), timedelta(days=1)


def _knows(tx: Session, meeting_id: str, two: Two, now: datetime = SOON) -> Knows:
    return queries.meeting(tx, meeting_id, reader=two.mediator, now=now).knows


def test_S14_she_is_told_and_reminded_as_she_chose_and_so_is_the_peer(each_db: Database) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)

        assert to_say(tx, two) == to_say(tx, two, two.peer.id) == [(Kind.BOOKED, FRIDAY)]
        assert reminders(tx, meeting_id) == {(None, FRIDAY), (two.peer.id, FRIDAY)}
        assert _knows(tx, meeting_id, two) is Knows.WRITTEN
        send(tx, now=SOON)
        assert _knows(tx, meeting_id, two) is Knows.KNOWS


def test_S14_where_nothing_can_be_written_in_time_somebody_calls_and_says_so(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx, BY_CALL)
        meeting_id = arrange(tx, two, now=MONDAY)
        mine = queries.ahead(tx, reader=two.mediator, now=MONDAY)

        assert to_say(tx, two) == []
        assert _knows(tx, meeting_id, two) is Knows.CALL
        assert [each.id for each in mine] == [meeting_id]
        meetings.she_knows(tx, meeting_id, by=two.peer, now=MONDAY)
        meetings.she_knows(tx, meeting_id, by=two.peer, now=MONDAY)
        assert _knows(tx, meeting_id, two) is Knows.KNOWS
        assert queries.ahead(tx, reader=two.mediator, now=MONDAY) == []
        meetings.she_knows_not(tx, meeting_id, by=two.peer, now=MONDAY)
        assert _knows(tx, meeting_id, two) is Knows.CALL


def test_taken_back_or_moved_back_in_time_nothing_is_said(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)
        meetings.cancel(tx, meeting_id, by=two.mediator, now=MONDAY)

        assert to_say(tx, two) == to_say(tx, two, two.peer.id) == []
        assert reminders(tx, meeting_id) == set()
        assert _knows(tx, meeting_id, two) is Knows.KNOWS
        meetings.restore(tx, meeting_id, by=two.mediator, now=MONDAY)
        assert to_say(tx, two) == [(Kind.BOOKED, FRIDAY)]
        send(tx, now=SOON)
        for at in (LATER, FRIDAY):
            meetings.change(tx, meeting_id, wish(two, at), by=two.mediator, now=SOON)
        assert to_say(tx, two) == to_say(tx, two, two.peer.id) == []
        assert reminders(tx, meeting_id) == {(None, FRIDAY), (two.peer.id, FRIDAY)}


def test_what_changed_is_said_once_and_of_several_moves_the_last(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)
        send(tx, now=SOON)
        for at in (LATER, LATER + HOUR):
            meetings.change(tx, meeting_id, wish(two, at), by=two.mediator, now=SOON)
        moved = tx.scalars(
            select(Notice).where(Notice.beneficiary_id == two.her, Notice.kind == Kind.SESSION_MOVED)
        ).all()

        assert to_say(tx, two) == to_say(tx, two, two.peer.id) == [(Kind.SESSION_MOVED, LATER + HOUR)]
        assert {each.was_starts_at for each in moved} == {FRIDAY}
        meetings.cancel(tx, meeting_id, by=two.mediator, now=SOON)
        assert to_say(tx, two) == []  # she thinks of another time: no message calls that one off
        assert _knows(tx, meeting_id, two) is Knows.CALL
        assert to_say(tx, two, two.peer.id) == []


def test_what_she_knows_from_a_talk_is_not_written_and_the_peer_is_told_all_the_same(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)
        send(tx, now=SOON)
        meetings.cancel(tx, meeting_id, by=two.mediator, now=SOON, she_knows=True)

        assert to_say(tx, two) == []
        assert to_say(tx, two, two.peer.id) == [(Kind.SESSION_CANCELLED, FRIDAY)]
        assert _knows(tx, meeting_id, two) is Knows.KNOWS


def test_a_peer_is_not_written_to_about_what_she_did_herself(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        other = replace(two, peer=two.mediator)
        make.give_address(tx, two.mediator.id)
        meeting_id = arrange(tx, other, now=MONDAY)
        meetings.change(tx, meeting_id, wish(two), by=two.mediator, now=MONDAY)

        assert to_say(tx, two, two.mediator.id) == []
        assert to_say(tx, two, two.peer.id) == [(Kind.BOOKED, FRIDAY)]


@pytest.mark.parametrize("state", [State.UNCONFIRMED, State.FAILED, State.EXPIRED])
def test_S75_what_perhaps_arrived_is_not_written_again_and_somebody_calls(db: Database, state: State) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)
        send(tx, now=SOON, state=state)
        before = _knows(tx, meeting_id, two)
        meetings.change(tx, meeting_id, wish(two, minutes=45), by=two.mediator, now=SOON)

        assert before is Knows.CALL
        assert to_say(tx, two) == ([] if state is State.UNCONFIRMED else [(Kind.BOOKED, FRIDAY)])


def test_S15_when_it_is_not_safe_any_more_all_that_waits_for_her_is_taken_back(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)
        safety.not_safe(tx, two.her, by=two.mediator, now=MONDAY)
        view = queries.meeting(tx, meeting_id, reader=two.peer, now=FRIDAY)

        assert to_say(tx, two) == []
        assert reminders(tx, meeting_id) == {(two.peer.id, FRIDAY)}
        assert (view.suspended, view.shows_number) == ("not_safe", False)


def test_another_choice_moves_her_reminders_and_leaves_the_peers(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, now=MONDAY)
        version = _version(tx, two)
        early = replace(BY_SMS, hours=Hours(time(8), time(9)))
        beneficiaries.choose(tx, two.her, early, seen=version, key=make.key(), by=two.mediator, now=MONDAY)
        waiting = select(Notice).where(Notice.about_id == meeting_id, Notice.kind == Kind.REMINDER)
        due = {each.person_id: each.due_at for each in tx.scalars(waiting.where(Notice.state == State.PLANNED))}

        assert due[None] == to_instant(local_date(FRIDAY), time(8))
        assert two.peer.id in due


def _version(tx: Session, two: Two) -> str:
    return contact_queries.helped(tx, two.her, reader=two.mediator, now=MONDAY).version


def test_what_she_heard_is_kept_as_long_as_it_matters(db: Database) -> None:
    far = FRIDAY + 56 * DAY
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two, far, now=MONDAY)
        send(tx, now=SOON)
        notices.clear(tx, now=SOON + 50 * DAY)
        assert _knows(tx, meeting_id, two, now=SOON + 50 * DAY) is Knows.KNOWS
        notices.clear(tx, now=far + 40 * DAY)
        assert not tx.scalars(select(Notice).where(Notice.state == State.SENT)).all()


def _letters(tx: Session, two: Two, act: Callable[[], object], now: datetime) -> dict[str | None, str]:
    """The very texts that leave about an act, by reader."""
    act()
    waiting = tx.scalars(select(Notice).where(Notice.state == State.PLANNED, Notice.kind != Kind.ATTENTION)).all()
    found = {}
    for each in waiting:
        asked = outbox_queries.ask(tx, each, now=each.due_at)
        if isinstance(asked, Letter):
            found[each.person_id] = words.text(asked.facts)
    send(tx, now=now)
    return found


def test_S11_S16_no_message_says_more_than_a_neutral_word_a_day_and_an_hour(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx, replace(BY_SMS, language="en", names_place=True))
        ids: list[str] = []
        said = [
            _letters(tx, two, lambda: ids.append(arrange(tx, two, now=MONDAY)), SOON),
            _letters(tx, two, lambda: meetings.change(tx, ids[0], wish(two, LATER), by=two.mediator, now=SOON), SOON),
            _letters(tx, two, lambda: meetings.cancel(tx, ids[0], by=two.mediator, now=SOON), SOON),
            _letters(tx, two, lambda: meetings.restore(tx, ids[0], by=two.mediator, now=SOON), SOON),
        ]

    hers = [each[None] for each in said[1:3]]
    assert hers == [
        "Change: the appointment on Friday 27 November is moved to 11:30.",
        "Cancelled: appointment on Friday 27 November at 11:30.",
    ]
    peers = [each.get(two.peer.id, "") for each in said]
    assert all("vendredi 27 novembre" in each for each in peers[:3])
    everything = " ".join([*hers, *peers])
    for secret in ("Iris", two.peer.name, two.mediator.name, "place", "phone", "tél", "eng", "anglais", "English"):
        assert secret not in everything


def test_S14_a_change_that_could_not_be_said_is_for_her_mediator_to_see_to(each_db: Database) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        make.give_address(tx, two.mediator.id, "suit@exemple.org")
        meeting_id = arrange(tx, two, now=MONDAY)
        send(tx, now=SOON)
        meetings.cancel(tx, meeting_id, by=two.mediator, now=SOON)
    with each_db.write() as tx:
        done = Counter(outbox.expire_change(tx, now=FRIDAY - HOUR) for _ in range(3))
    with each_db.write() as tx:
        asked = select(Notice).where(Notice.about_id == meeting_id, Notice.kind == Kind.ATTENTION)
        (attention,) = tx.scalars(asked).all()

        assert done[State.EXPIRED] == 2
        assert attention.person_id == two.mediator.id
        assert isinstance(outbox_queries.ask(tx, attention, now=FRIDAY - HOUR), Letter)
        assert _knows(tx, meeting_id, two, now=FRIDAY - HOUR) is Knows.CALL


def test_S75_a_worker_sends_what_stands_and_nothing_that_was_taken_back(each_db: Database) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        arrange(tx, two, now=MONDAY)
        other = make_two(tx, replace(BY_SMS, number="+33612345679"), alias="Olive")
        taken_back = arrange(tx, other, LATER, now=MONDAY)
    with each_db.write() as tx:
        claimed = [outbox.claim(tx, now=SOON) for _ in range(4)]
    with each_db.write() as tx:
        meetings.cancel(tx, taken_back, by=other.mediator, now=MONDAY)
    sent = []
    for each in filter(None, claimed):
        with each_db.write() as tx:
            begun = outbox.begin(tx, each, Round({}), now=SOON)
            sent += [begun.address] if isinstance(begun, Letter) else []

    assert Counter(sent) == Counter(["+33612345678", f"{two.peer.id}@exemple.org"])
