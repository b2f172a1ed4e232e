"""Whatever comes in as an answer: nobody is answered, and nothing changes but that a choice is suspended (S15)."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Helped, Shared, Suspension
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.models import Appointment, Base, Contact, ContactTask, Notice
from clinic.services import contacts
from tests import make
from tests.make import NOW
from tests.races.evidence import ROOT, commit
from tests.web.gateway.letters import SECRET, bring, reply

SEED = 20261122
ROUND = 50  # answers, after which everybody chooses anew
NUMBERS = ["+33612345678", "+33698765432", "+447911123456", "+33765432109", "+33611223344"]
TOUCHED = {"contacts", "contact_tasks", "notices", "audit_entries", "calls"}
WORDS = [
    "stop", "STOP 36179", "non", "pas moi", "arrêtez", "unsubscribe", "توقف", "停止", "oui", "ok merci", "quand ?",
    "{{ 7*7 }}", "'; DROP TABLE contacts; --", "<script>", "%s%n", "\u202e", "\x00", "\ud800", "👩\u200d👧",
]  # fmt: skip
PAGE = ROOT / "docs" / "evidence" / "replies.md"
TEXT = """\
# Answers to messages

{count} answers with seed {seed}, each signed and brought to the door of the gateway, through the whole app: words that
stop and words that do not, random characters of all of Unicode (lone surrogates too), nothing at all, and almost as
much as the door lets in; from known numbers in several spellings, from shared ones, from unknown ones, and from what is
no number. After every {round} all choose anew.

| what came of it | |
| --- | --- |
| answered with anything but an empty 204 | {answered} |
| notices planned to people helped or members | {planned} |
| messages sent | {sent} |
| rounds in which anything of a choice but its suspension changed | {changed} |
| rounds in which anything changed but contacts, their tasks, notices, calls and the audit trail | {elsewhere} |
| choices suspended | {suspended} |
| tasks made, never two alike | {tasks} |

Run by `make soak` at commit {commit} on {on}, {seconds:.0f} s, SQLite; `make test` runs the same code with 300 answers.
"""


@dataclass
class Tally:
    """What the answers came to."""

    count: int
    answered: int = 0
    planned: int = 0
    sent: int = 0
    changed: int = 0
    elsewhere: int = 0
    suspended: int = 0
    tasks: int = 0
    seconds: float = 0


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_S15_no_answer_is_answered_and_none_changes_more_than_the_suspension(
    app: Flask, db: Database, count: int
) -> None:
    random, tally = Random(SEED), Tally(count)  # noqa: S311
    ground = app.extensions["clinic"]
    app.extensions["clinic"] = replace(ground, settings=replace(ground.settings, inbound_secret=SECRET))
    client = app.test_client()
    with db.write() as tx:
        who = _make_people(tx)
    began = time.monotonic()

    for _ in range(count // ROUND):
        before = _begin_round(db, who)
        for _ in range(ROUND):
            answer = bring(client, reply(_number(random), _text(random)))
            tally.answered += (answer.status_code, answer.data) != (204, b"")
        _count(db, before, tally)

    tally.seconds = time.monotonic() - began
    if count > 300:
        _write(tally, PAGE)
    assert (tally.answered, tally.planned, tally.sent, tally.changed, tally.elsewhere) == (0, 0, 0, 0, 0)
    assert tally.suspended > 0
    assert tally.tasks > 0


def _number(random: Random) -> str:
    known = random.choice(NUMBERS)
    return random.choice(
        [
            known,
            known,
            known.replace("+33", "0"),
            f" {known[:5]} {known[5:]}",
            "+33600000000",
            "",
            "0",
            _text(random)[:40],
        ]
    )


def _text(random: Random) -> str:
    length = random.choice([0, 1, 3, 10, 60, 250])
    noise = "".join(chr(random.choice([random.randrange(0x80), random.randrange(0x110000)])) for _ in range(length))
    spoken = random.choice(WORDS)
    return random.choice([spoken, spoken.upper(), f"{spoken} {noise}", f"{noise} {spoken}", noise])


def _make_people(tx: Session) -> dict[str | Helped, Choice]:
    """Members and people helped with something ahead, two of them with one number, and those who work here."""
    mediator, workshop = make.make_person(tx, Role.MEDIATOR), make.make_workshop(tx, capacity=9)
    make.make_person(tx, Role.COORDINATOR)
    who: dict[str | Helped, Choice] = {}
    for number in NUMBERS[:3]:
        member = make.make_person(tx, Role.MEMBER)
        make.make_registration(tx, workshop, member)
        who[member.id] = Choice(Channel.SMS, Shared.NO, number=number)
    session_id = make.make_session(tx)
    for slot, number in enumerate(NUMBERS[1:4]):
        booked = tx.get_one(Appointment, make.make_appointment(tx, session_id, by=mediator, slot=slot))
        who[Helped(booked.beneficiary_id)] = Choice(Channel.SMS, Shared.NO, number=number)
    who[make.make_person(tx, Role.LAWYER).id] = Choice(Channel.SMS, Shared.NO, number=NUMBERS[4])
    who[make.make_person(tx, Role.LAWYER).id] = Choice(Channel.MAIL, number=NUMBERS[4], email="a@exemple.org")
    return who


@dataclass(frozen=True)
class _Seen:
    """What stood in the database, by table and row."""

    said: dict[str, Any]
    notices: set[str]
    elsewhere: list[Any]


def _begin_round(db: Database, who: dict[str | Helped, Choice]) -> _Seen:
    with db.write() as tx:
        for whom, choice in who.items():
            contacts.choose(tx, whom, choice, now=NOW)
        for task in tx.scalars(select(ContactTask)):
            tx.delete(task)
    return _seen(db)


def _seen(db: Database) -> _Seen:
    with db.read() as tx:
        kept = tx.scalars(select(Contact).order_by(Contact.id))
        said = {
            each.id: [each.said, each.number_digest, each.chosen_at, each.confirmed_at, each.person_id] for each in kept
        }
        rest = [tx.execute(select(each)).all() for each in Base.metadata.sorted_tables if each.name not in TOUCHED]
        return _Seen(said, set(tx.scalars(select(Notice.id))), rest)


def _count(db: Database, before: _Seen, tally: Tally) -> None:
    after = _seen(db)
    tally.changed += after.said != before.said
    tally.elsewhere += after.elsewhere != before.elsewhere
    with db.read() as tx:
        fresh = tx.scalars(select(Notice).where(Notice.id.in_(after.notices - before.notices))).all()
        tally.planned += sum(each.kind is not Kind.ATTENTION for each in fresh)
        tally.sent += len(tx.scalars(select(Notice.id).where(Notice.state.in_([State.SENDING, State.SENT]))).all())
        tally.suspended += len(tx.scalars(select(Contact.id).where(Contact.suspended == Suspension.STOP)).all())
        open_tasks = tx.execute(select(ContactTask.contact_id, ContactTask.kind)).all()
    assert len(open_tasks) == len(set(open_tasks))
    tally.tasks += len(open_tasks)


def _write(tally: Tally, page: Path) -> None:
    on = datetime.now(UTC).date()
    page.write_text(TEXT.format(**vars(tally), seed=SEED, round=ROUND, commit=commit(), on=on), encoding="utf-8")
