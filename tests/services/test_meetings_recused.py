"""The peer who was to call says that she cannot take a telephone meeting."""

from __future__ import annotations

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.meetings import MeetingState
from clinic.domain.people import Role
from clinic.queries import invariants
from clinic.queries import meetings as queries
from clinic.services import exclusions, meetings
from tests.make import NOW, key, make_person
from tests.services.telephone import LATER, arrange, holding, make_two, row, wish


def test_S07_she_cannot_take_it_so_another_peer_is_to_be_found_and_she_knows_nothing_of_it_any_more(
    each_db: Database,
) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        for _ in range(2):
            exclusions.recuse_from_meeting(tx, meeting_id, by=two.peer, now=NOW)

        assert queries.meeting(tx, meeting_id, reader=two.mediator, now=NOW).lacks_peer
        assert two.peer.id not in {each.id for each in queries.peers(tx, two.her)}
        assert holding(tx, meeting_id) == set()
        with pytest.raises(NotFound):
            queries.meeting(tx, meeting_id, reader=two.peer, now=NOW)
        assert invariants.breaches(tx, now=NOW) == []


def test_taken_back_it_is_hers_again(each_db: Database) -> None:
    with each_db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        held = holding(tx, meeting_id)
        exclusions.recuse_from_meeting(tx, meeting_id, by=two.peer, now=NOW)
        for _ in range(2):
            exclusions.unrecuse_from_meeting(tx, meeting_id, by=two.peer, now=NOW)

        assert row(tx, meeting_id).state is MeetingState.BOOKED
        assert holding(tx, meeting_id) == held
        assert two.peer.id in {each.id for each in queries.peers(tx, two.her)}


def test_what_another_peer_took_over_or_was_called_off_meanwhile_is_not_taken_back(each_db: Database) -> None:
    with each_db.write() as tx:
        two, other = make_two(tx), make_person(tx, Role.MEDIATOR)
        given, off = arrange(tx, two), arrange(tx, two, LATER)
        exclusions.recuse_from_meeting(tx, given, by=two.peer, now=NOW)
        meetings.change(tx, given, wish(two, peer=other), by=two.mediator, now=NOW)
        meetings.cancel(tx, off, by=two.mediator, now=NOW)

        with pytest.raises(NotFound):
            exclusions.unrecuse_from_meeting(tx, given, by=two.peer, now=NOW)
        exclusions.unrecuse_from_meeting(tx, off, by=two.peer, now=NOW)

        assert row(tx, given).peer_id == other.id
        assert row(tx, off).state is MeetingState.CANCELLED


def test_S02_only_its_peer_says_so_and_whoever_follows_her_hands_her_over_first(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        with pytest.raises(NotFound):
            exclusions.recuse_from_meeting(tx, meeting_id, by=two.mediator, now=NOW)
        with pytest.raises(NotFound):
            exclusions.recuse_from_meeting(tx, "0" * 16, by=two.peer, now=NOW)
        later = wish(two, LATER, peer=two.mediator)
        hers = meetings.arrange(tx, two.her, later, key=key(), by=two.mediator, now=NOW)
        with pytest.raises(Refused, match="excluded_follows"):
            exclusions.recuse_from_meeting(tx, hers, by=two.mediator, now=NOW)
