"""Making, ending and noting calendar links."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.calendars import LINKS_AT_MOST, Detail, digest_of
from clinic.domain.people import SignedIn
from clinic.models import AuditEntry, FeedLink, Person
from clinic.queries import calendars as queries
from clinic.services import calendars
from clinic.services.calendars import LinkDraft
from tests import make

DRAFT = LinkDraft("phone", Detail.DISCREET, "fr")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def owner(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx)


def test_a_token_has_256_bits_and_only_its_digest_is_kept(each_db: Database, owner: SignedIn) -> None:
    token = calendars.draw_token()

    link_id = make_link(each_db, owner, token)

    with each_db.read() as tx:
        link = tx.get_one(FeedLink, link_id)
        kept = [str(value) for value in vars(link).values()]
        assert (link.person_id, link.name, link.detail, link.language) == (owner.id, "phone", Detail.DISCREET, "fr")
    assert len(token) == 43
    assert digest_of(token) in kept
    assert not [value for value in kept if token in value]


def test_a_form_sent_twice_makes_one_link_that_the_last_token_opens(each_db: Database, owner: SignedIn) -> None:
    key = make.key()

    first, second = make_link(each_db, owner, "a", key), make_link(each_db, owner, "b", key)

    assert first == second
    assert (opens(each_db, "a"), opens(each_db, "b")) == (False, True)


def test_a_form_sent_again_leaves_a_link_in_use_as_it_is(each_db: Database, owner: SignedIn) -> None:
    key = make.key()
    link_id = make_link(each_db, owner, "a", key)
    with each_db.write() as tx:
        calendars.note_fetch(tx, link_id, now=make.NOW)

    make_link(each_db, owner, "b", key)

    assert (opens(each_db, "a"), opens(each_db, "b")) == (True, False)


def test_a_sixth_link_is_refused_until_one_is_ended(each_db: Database, owner: SignedIn) -> None:
    made = [make_link(each_db, owner, f"{number}") for number in range(LINKS_AT_MOST)]

    with pytest.raises(Refused, match="links_at_most"):
        make_link(each_db, owner, "sixth")
    with each_db.write() as tx:
        calendars.end_link(tx, made[0], by=owner, now=make.NOW)

    assert make_link(each_db, owner, "sixth")


def test_a_disabled_account_gets_no_link(each_db: Database, owner: SignedIn) -> None:
    with each_db.write() as tx:
        tx.get_one(Person, owner.id).disabled_at = make.NOW

    with pytest.raises(NotFound):
        make_link(each_db, owner, "a")


def test_an_ended_link_opens_nothing_and_ending_it_again_changes_nothing(each_db: Database, owner: SignedIn) -> None:
    link_id = make_link(each_db, owner, "a")

    for minutes in (1, 2):
        with each_db.write() as tx:
            calendars.end_link(tx, link_id, by=owner, now=make.NOW + minutes * MINUTE)

    assert not opens(each_db, "a")
    with each_db.read() as tx:
        assert tx.get_one(FeedLink, link_id).revoked_at == make.NOW + MINUTE
        actions = tx.scalars(select(AuditEntry.action).where(AuditEntry.object_id == link_id)).all()
        assert sorted(actions) == ["link.end", "link.make"]


def test_S02_the_link_of_somebody_else_is_not_there(each_db: Database, owner: SignedIn) -> None:
    link_id = make_link(each_db, owner, "a")
    with each_db.write() as tx:
        other = make.make_person(tx)

    for wrong in (link_id, "0" * 16):
        with pytest.raises(NotFound), each_db.write() as tx:
            calendars.end_link(tx, wrong, by=other, now=make.NOW)

    assert opens(each_db, "a")


def test_a_fetch_is_noted_at_most_once_an_hour(each_db: Database, owner: SignedIn) -> None:
    link_id = make_link(each_db, owner, "a")

    noted = []
    for minutes in (0, 59, 60, 90):
        with each_db.write() as tx:
            calendars.note_fetch(tx, link_id, now=make.NOW + minutes * MINUTE)
        with each_db.read() as tx:
            noted.append(tx.get_one(FeedLink, link_id).last_fetched_at)

    assert noted == [make.NOW, make.NOW, make.NOW + 60 * MINUTE, make.NOW + 60 * MINUTE]


def make_link(db: Database, owner: SignedIn, token: str, key: str | None = None) -> str:
    with db.write() as tx:
        return calendars.make_link(tx, owner.id, DRAFT, digest_of(token), key=key or make.key(), by=owner, now=make.NOW)


def opens(db: Database, token: str) -> bool:
    with db.read() as tx:
        return queries.link_by_digest(tx, digest_of(token)) is not None
