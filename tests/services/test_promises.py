"""Random people and situations: nothing without a choice, outside hours or caps, and nobody left untold (S10, S14)."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from clinic.db import Database
from tests.races.evidence import commit
from tests.services import promises

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "promises.md"
PEOPLE, STEPS = 6, 12
FEW, MANY = 150, 10_000

_TEXT = """\
# Promises to those who are helped

{people} random people, {each} at a time at two sessions within a week, on {engine}, seeds 0 to {last}. Three in four
chose a channel (or none), who else reads it, hours, language and wording, up to 95 days ago, some as minors. Then
{steps} random acts: appointments and sessions moved, called off and restored, a new spot, a new choice, "not safe any
more", calls made or in vain; between them from a minute to a day passes, in which a worker sends what is due, is put
off, refused, left without an answer, or dies. Looked at again after each act, by rules written anew in the test:

| what | how many |
|---|---|
{rows}
| messages without a valid choice at that instant, or to another address | 0 |
| messages outside her hours, after the beginning, or untrue when they went | 0 |
| caps broken; messages of unknown fate sent again | 0 |
| two messages, or a message and a call, about to say the same | 0 |
| people who believe what is not so, and nothing is about to tell them | 0 |

Run by `make soak` at commit {commit} on {on}, in {seconds:.0f} s.
"""


def test_S10_S14_promises_are_kept_whatever_happens(db: Database) -> None:
    seen = _live(db, FEW)

    assert min(seen[each] for each in ("acts", "messages", "untold for now")) > FEW / 3


def test_S14_they_are_kept_on_each_database(each_db: Database) -> None:
    _live(each_db, 2 * PEOPLE)


@pytest.mark.soak
def test_S14_promises_are_kept_to_ten_thousand(db: Database) -> None:
    began = time.monotonic()

    seen = _live(db, MANY)

    PAGE.write_text(
        _TEXT.format(
            people=f"{MANY:,}",
            each=PEOPLE,
            engine=db.engine.dialect.name,
            last=f"{-(-MANY // PEOPLE) - 1:,}",
            steps=STEPS,
            rows="\n".join(f"| {what} | {count:,} |" for what, count in sorted(seen.items())),
            commit=commit(),
            on=datetime.now(UTC).date(),
            seconds=time.monotonic() - began,
        ),
        encoding="utf-8",
    )


def _live(database: Database, people: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed in range(-(-people // PEOPLE)):
        with database.rehearse() as tx:
            life = promises.begin(tx, Random(seed), PEOPLE)  # noqa: S311 -- the same seed lives the same life
            for _ in range(STEPS):
                promises.step(life)
            promises.end(life)
            seen += life.seen
    return seen
