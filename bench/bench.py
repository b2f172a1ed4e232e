"""How long due reminders take through the worker, against a plain loop over the same mails; and how much memory.

Run by `make bench` for 10,000 reminders (`BENCH_SIZE`); writes `bench/results.json`, or the file that is named. The
floor hands the mails over and does nothing else: no database, no states, no locks. *One line*: one connection for all,
as the worker has; *a line each*: one for every mail.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from clinic import migrate
from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Shared
from clinic.domain.notices import Facts, Kind, State, Voice
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.jobs.post import Post
from clinic.jobs.send import send_due
from clinic.models import Notice, Person, PersonRole, Shift
from clinic.notices import mail
from clinic.services import contacts
from clinic.settings import MailServer
from tests import keyring, make
from tests.notices import mailbox
from tests.notices.mailbox import SENDER

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Ours:
    """How many seconds the worker took, and its most memory, in KiB, at half and at the end."""

    seconds: float
    at_half: int
    at_end: int


def main(size: int, results: Path) -> None:
    """Measure so many reminders, and write the results down."""
    keyring.install()
    with tempfile.TemporaryDirectory() as folder, _served() as port:
        url = f"sqlite:///{folder}/clinic.db"
        _apart(_lay, url, size)
        ours = _work(url, port, size)
        one_line, each_line = _timed(lambda: _over_one_line(port, size)), _timed(lambda: _a_line_each(port, size))
    found = [
        _compared(f"{size} reminders, seconds, one line", ours.seconds, one_line),
        _compared(f"{size} reminders, seconds, a line each", ours.seconds, each_line),
        _compared("most memory, KiB, of all against the first half", ours.at_end, ours.at_half),
    ]
    results.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _lay(url: str, size: int) -> None:
    """Lay so many people with a shift tomorrow and a reminder that is due."""
    keyring.install()
    database = Database(url)
    migrate.upgrade(database)
    with database.write() as tx:
        session_id = make.make_session(tx, starts_at=TOMORROW)
        for number in range(size):
            _lay_one(tx, session_id, number)
    database.close()


def _lay_one(tx: Session, session_id: str, number: int) -> None:
    person = Person(sign_in_name=f"p{number}", name=f"Personne {number}", language="fr", created_at=NOW)
    person.held = [PersonRole(role=Role.MEDIATOR)]
    tx.add(person)
    tx.flush()
    choice = Choice(Channel.MAIL, Shared.NO, email=_address(number))
    contacts.choose(tx, person.id, choice, now=NOW)
    shift = Shift(session_id=session_id, person_id=person.id, role=Role.MEDIATOR, state=ShiftState.CONFIRMED)
    shift.uid, shift.changed_at = f"uid-{number}", NOW
    tx.add(shift)
    tx.flush()
    notice = Notice(kind=Kind.REMINDER, person_id=person.id, about_id=shift.id, session_id=session_id)
    notice.starts_at, notice.valid_until = TOMORROW, NOW + timedelta(hours=12)
    notice.planned_at = notice.due_at = notice.next_at = NOW
    tx.add(notice)


def _work(url: str, port: int, size: int) -> Ours:
    rounds, at_half = 0, 0

    def count() -> bool:
        nonlocal rounds, at_half
        rounds += 1
        if rounds == size // 2:
            at_half = _most_memory()
        return False

    database = Database(url)
    post = Post(MailServer("smtp", "127.0.0.1", port), SENDER)
    began = time.perf_counter()
    done = send_due(database, post, clock=lambda: NOW, is_stopping=count)
    seconds = time.perf_counter() - began
    database.close()
    if done != {State.SENT: size}:
        raise SystemExit(f"not all was sent: {done}")
    return Ours(seconds, at_half, _most_memory())


def _over_one_line(port: int, size: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, "exemple.fr") as line:
        for number in range(size):
            line.sendmail(SENDER, _address(number), _mail(number))


def _a_line_each(port: int, size: int) -> None:
    for number in range(size):
        with smtplib.SMTP("127.0.0.1", port, "exemple.fr") as line:
            line.sendmail(SENDER, _address(number), _mail(number))


def _mail(number: int) -> bytes:
    facts = Facts(Kind.REMINDER, "fr", True, {"fr": "Matin"}, TOMORROW, None, Voice(Channel.MAIL))  # noqa: FBT003
    composed = mail.compose(facts, message_token=f"{number:032}", sender=SENDER, address=_address(number), now=NOW)
    return composed.as_bytes()


def _address(number: int) -> str:
    return f"p{number}@exemple.org"


def _compared(name: str, ours: float, floor: float) -> dict[str, str | float]:
    return {"name": name, "ours": round(ours, 3), "floor": round(floor, 3), "ratio": round(ours / floor, 2)}


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _apart(work: Callable[..., None], *arguments: object) -> None:
    """Do this in a process of its own, so that its memory is not counted."""
    child = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit("the reminders could not be laid")


@contextmanager
def _served() -> Iterator[int]:
    """A mail server in a process of its own, which keeps nothing."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    yield ours.recv()
    ours.send("over")
    server.join()


def _serve(line: multiprocessing.connection.Connection) -> None:
    with mailbox.opened() as opened:
        opened.keeps = False
        line.send(opened.port)
        line.recv()


if __name__ == "__main__":
    main(int(os.environ.get("BENCH_SIZE", "10000")), Path(sys.argv[1]) if sys.argv[1:] else RESULTS)
