"""Random changes of series, moves, cancellations, restores and closures between 2024 and 2036."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clinic.db import Database
from tests.races.evidence import commit
from tests.services.life_of_series import FIRST_DAYS, NAMES, STEPS, begin, check, step

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "series-of-years.md"
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
BRIEF = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking a life would take longer than all other tests
LIVES = {"sqlite": 300, "postgresql": 100}


@settings(max_examples=8, deadline=None, phases=BRIEF, suppress_health_check=QUIET)
@given(first_on=FIRST_DAYS, start=st.randoms(use_true_random=False), steps=STEPS)
def test_a_series_stays_whole_whatever_is_done_to_it(db: Database, first_on: Any, start: Any, steps: Any) -> None:
    _live(db, first_on, start, steps)


@settings(max_examples=2, deadline=None, phases=BRIEF, suppress_health_check=QUIET)
@given(first_on=FIRST_DAYS, start=st.randoms(use_true_random=False), steps=STEPS)
def test_it_does_on_each_database(each_db: Database, first_on: Any, start: Any, steps: Any) -> None:
    _live(each_db, first_on, start, steps)


@pytest.mark.soak
def test_a_series_stays_whole_in_the_long_run(each_db: Database) -> None:
    engine = each_db.engine.dialect.name
    seen: Counter[str] = Counter()

    for seed in range(LIVES[engine]):
        random = Random(seed)  # noqa: S311 -- the same seed lives the same life
        steps = [(random.choice(NAMES), random) for _ in range(12)]
        seen += _live(each_db, date(2024, 1, 1) + random.randint(0, 4000) * timedelta(days=1), random, steps)

    assert seen["changes"] > LIVES[engine]
    _write(engine, seen)


def _live(database: Database, first_on: Any, start: Any, steps: Any) -> Counter[str]:
    """Everything happens in a rehearsal: nothing of one life is left for the next."""
    with database.rehearse() as tx:
        life = begin(tx, first_on, start)
        check(life)
        for act, random in steps:
            step(life, act, random)
    return life.seen


def _write(engine: str, seen: Counter[str]) -> None:
    """Replace the line of this engine in the page of evidence."""
    counts = ", ".join(f"{count:,} {what}" for what, count in sorted(seen.items()))
    line = f"- {engine}, seeds 0 to {LIVES[engine] - 1}, 12 acts each, at commit {commit()}: {counts}."
    kept = [each for each in PAGE.read_text(encoding="utf-8").splitlines() if not each.startswith(f"- {engine},")]
    PAGE.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")
