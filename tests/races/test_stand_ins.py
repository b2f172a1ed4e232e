"""Twenty people accept to stand in at once: one takes over, and nobody is released before or twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.models import Ask, ClinicSession, Notice, Occupancy, Shift
from clinic.queries import searches as queries
from clinic.services import asks, searches
from tests.make import FRIDAY, NOW, make_person, make_session, make_shift
from tests.races import clients, counts, guards
from tests.races.clients import House
from tests.races.counts import Count, count
from tests.races.crowd import Crowd
from tests.races.evidence import ROOT

ASKED = 20
PAGE = ROOT / "docs" / "evidence" / "race-of-stand-ins.md"
_TEXT = """\
# Race to stand in

A lawyer looks for a stand-in, 20 others are asked and told so, and all 20 accept at the same moment, in 8 processes of
8 threads, straight through the services, on a new session in each round; there is no random seed. One takes it; 19
read that it is filled, and each is told so once. Until then the shift is hers; then it is released, once, and she is
told so once.

*Won*: who is on the crew afterwards instead of her. *Double*: more than one. *Wrong*: rounds in which anything else is
not as said above (the answers, the shift released and how often, who is held for the time, the messages). *Errors*: any
other answer than having it, or being told that it is filled.

{table}

*lock*: SQLite's `BEGIN IMMEDIATE`, PostgreSQL's `FOR UPDATE` on the session; without it, the controls dawdle 20 ms
before they write. *constraint*: one place of a search for one acceptance, `uq_asks_search_id_place`. Each guard alone
is enough; with neither, the very same code lets several stand in for one (it stops at the first round that does).

Run by `make soak` at commit {commit} on {on}: {cores} cores, Python {python}, SQLite {sqlite} (below 3.51.3, so with
the rollback journal and `synchronous=EXTRA`), PostgreSQL 18 of the tests (without `fsync`).
"""


class StandIns:
    """One engine's race: lawyers, and a new session for every round at which one of them looks for a stand-in."""

    def __init__(self, crowd: Crowd, house: House, database: Database) -> None:
        self._crowd, self._house, self._database = crowd, house, database
        self._days = 0
        with database.write() as tx:
            self._who = make_person(tx, Role.LAWYER)
            self._people = [make_person(tx, Role.LAWYER).id for _ in range(ASKED)]

    def run(self, guarded: str, rounds: int, *, until_double: bool = False) -> Count:
        """Run rounds, and count."""
        into = Count(self._database.engine.dialect.name, "stand in", guarded)
        return count(into, self._round, rounds, until_double=until_double)

    def _round(self, into: Count) -> None:
        shift_id, ask_ids = self._look()
        answers = Counter(self._crowd.all_at_once(clients.take_over, self._house, self._people, ask_ids))
        with self._database.read() as tx:
            left = tx.get_one(Shift, shift_id)
            new = tx.scalars(
                select(Shift.id).where(Shift.session_id == left.session_id, Shift.state != ShiftState.RELEASED)
            ).all()
            is_right = (left.state, left.sequence) == (ShiftState.RELEASED, 1)
            is_right = is_right and _states(tx, ask_ids) == {"accepted": 1, "filled": ASKED - 1}
            is_right = is_right and _holders(tx, [shift_id, *new]) == set(new)
            is_right = is_right and _told(tx, Kind.STAND_IN_FOUND, [shift_id]) == [self._who.id]
            filled = _told(tx, Kind.ASK_FILLED, ask_ids)
        is_right = is_right and len(filled) == len(set(filled)) == ASKED - 1
        is_right = is_right and answers["accepted"] == 1
        into.add(
            won=len(new),
            double=max(len(new) - 1, 0),
            is_wrong=not is_right,
            errors=ASKED - answers["accepted"] - answers["ask_filled"],
        )

    def _look(self) -> tuple[str, list[str]]:
        """A new session: her shift, and what all the others were asked and told, in their order."""
        self._days += 1
        with self._database.write() as tx:
            session_id = make_session(tx, starts_at=FRIDAY + timedelta(days=self._days))
            shift_id = make_shift(tx, session_id, self._who)
            search_id = searches.look_for_stand_in(tx, shift_id, by=self._who, now=NOW)
            search, session = queries.search(tx, search_id), tx.get_one(ClinicSession, session_id)
            while asks.ask_few(tx, search, session, now=NOW):
                pass
            tx.execute(update(Notice).where(Notice.kind == Kind.ASK_MADE).values(state=State.SENT))
            made = {each.person_id: each.id for each in search.asks}
        return shift_id, [made[person_id] for person_id in self._people]


def _states(tx: Session, ask_ids: list[str]) -> Counter[str]:
    return Counter(tx.scalars(select(Ask.state).where(Ask.id.in_(ask_ids))))


def _holders(tx: Session, holders: list[str]) -> set[str]:
    return set(tx.scalars(select(Occupancy.holder).where(Occupancy.holder.in_(holders))))


def _told(tx: Session, kind: Kind, about: list[str]) -> list[str]:
    told = select(Notice.person_id).where(Notice.about_id.in_(about), Notice.kind == kind)
    return list(tx.scalars(told.where(Notice.state == State.PLANNED)))


@pytest.fixture(scope="session")
def stood_in() -> Iterator[list[Count]]:
    """What `make soak` found of stand-ins, written down when all of it is there."""
    found: list[Count] = []
    yield found
    if found:
        counts.write(found, to=PAGE, text=_TEXT)


def test_S70_of_20_who_accept_one_stands_in_with_each_guard_alone_and_without_both_more_do(
    crowd: Crowd, house: House, each_db: Database
) -> None:
    _judge(_race(crowd, house, each_db, rounds=2))


@pytest.mark.soak
def test_S70_fifty_rounds_of_20_who_accept_to_stand_in(
    crowd: Crowd, house: House, each_db: Database, stood_in: list[Count]
) -> None:
    found = _race(crowd, house, each_db, rounds=50)

    stood_in += found
    _judge(found)


def _race(crowd: Crowd, house: House, database: Database, *, rounds: int) -> list[Count]:
    """The same rounds with both guards, with each alone, and with neither, until more than one stood in for one."""
    race = StandIns(crowd, house, database)
    both = race.run("lock and constraint", rounds)
    crowd.all_at_once(clients.without_lock, house)
    constraint_alone = race.run("constraint alone", rounds // 2)
    crowd.all_at_once(clients.with_lock, house)
    guards.drop_constraint(database, "stand_in")
    lock_alone = race.run("lock alone", rounds // 2)
    crowd.all_at_once(clients.without_lock, house)
    return [both, lock_alone, constraint_alone, race.run("neither", 10, until_double=True)]


def _judge(found: list[Count]) -> None:
    *guarded, neither = found
    for each in guarded:
        assert (each.fewest, each.most) == (1, 1), each
        assert (each.double, each.wrong, each.errors) == (0, 0, 0), each
    assert neither.double > 0, neither
