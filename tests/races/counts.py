"""What the rounds for offers and seats came to, and the page of `docs/evidence` that keeps the full volumes."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.races.crowd import CLIENTS
from tests.races.evidence import ROOT, commit

PAGE = ROOT / "docs" / "evidence" / "race-of-offers-and-seats.md"

_TEXT = """\
# Races for one acceptance, and for the seats of a workshop

64 people in 8 processes of 8 threads act at the same moment, straight through the services, on a new need or workshop
in each round; there is no random seed.

- *accept*: 64 interpreters, all of them asked and told so, accept one need. One has it; 63 read that it is filled, are
  free again, and each is told so once.
- *register*: 64 people register for 8 seats. 8 have a seat, 56 wait in the positions 1 to 56.
- *withdraw*: then the 8 give their seats back at once, while 56 wait. The first 8 of the list have them, are told once,
  and the others keep their order.

*Won*: who was told to have it (*accept*), or has it afterwards. *Double*: more than there is, or one seat twice.
*Wrong*: rounds in which anything else is not as said above (who has it, order, positions, holds, notices). *Errors*:
any other answer than having it, being told that it is filled, or waiting.

{table}

*lock*: SQLite's `BEGIN IMMEDIATE`, PostgreSQL's `FOR UPDATE` on session and need; without it, the controls dawdle 20 ms
before they write. *constraint*: the unique index `uq_offers_accepted`, and one seat for one person in
`uq_registrations_session_id_seat`; alone, it answers those who come too late with a refusal instead of a turn in the
list, which counts as an error here. *hold*: who is told that it is filled has lost the hold of her time without which
nobody accepts. With no guard at all, the very same code gives it twice (it stops at the first round that does; there, 8
interpreters are asked; where all 64 got a seat, nobody waits and *withdraw* shows nothing).

Run by `make soak` at commit {commit} on {on}: {cores} cores, Python {python}, SQLite {sqlite} (below 3.51.3, so with
the rollback journal and `synchronous=EXTRA`), PostgreSQL 18 of the tests (without `fsync`).
"""


@dataclass
class Count:
    """What a number of rounds of one race came to, on one engine with these guards."""

    engine: str
    race: str
    guards: str
    rounds: int = 0
    fewest: int = CLIENTS
    most: int = 0
    double: int = 0
    wrong: int = 0
    errors: int = 0

    def add(self, *, won: int, double: int, is_wrong: bool, errors: int) -> None:
        """Count one round."""
        self.rounds += 1
        self.fewest, self.most = min(self.fewest, won), max(self.most, won)
        self.double += double
        self.wrong += is_wrong
        self.errors += errors


def count(into: Count, a_round: Callable[[Count], None], rounds: int, *, until_double: bool = False) -> Count:
    """Run rounds; a control may end as soon as something was given twice."""
    while into.rounds < rounds and not (until_double and into.double):
        a_round(into)
    return into


def write(counts: Sequence[Any], *, to: Path = PAGE, text: str = _TEXT) -> None:
    """Write the page, the one of offers and seats unless another is named."""
    names = [each.name for each in fields(counts[0])]
    rows = [names, ["---"] * len(names), *([str(getattr(each, name)) for name in names] for each in counts)]
    to.write_text(
        text.format(
            table="\n".join(f"| {' | '.join(row)} |" for row in rows),
            commit=commit(),
            on=datetime.now(UTC).date(),
            cores=os.cpu_count(),
            python=platform.python_version(),
            sqlite=sqlite3.sqlite_version,
        ),
        encoding="utf-8",
    )
