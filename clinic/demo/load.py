"""Loading the demonstration into an empty database, or anew into an old one; never over anything else."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import Enum, auto
from random import Random

from sqlalchemy import delete, func, inspect, literal, select, table
from sqlalchemy.orm import Session

from clinic import migrate
from clinic.db import Database
from clinic.demo import (
    bookings,
    changes,
    contacts,
    crews,
    desk,
    interpreting,
    meetings,
    notices,
    people,
    places,
    queue,
    searches,
    series,
    workshops,
)
from clinic.demo.stage import Stage
from clinic.domain.times import local_date, to_instant
from clinic.models import AuditEntry, Base, Demonstration, KeyProof
from clinic.services.passwords import hash_password

_OF_ANY_HOUSE = {"alembic_version", KeyProof.__tablename__}  # filled by every migration


class NotADemo(Exception):
    """The database holds something else: it is left as it is."""


class Outcome(Enum):
    """What became of the demonstration: loaded, already of today, or changed by someone and left as it is."""

    LOADED = auto()
    OF_TODAY = auto()
    TOUCHED = auto()


def prepare(database: Database, *, now: datetime, fresh: bool = False) -> Outcome:
    """Load the demonstration around today where there is none, or an untouched one of another day.

    `fresh` loads it anew even if someone changed it. Raises `NotADemo`.
    """
    if _holds_something_else(database):
        raise NotADemo
    migrate.upgrade(database)
    password_hash = hash_password(people.PASSWORD)
    with database.write() as tx:
        outcome = Outcome.LOADED if fresh else _judge(tx, local_date(now))
        if outcome is Outcome.LOADED:
            _wipe(tx)
            _lay(tx, password_hash, now)
    return outcome


def _holds_something_else(database: Database) -> bool:
    """Look at the tables as they are: what is not a demonstration is not even migrated."""
    with database.engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        first = select(literal(1)).limit(1)
        filled = {each for each in tables if connection.execute(first.select_from(table(each))).first()}
    is_ours = not tables or "alembic_version" in tables
    return not is_ours or ("demonstration" not in filled and not filled <= _OF_ANY_HOUSE)


def _judge(tx: Session, today: date) -> Outcome:
    mark = tx.execute(select(Demonstration.around_on, Demonstration.audit_entries)).first()
    if mark is None:
        return Outcome.LOADED
    if mark.audit_entries != _acts(tx):
        return Outcome.TOUCHED
    return Outcome.OF_TODAY if mark.around_on == today else Outcome.LOADED


def _acts(tx: Session) -> int:
    return tx.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _wipe(tx: Session) -> None:
    for each in reversed(Base.metadata.sorted_tables):
        if each.name not in _OF_ANY_HOUSE:
            tx.execute(delete(each))


def _lay(tx: Session, password_hash: str, at: datetime) -> None:
    """Lay everything around the first moment of today, so that tonight's session is still to come; what is only so for
    a while begins at this very moment."""
    today = local_date(at)
    random = Random(today.toordinal())  # noqa: S311 -- the same day looks the same
    now = to_instant(today, time.min)
    cast = people.add_all(tx, random, password_hash, now=now)
    stage = Stage(tx, now, random, cast.people, cast.newcomers)
    contacts.introduce_all(stage)
    where = places.add_all(stage)
    made = series.create_all(stage, where)
    workshops.describe_all(stage, made)
    crews.fill_all(stage, made)
    changes.choose_spot(stage, made)
    desk.keep_apart(stage)
    bookings.book_all(stage, made)
    interpreting.introduce_all(stage)
    interpreting.ask_all(stage, made)
    workshops.register_all(stage, made)
    changes.make_all(stage, made)
    searches.say_all(stage, made)
    searches.look_for_all(stage, made)
    changes.ask_to_decide(stage)
    notices.settle(stage)
    contacts.happen_all(stage)
    desk.happen_all(stage, made)
    meetings.agree_all(stage)
    queue.happen_all(stage, made)
    desk.happen_now(stage, made, at=at)
    notices.settle_all(stage)
    tx.flush()
    tx.add(Demonstration(id=1, around_on=today, audit_entries=_acts(tx)))
