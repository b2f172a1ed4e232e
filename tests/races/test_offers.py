"""Sixty-four interpreters accept one need at once: one has it, and without its guards more than one does."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from clinic.db import Database
from clinic.domain.interpreting import OfferState
from clinic.domain.notices import Kind, State
from clinic.models import Notice, Occupancy, Offer
from clinic.services import interpreting
from tests.make import FRIDAY, NOW, make_interpreter, make_need, make_person, make_session
from tests.races import clients, guards
from tests.races.clients import House
from tests.races.counts import Count, count
from tests.races.crowd import CLIENTS, Crowd

FEW = 8  # in the control: without guards each of them tells all the others


class Acceptances:
    """One engine's race: interpreters, and a new need for every round."""

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._days = 0
        with database.write() as tx:
            self._mediator = make_person(tx)
            self._people = [make_interpreter(tx).id for _ in range(CLIENTS)]

    def run(self, guarded: str, rounds: int, *, asked: int = CLIENTS, until_double: bool = False) -> Count:
        """Run rounds in which so many are asked, and count."""
        self._people = self._people[:asked]
        into = Count(self._database.engine.dialect.name, "accept", guarded)
        return count(into, self._round, rounds, until_double=until_double)

    def _round(self, into: Count) -> None:
        offer_ids = self._ask_all()
        answers = Counter(self._crowd.all_at_once(clients.accept, self._house, self._people, offer_ids))
        with self._database.read() as tx:
            these = Offer.id.in_(offer_ids)
            states = Counter(tx.scalars(select(Offer.state).where(these)))
            holders = set(tx.scalars(select(Occupancy.holder).where(Occupancy.holder.in_(offer_ids))))
            accepted = set(tx.scalars(select(Offer.id).where(these, Offer.state == OfferState.ACCEPTED)))
            told = Notice.about_id.in_(offer_ids) & (Notice.kind == Kind.OFFER_FILLED) & (Notice.state == State.PLANNED)
            told_people = tx.scalars(select(Notice.person_id).where(told)).all()
        is_right = states == {"accepted": 1, "filled": len(offer_ids) - 1} and holders == accepted
        is_right = is_right and len(told_people) == len(set(told_people)) == len(offer_ids) - 1
        into.add(
            won=answers["accepted"],
            double=max(answers["accepted"] - 1, 0),
            is_wrong=not is_right,
            errors=len(offer_ids) - answers["accepted"] - answers["offer_filled"],
        )

    def _ask_all(self) -> list[str]:
        """A new need for which all are asked and were told so; their offers, in their order."""
        self._days += 1
        starts_at = FRIDAY + timedelta(days=self._days)
        with self._database.write() as tx:
            need_id = make_need(tx, make_session(tx, starts_at=starts_at), by=self._mediator)
            answer_by = starts_at - timedelta(days=1)
            interpreting.ask(tx, need_id, self._people, answer_by=answer_by, by=self._mediator, now=NOW)
            tx.execute(update(Notice).where(Notice.kind == Kind.OFFER_ASKED).values(state=State.SENT))
            offers = {each.person_id: each.id for each in tx.scalars(select(Offer).where(Offer.need_id == need_id))}
        return [offers[person_id] for person_id in self._people]


def test_S70_of_64_who_accept_one_has_it_also_without_the_constraint_and_without_all_guards_more_do(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    _judge(*_race(crowd, house, each_db, rounds=2))


@pytest.mark.soak
def test_S70_twenty_rounds_of_64_who_accept(
    crowd: Crowd, house: House, each_db: Database, counted: list[Count]
) -> None:
    found = _race(crowd, house, each_db, rounds=20)

    counted += found
    _judge(*found)


def _race(crowd: Crowd, house: House, database: Database, *, rounds: int) -> list[Count]:
    """The same rounds with all guards, without the constraint, and with none, until two were told that they have it."""
    race = Acceptances(crowd, house, database)
    all_three = race.run("lock, constraint, hold", rounds)
    guards.drop_constraint(database, "acceptance")
    lock_alone = race.run("lock, hold", rounds // 2)
    crowd.all_at_once(clients.without_lock, house)
    crowd.all_at_once(clients.without_hold, house)
    return [all_three, lock_alone, race.run("none", 10, asked=FEW, until_double=True)]


def _judge(all_three: Count, lock_alone: Count, none: Count) -> None:
    for guarded in (all_three, lock_alone):
        assert (guarded.fewest, guarded.most) == (1, 1), guarded
        assert (guarded.double, guarded.wrong, guarded.errors) == (0, 0, 0), guarded
    assert none.double > 0, none
