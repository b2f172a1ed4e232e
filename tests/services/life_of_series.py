"""A series living through random years: what is done to it, and what must hold after each act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from clinic.domain.answers import Refused
from clinic.domain.appointments import Topic
from clinic.domain.people import Role, SignedIn
from clinic.domain.recurrence import AfterSkip, Rhythm, Rule
from clinic.domain.rota import ShiftState, Staffing
from clinic.domain.series import Effect
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.times import local_date, slot_starts, to_instant
from clinic.models import ClinicSession, Closure, Person, Series, Shift
from clinic.queries import sessions as queries
from clinic.queries.invariants import breaches
from clinic.services import appointments, programme, rota, series, sessions
from clinic.services.appointments import Wish
from clinic.services.programme import MoveWish
from clinic.services.replanning import Line, Report
from clinic.services.series import Change, DateDraft
from clinic.services.sessions import SeriesDraft
from tests.make import key, make_person, make_place, make_session

DAY = timedelta(days=1)
NAMES = ("change", "change", "move", "cancel", "restore", "close", "add", "take", "book", "elsewhere", "wait", "end")
ACTS = st.sampled_from(NAMES)
STEPS = st.lists(st.tuples(ACTS, st.randoms(use_true_random=False)), min_size=3, max_size=12)
FIRST_DAYS = st.dates(date(2024, 1, 1), date(2034, 12, 31))


@dataclass
class Life:
    """One series, the clock, who acts, what was done by hand, and how much of what was seen."""

    tx: Session
    now: datetime
    by: SignedIn
    people: list[SignedIn]
    places: list[str]
    series_id: str = ""
    rule_from: date = date.min
    by_hand: dict[str, tuple[object, ...]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def row(self) -> Series:
        return self.tx.get_one(Series, self.series_id)

    def ahead(self, status: Status = Status.PLANNED) -> list[ClinicSession]:
        query = select(ClinicSession).where(
            ClinicSession.series_id == self.series_id, ClinicSession.starts_at > self.now
        )
        found = self.tx.scalars(query.where(ClinicSession.status == status))
        return sorted(found, key=lambda each: (each.starts_at, each.planned_on))


def begin(tx: Session, first_on: date, random: Any) -> Life:
    """A coordinator makes a series, with two volunteers and two places at hand."""
    now = to_instant(first_on - DAY, time(12))
    people = [make_person(tx, Role.LAWYER), make_person(tx, Role.MEDIATOR)]
    life = Life(tx, now, make_person(tx, Role.COORDINATOR), people, [make_place(tx), make_place(tx)])
    life.rule_from = first_on
    life.series_id = sessions.create(tx, _draft(life, first_on, random), (), key=key(), by=life.by, now=now)
    return life


def step(life: Life, act: str, random: Any) -> None:
    """Do one thing, as far as the rules allow, and look at what must hold."""
    with suppress(Refused), life.tx.begin_nested():
        _ACTS[act](life, random)
    life.tx.flush()
    check(life)


def check(life: Life) -> None:
    """Never two sessions for one date; what was done by hand stands; every date of the rule has its session."""
    life.tx.expire_all()
    rows = list(life.tx.scalars(select(ClinicSession).where(ClinicSession.series_id == life.series_id)))
    assert not [on for on, times in Counter(each.planned_on for each in rows).items() if times > 1]
    there = {each.id: _shape(each) for each in rows}
    assert {each: there.get(each) for each in life.by_hand} == life.by_hand
    row, skipped = life.row, queries.dates_skipped(life.tx, life.series_id)
    if row.ended_on is None:
        wanted = sessions.planned_dates(life.tx, row, before=row.made_until)
        dates = {each.planned_on for each in rows}
        if row.after_skip is AfterSkip.KEEP:
            assert not [each.on for each in wanted if each.on >= life.rule_from and each.on not in dates | skipped]
        assert row.made_until > local_date(life.now) + timedelta(weeks=26)
    assert breaches(life.tx, now=life.now) == []


def _change(life: Life, random: Any) -> None:
    """What was foreseen is what saving does, to the last column; and the report explains each difference."""
    from_on = local_date(life.now) + random.randint(1, 40) * DAY
    change = Change(from_on, _draft(life, from_on + random.randint(0, 13) * DAY, random))
    if random.random() < 0.3:
        change = replace(change, skipped=frozenset({change.draft.rule.first_on}))
    _twice(
        life,
        lambda: series.foresee(life.tx, life.series_id, change, by=life.by, now=life.now),
        lambda seen: series.carry_out(life.tx, life.series_id, change, seen, by=life.by, now=life.now),
    )
    life.rule_from = change.draft.rule.first_on


def _end(life: Life, random: Any) -> None:
    from_on = local_date(life.now) + random.randint(1, 90) * DAY
    _twice(
        life,
        lambda: series.foresee_end(life.tx, life.series_id, from_on, by=life.by, now=life.now),
        lambda seen: series.end(life.tx, life.series_id, from_on, seen, by=life.by, now=life.now),
    )


def _twice(life: Life, foresee: Callable[[], Report], carry_out: Callable[[str], Report]) -> None:
    before = _dump(life.tx)
    rehearsal = life.tx.begin_nested()
    foreseen = foresee()
    rehearsal.rollback()
    life.tx.expire_all()
    assert _dump(life.tx) == before

    if foreseen.is_blocked:
        with pytest.raises(Refused, match="series_blocked"), life.tx.begin_nested():
            carry_out(foreseen.digest)
        assert _dump(life.tx) == before
        life.seen["refused"] += 1
        raise Refused("series_blocked")
    done = carry_out(foreseen.digest)

    life.tx.flush()
    assert done.lines == foreseen.lines
    _explain(before, _dump(life.tx), foreseen)
    life.seen.update(["changes", *(line.effect.value for line in foreseen.lines)])


def _explain(before: Mapping[str, Any], after: Mapping[str, Any], report: Report) -> None:
    """Each difference between two dumps is a line of the report, and each line is a difference."""
    old, new = before["sessions"], after["sessions"]
    assert sorted(new[each]["planned_on"] for each in new.keys() - old.keys()) == [
        line.on for line in report.of(Effect.MADE)
    ]
    assert old.keys() - new.keys() == {line.session_id for line in report.of(Effect.REMOVED)}
    lines = {line.session_id: line for line in report.lines if line.session_id}
    for session_id in old.keys() & new.keys():
        _explain_session(old[session_id], new[session_id], lines.get(session_id))
    names = {each["id"]: each["name"] for each in after["people"].values()}
    for shift_id, shift in after["shifts"].items():
        was = before["shifts"][shift_id]
        line = lines.get(shift["session_id"])
        if shift["state"] != was["state"]:
            assert line is not None
            listed = line.touched.leaving if shift["state"] is ShiftState.RELEASED else line.touched.crew
            assert names[shift["person_id"]] in listed


def _explain_session(old: Mapping[str, Any], new: Mapping[str, Any], line: Line | None) -> None:
    changed = {name for name in old if old[name] != new[name]} - {"sequence", "changed_at"}
    if line is None:
        assert not changed
        return
    if line.effect in {Effect.STAYS, Effect.SAME}:
        assert changed <= {"planned_on", "desks", "slot_minutes", "accepted_shortfall", "asked_to_decide_at"}
    if line.effect is Effect.MOVED:
        assert (old["starts_at"], old["ends_at"], old["place_id"]) != (
            new["starts_at"],
            new["ends_at"],
            new["place_id"],
        )
        assert line.was_starts_at == old["starts_at"]
    if line.effect is Effect.CANCELLED:
        assert (old["status"], new["status"]) == (Status.PLANNED, Status.CANCELLED)
    if line.effect is Effect.BACK:
        assert (old["status"], new["status"]) == (Status.CANCELLED, Status.PLANNED)
    assert (line.starts_at, line.ends_at) == (new["starts_at"], new["ends_at"])


def _move(life: Life, random: Any) -> None:
    session = _one_of(random, life.ahead())
    if session:
        by = random.randint(-3, 3) * DAY + random.choice([timedelta(0), timedelta(hours=1)])
        wish = MoveWish(session.starts_at + by, session.ends_at + by, random.choice(life.places))
        everyone = frozenset(each.id for each in life.people)
        programme.move(life.tx, session.id, wish, leaving=everyone, by=life.by, now=life.now)
        life.by_hand[session.id] = _shape(session)


def _cancel(life: Life, random: Any) -> None:
    session = _one_of(random, life.ahead())
    if session:
        programme.cancel(life.tx, session.id, CancelReason.VENUE, by=life.by, now=life.now)
        life.by_hand[session.id] = _shape(session)


def _restore(life: Life, random: Any) -> None:
    session = _one_of(random, life.ahead(Status.CANCELLED))
    if session:
        programme.restore(life.tx, session.id, by=life.by, now=life.now)
        life.by_hand[session.id] = _shape(session)


def _close(life: Life, random: Any) -> None:
    first_on = local_date(life.now) + random.randint(0, 400) * DAY
    last_on = first_on + random.randint(0, 20) * DAY
    place_id = random.choice([None, *life.places])
    life.tx.add(Closure(place_id=place_id, name="Fermé", first_on=first_on, last_on=last_on))


def _add(life: Life, random: Any) -> None:
    draft = DateDraft(local_date(life.now) + random.randint(1, 60) * DAY, time(14), time(16), life.places[0])
    added = series.add_date(life.tx, life.series_id, draft, key=key(), by=life.by, now=life.now)
    life.by_hand[added] = _shape(life.tx.get_one(ClinicSession, added))


def _take(life: Life, random: Any) -> None:
    session, person = _one_of(random, life.ahead()), random.choice(life.people)
    if session:
        rota.assign(life.tx, session.id, person.id, next(iter(person.roles)), by=life.by, now=life.now)


def _book(life: Life, random: Any) -> None:
    session = _one_of(random, life.ahead())
    slots = slot_starts(session.starts_at, session.ends_at, session.slot_minutes) if session else []
    if session and slots:  # the night the clocks go forward leaves no room for a slot
        alias = random.choice(["Iris", "Rose", "Lilas"])
        wish = Wish(session.id, random.choice(slots), alias, "eng", Topic.RIGHTS)
        appointments.book(life.tx, wish, key=key(), by=life.by, now=life.now)


def _elsewhere(life: Life, random: Any) -> None:
    """One of the volunteers is on something else, about when the series may move to."""
    session, person = _one_of(random, life.ahead()), random.choice(life.people)
    if session:
        starts_at = session.starts_at + random.randint(-3, 3) * DAY + random.randint(-8, 8) * timedelta(hours=1)
        other = make_session(life.tx, starts_at=max(starts_at, life.now + DAY))
        rota.assign(life.tx, other, person.id, next(iter(person.roles)), by=life.by, now=life.now)


def _wait(life: Life, random: Any) -> None:
    life.now += random.randint(1, 200) * DAY
    sessions.extend(life.tx, now=life.now)


_ACTS: Mapping[str, Callable[[Life, Any], None]] = {
    "change": _change,
    "move": _move,
    "cancel": _cancel,
    "restore": _restore,
    "close": _close,
    "add": _add,
    "take": _take,
    "book": _book,
    "elsewhere": _elsewhere,
    "wait": _wait,
    "end": _end,
}


def _draft(life: Life, first_on: date, random: Any) -> SeriesDraft:
    rhythm = random.choice([Rhythm.WEEKLY, Rhythm.FORTNIGHTLY, Rhythm.MONTHLY])
    is_monthly = rhythm is Rhythm.MONTHLY
    weekday, nth = (random.randint(0, 6), random.choice([1, 2, 4, -1])) if is_monthly else (None, None)
    starts, ends = random.choice([(time(9, 30), time(12, 30)), (time(19, 30), time(0, 30)), (time(2, 30), time(4))])
    return SeriesDraft(
        kind=Kind.OTHER,
        name_fr="Permanence",
        name_en="Session",
        agenda_word_fr="Matin",
        agenda_word_en=random.choice(["Morning", "Day"]),
        is_public=True,
        rule=Rule(rhythm, first_on, weekday=weekday, nth=nth),
        starts=starts,
        ends=ends,
        place_id=random.choice(life.places),
        desks=random.choice([1, 2]),
        slot_minutes=random.choice([30, 45]),
        needs={Role.LAWYER: Staffing(1, random.choice([1, 2]))},
        keeps_closed_days=random.random() < 0.3,
        after_skip=random.choice(list(AfterSkip)),
    )


def _one_of(random: Any, sessions_found: Sequence[ClinicSession]) -> ClinicSession | None:
    return random.choice(sessions_found) if sessions_found else None


def _shape(session: ClinicSession) -> tuple[object, ...]:
    return session.starts_at, session.ends_at, session.place_id, session.status


def _dump(tx: Session) -> dict[str, dict[str, dict[str, Any]]]:
    tx.expire_all()
    kinds: tuple[Any, ...] = (ClinicSession, Shift, Person)
    return {
        kind.__tablename__: {
            row.id: {column.key: getattr(row, column.key) for column in inspect(kind).column_attrs}
            for row in tx.scalars(select(kind))
        }
        for kind in kinds
    }
