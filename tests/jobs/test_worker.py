"""The worker's life: it sweeps, sends, waits for its database, and stops when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, datetime
from threading import Event

import pytest
from sqlalchemy import select, text

from clinic.db import Database
from clinic.domain.timing import UNDO_FOR
from clinic.jobs import worker
from clinic.models import Notice, Repeat, Series
from clinic.settings import Settings
from tests.keyring import KEYS
from tests.make import NOW
from tests.notices import told
from tests.notices.mailbox import Mailbox

WORKER = [sys.executable, "-c", "from clinic.cli import main; main()", "worker"]


class OneRound(Event):
    """Told to stop as soon as the worker waits."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 (the name is the base's)
        self.set()
        return True


def test_each_round_sends_and_sweeps(db: Database, server: Mailbox) -> None:
    with db.write() as tx:
        held = told.make_held(tx)
        told.tell(tx, held)
        tx.scalars(select(Series)).one().made_until = date(2030, 1, 1)
        tx.add(Repeat(person_id=held.person.id, key="old", result_id="x", at=datetime.fromisoformat("2026-01-01T00Z")))

    worker.run(db, server.mailer(), clock=lambda: NOW + UNDO_FOR, stop=OneRound())

    with db.read() as tx:
        assert tx.scalars(select(Repeat)).all() == []
    assert len(server.mails) == 1


def test_a_worker_told_to_stop_leaves_the_rest_for_the_next(db: Database, server: Mailbox) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx))
    stopped = OneRound()
    stopped.set()

    worker.run(db, server.mailer(), clock=lambda: NOW + UNDO_FOR, stop=stopped)

    assert server.mails == []


def test_S77_a_database_that_is_away_is_waited_for(
    db: Database, server: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with db.write() as tx:
        tx.execute(text("ALTER TABLE repeats RENAME TO gone"))

    worker.run(db, server.mailer(), clock=lambda: NOW, stop=OneRound())

    assert [record.getMessage() for record in caplog.records] == [
        "the database cannot be reached; trying again in a minute"
    ]


@pytest.mark.parametrize("told_by", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_process_stops_cleanly(db: Database, settings: Settings, told_by: signal.Signals) -> None:
    with db.read() as tx:
        assert tx.scalars(select(Notice)).all() == []
    ours = {"CLINIC_DATA": str(settings.data), "CLINIC_SECRET_KEY": "a key", "CLINIC_KEYS": KEYS}
    others = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}

    with subprocess.Popen(WORKER, env={**others, **ours}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first_line = process.stdout.readline()
        process.send_signal(told_by)
        code = process.wait(10)

    assert first_line.startswith("No mail server is configured (CLINIC_SMTP_URL)")
    assert code == 0
