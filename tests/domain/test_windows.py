"""Random times at which a message is due, hours in which it may come, and nights on which the clocks change (S14)."""

from __future__ import annotations

import time as clock
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from clinic.domain import timing
from clinic.domain.contacts import Hours
from clinic.domain.notices import Kind
from clinic.domain.times import to_local
from clinic.domain.timing import Rhythm
from tests.races.evidence import commit

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "windows.md"
MANY, FEW = 1_000_000, 20_000
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
CHANGES_OF_CLOCKS = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
KINDS = (Kind.BOOKED, Kind.REMINDER, Kind.SESSION_MOVED, Kind.SESSION_CANCELLED, Kind.SPOT_CHANGED, Kind.REGISTERED)
LOOKED_AT = 16  # of the quarters of an hour between: all of them, or that many by chance

_TEXT = """\
# Windows of messages

{seen} random triples of when a message is due, the hours of its reader (the usual ones, or her own from any quarter of
an hour of the day to any other, with and without Sundays and public holidays) and its kind, from 2025 to 2028; a third
of them lie within two days of the changes of clocks of 29 March and 25 October 2026. Seed {seed}.

| what | how many |
|---|---|
| triples | {seen} |
| near a change of clocks | {near} |
| went on at once | {at_once} |
| waited for the next window | {waited} |
| went outside her hours | {outside} |
| went before they were due | {early} |
| could have gone earlier | {late} |

*Could have gone earlier*: of the quarters of an hour between due and result, all where there are at most {looked_at},
else {looked_at} by chance, and the last instant before the result, none lies within her hours. Left out is the hour
before and after a change of clocks: hours that open in the one that comes twice, or not at all, may open an hour later.

Run by `make soak` at commit {commit} on {on}, in {seconds:.0f} s.
"""


def test_S14_no_message_goes_outside_her_hours_too_early_or_later_than_it_could() -> None:
    seen = _look(FEW, seed=14)

    assert (seen["outside"], seen["early"], seen["late"]) == (0, 0, 0)
    assert seen["near"] > FEW / 4
    assert min(seen["at_once"], seen["waited"]) > FEW / 10


@pytest.mark.soak
def test_S14_a_million_times_over() -> None:
    began = clock.monotonic()

    seen = _look(MANY, seed=29)

    assert (seen["outside"], seen["early"], seen["late"]) == (0, 0, 0)
    counts = {name: f"{seen[name]:,}" for name in ("near", "at_once", "waited", "outside", "early", "late")}
    PAGE.write_text(
        _TEXT.format(
            **counts,
            seen=f"{MANY:,}",
            seed=29,
            looked_at=LOOKED_AT,
            commit=commit(),
            on=datetime.now(UTC).date(),
            seconds=clock.monotonic() - began,
        ),
        encoding="utf-8",
    )


def _look(many: int, *, seed: int) -> Counter[str]:
    random = Random(seed)  # noqa: S311 -- the same seed gives the same triples
    seen: Counter[str] = Counter()
    for _ in range(many):
        due, rhythm, kind = _due(random), Rhythm(at_work=False, hours=_hours(random)), random.choice(KINDS)
        goes = timing.into_window(due, kind, rhythm)
        seen["near"] += any(abs(due - change) < 2 * DAY for change in CHANGES_OF_CLOCKS)
        seen["at_once" if goes == due else "waited"] += 1
        seen["outside"] += not timing.is_in_window(goes, kind, rhythm)
        seen["early"] += goes < due
        between = _between(due, goes, random)
        seen["late"] += any(timing.is_in_window(at, kind, rhythm) and not _is_at_the_change(at) for at in between)
    return seen


def _due(random: Random) -> datetime:
    if random.random() < 1 / 3:
        return random.choice(CHANGES_OF_CLOCKS) + timedelta(seconds=random.randint(-2 * 86_400, 2 * 86_400))
    return FIRST + timedelta(seconds=random.randint(0, 4 * 365 * 86_400))


def _hours(random: Random) -> Hours | None:
    if random.random() < 1 / 3:
        return None
    opens, closes = sorted(random.sample(range(96), 2))
    return Hours(_quarter(opens), _quarter(closes), rest_days=random.random() < 1 / 2)


def _quarter(number: int) -> time:
    return time(number // 4, number % 4 * 15)


def _between(due: datetime, goes: datetime, random: Random) -> list[datetime]:
    """Instants from due on, before the result."""
    if goes <= due:
        return []
    quarters = (goes - due) // QUARTER
    chosen = range(quarters) if quarters <= LOOKED_AT else [random.randrange(quarters) for _ in range(LOOKED_AT)]
    return [goes - timedelta(microseconds=1), *(due + number * QUARTER for number in chosen)]


def _is_at_the_change(at: datetime) -> bool:
    """Within an hour of a change of clocks."""
    return to_local(at - HOUR).utcoffset() != to_local(at + HOUR).utcoffset()
