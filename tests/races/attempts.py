"""What the attempts at the desk came to, and the page of `docs/evidence` that keeps the full volumes."""

from __future__ import annotations

from dataclasses import dataclass

from tests.races.evidence import ROOT

PAGE = ROOT / "docs" / "evidence" / "race-of-desks-and-people.md"
TEXT = """\
# Races for desks, people and interpreters; for the last second of a hold; of forms sent twice

64 clients in 8 processes of 8 threads, all at the same moment.

- *desks and people*: in each round two sessions at once with 3 slots, 3 desks, one lawyer and one mediator each, and
  two interpreters whom both may ask. Each client acts several times, straight through the services, by lot (seeded by
  the number of the round): books or holds a time for one of six aliases or somebody without a record, with a lawyer, a
  mediator, an interpreter or without; confirms, moves, calls off, restores what is its own; sends a form twice; asks
  again when the database was busy.
- *hold and confirm*: each of 16 times was held. At once, for each, the hold is confirmed, somebody else books the same
  time, and the sweep ends what is over, each by a clock that stands 0.1 s before or after the end of the hold, by lot.
- *sent twice*: the same form, with the same key, from two clients at once: the page on which an appointment is booked,
  and through the services a time held, an arrival in the line, an appointment opened to a lawyer.

*Done*, *refused*: answered so; the refusals are those that a client expects. *Double*: a desk, somebody helped, a
member of the crew or an interpreter in use twice at one time; a time that both have; two results of one form. *Lost*:
an appointment that is not as its client was told, or one of which nobody was told; a time that neither has; a form
without a result. *Wrong*: rounds after which `queries.invariants.breaches` finds anything (occupancy that is left
over, too). *Errors*: any other answer.

{table}

*lock*: SQLite's `BEGIN IMMEDIATE`, PostgreSQL's row locks. *index*: `uq_appointments_desk`. *key*: the key of
`occupancy`. *claim*: the key of `repeats`. Without the lock and the index, without the key, without the claim, the very
same code gives something twice, or says that somebody has what another took from her (a control stops at the first
round that does).

Run by `make soak` at commit {commit} on {on}: {cores} cores, Python {python}, SQLite {sqlite} (below 3.51.3, so with
the rollback journal and `synchronous=EXTRA`), PostgreSQL 18 of the tests (without `fsync`).
"""


@dataclass
class Attempts:
    """What a number of rounds of one race came to, on one engine with these guards."""

    engine: str
    race: str
    guards: str
    rounds: int = 0
    attempts: int = 0
    done: int = 0
    refused: int = 0
    double: int = 0
    lost: int = 0
    wrong: int = 0
    errors: int = 0
