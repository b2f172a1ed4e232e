"""What the full volumes came to, as a page of `docs/evidence`."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.races.rounds import Tally

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "evidence" / "race-of-64-clients.md"
_HEADINGS = ("engine", "guards", "rounds", "won each", "double", "lost", "5xx", "told nothing", "seconds")

_TEXT = """\
# Race of 64 clients for 8 desks

64 clients in 8 processes of 8 threads, each signed in through the form, open the booking page of a new session (4
slots, 2 desks) and send it at the same moment; client *i* wants slot *i* mod 4, so there is no random seed. It goes
through the whole app: cookies, CSRF, forms, services, database. *Won*: answered 303. *Double*: a desk or a person twice
at one time. *Lost*: answered 303 without a row. *5xx*: every answer that is neither 303 nor 409. *Told nothing*: a 409
that does not say which times are free, or that none is. *Seconds* include opening the pages.

{table}

Each guard alone is enough; with neither, the very same code gives a desk twice (it stops at the first round that does).
*lock*: SQLite's `BEGIN IMMEDIATE`, PostgreSQL's `FOR UPDATE` on the session. Without it, a statement of SQLite stands
for itself, and the controls dawdle 20 ms before they insert. *constraint*: the unique index `uq_appointments_desk`.

Run by `make soak` at commit {commit} on {on}: {cores} cores, Python {python}, SQLite {sqlite} (below 3.51.3, so with
the rollback journal and `synchronous=EXTRA`), PostgreSQL 18 of the tests (without `fsync`).
"""


@dataclass
class Evidence:
    """The tallies of all engines and guards."""

    tallies: list[Tally]

    def write(self) -> None:
        """Write the page."""
        rows = [_HEADINGS, ("---",) * len(_HEADINGS), *map(_row, self.tallies)]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(
            _TEXT.format(
                table=table,
                commit=commit(),
                on=datetime.now(UTC).date(),
                cores=os.cpu_count(),
                python=platform.python_version(),
                sqlite=sqlite3.sqlite_version,
            ),
            encoding="utf-8",
        )


def _row(tally: Tally) -> tuple[str, ...]:
    won = str(tally.most) if tally.fewest == tally.most else f"{tally.fewest} to {tally.most}"
    counts = (tally.doubles, tally.lost, tally.errors, tally.untold)
    return (tally.engine, tally.guards, str(tally.rounds), won, *map(str, counts), f"{tally.seconds:.1f}")


def commit() -> str:
    """The commit that the tests run at."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    answer = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return answer.stdout.strip() if answer.returncode == 0 else "(none yet)"
