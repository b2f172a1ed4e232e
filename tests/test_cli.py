"""The commands of an operator: what they say, and what they leave behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text

from clinic import cli
from clinic.db import Database
from clinic.domain.calendars import LINKS_AT_MOST, Detail, digest_of
from clinic.domain.people import Role
from clinic.models import FeedLink, Repeat
from clinic.settings import Settings
from tests import make
from tests.keyring import KEYS

Run = Callable[..., Result]

SERVE = [sys.executable, "-c", "from clinic.cli import main; main()", "serve"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """`run("demo", ...)` runs a command on the data of this test."""
    umask = os.umask(0o022)
    ours = {"CLINIC_DATA": str(tmp_path), "CLINIC_SECRET_KEY": "a key for tests alone", "CLINIC_KEYS": KEYS}
    base = {**ours, "PORT": "8000"}
    yield lambda *words, **changed: CliRunner().invoke(cli.main, words, env={**base, **changed})
    os.umask(umask)


def test_migrate_makes_a_database_that_its_owner_alone_reads(run: Run, tmp_path: Path) -> None:
    twice = [run("migrate", CLINIC_DATA=str(tmp_path / "data")) for _ in range(2)]

    assert [result.output for result in twice] == ["The database is up to date.\n"] * 2
    assert (tmp_path / "data/clinic.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("words", [["serve"], ["sweep"], ["worker"], ["send-notices"], ["feed-link", "lawyer"]])
def test_a_database_that_is_not_up_to_date_is_refused(run: Run, words: list[str]) -> None:
    result = run(*words)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: The database is not up to date: run `clinic migrate` first.\n"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"PORT": "none"}, "PORT must be a number from 1 to 65535."),
        ({"CLINIC_EXIT_URL": "http://example.org"}, "CLINIC_EXIT_URL must begin with https://."),
        ({"CLINIC_DATABASE_URL": "secret"}, "CLINIC_DATABASE_URL must begin with sqlite:/// or postgresql://."),
        ({"CLINIC_DATABASE_URL": "oracle7://x"}, "CLINIC_DATABASE_URL must begin with sqlite:/// or postgresql://."),
        (
            {"CLINIC_DATABASE_URL": "sqlite:////nowhere/at/all.db"},
            "The database cannot be reached or read: check CLINIC_DATABASE_URL.",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_sentence(
    run: Run, changed: dict[str, str], sentence: str
) -> None:
    result = run("migrate", **changed)

    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")


def test_the_database_of_another_program_is_left_as_it_is(run: Run, tmp_path: Path) -> None:
    other = Database(f"sqlite:///{tmp_path / 'clinic.db'}")
    with other.write() as tx:
        tx.execute(text("CREATE TABLE invoices (id integer)"))
    other.close()

    migrated, demo = run("migrate"), run("demo")

    assert migrated.stderr == "Error: This database belongs to another program: it was left as it is.\n"
    assert demo.stderr.startswith("Error: This database holds something else than a demonstration")


def test_the_demo_says_how_to_sign_in(run: Run) -> None:
    loaded, again = run("demo"), run("demo")

    assert loaded.output.startswith("The demonstration is loaded.\n")
    assert again.output.startswith("The demonstration of today is there.\n")
    assert "demo-clinic-2026" in loaded.output


def test_a_changed_demo_is_kept_until_it_is_asked_for_anew(run: Run) -> None:
    run("demo")
    run("feed-link", "lawyer")

    kept, fresh = run("demo"), run("demo", "--fresh")

    assert "was left as it is; `clinic demo --fresh` loads it anew" in kept.output
    assert fresh.output.startswith("The demonstration is loaded.\n")


@pytest.mark.parametrize("level", list(Detail))
def test_feed_link_prints_a_new_personal_link(run: Run, db: Database, settings: Settings, level: Detail) -> None:
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, sign_in_name="lawyer")

    result = run("feed-link", "Lawyer", "--level", level.value)

    token = result.stdout.removeprefix(f"{settings.base_url}/feeds/").removesuffix(".ics\n")
    with db.read() as tx:
        link = tx.scalars(select(FeedLink)).one()
    assert (link.person_id, link.token_digest, link.detail) == (lawyer.id, digest_of(token), level)


def test_feed_link_knows_nobody_by_a_wrong_name(run: Run, db: Database) -> None:
    result = run("feed-link", "nobody")

    assert (result.exit_code, result.stderr) == (1, "Error: Nobody signs in with this name.\n")


def test_feed_link_makes_no_more_links_than_one_may_have(run: Run, db: Database) -> None:
    with db.write() as tx:
        make.make_person(tx, Role.LAWYER, sign_in_name="lawyer")
    for _ in range(LINKS_AT_MOST):
        assert run("feed-link", "lawyer").exit_code == 0

    result = run("feed-link", "lawyer")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: This person has 5 calendar links already")


def test_sweep_forgets_form_keys_after_a_day(run: Run, db: Database) -> None:
    with db.write() as tx:
        person = make.make_person(tx)
        for key, at in (("old", datetime(2026, 1, 1, tzinfo=UTC)), ("new", datetime(2100, 1, 1, tzinfo=UTC))):
            tx.add(Repeat(person_id=person.id, key=key, result_id="x", at=at))

    result = run("sweep")

    with db.read() as tx:
        assert tx.scalars(select(Repeat.key)).all() == ["new"]
    assert result.output == (
        "Sessions made: 0. Offers that ran out: 0. People asked: 0. Decisions asked for: 0."
        " Old form keys forgotten: 1. Old notices forgotten: 0.\n"
    )


def test_send_notices_says_what_became_of_them(run: Run, db: Database) -> None:
    none = run("send-notices")
    down = run("send-notices", CLINIC_SMTP_URL="smtp://127.0.0.1:9", CLINIC_MAIL_FROM="agenda@exemple.fr")

    no_mail = "No mail server is configured (CLINIC_SMTP_URL): no mail is lost, none is sent.\n"
    no_sms = "No SMS gateway is configured (CLINIC_SMS_URL): no SMS is lost, none is sent.\n"
    assert none.output == f"{no_mail}{no_sms}Nothing was due.\n"
    assert down.output == f"{no_sms}Nothing was due.\n"


def test_serve_answers_until_it_is_told_to_stop(db: Database, settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with subprocess.Popen(SERVE, env=_environment(settings, port), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        first_line = server.stdout.readline()
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            answer = line.recv(100)
        server.send_signal(signal.SIGTERM)
        code = server.wait(10)

    assert first_line == f"Clinic answers on http://127.0.0.1:{port} (Ctrl+C stops it)\n"
    assert answer.startswith(b"HTTP/1.0 200 OK")
    assert code == 0


def test_a_port_in_use_is_told_in_one_sentence(db: Database, settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = subprocess.run(
            SERVE, env=_environment(settings, port), capture_output=True, text=True, check=False, timeout=20
        )

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: 127.0.0.1 port {port} cannot be used")
    assert ended.stderr.count("\n") == 1


def test_flask_runs_the_same_commands(app: Flask) -> None:
    cli.register(app)

    assert set(cli.main.commands) <= set(app.cli.commands)


def _environment(settings: Settings, port: int) -> dict[str, str]:
    ours = {"CLINIC_DATA": str(settings.data), "CLINIC_SECRET_KEY": "a key", "CLINIC_KEYS": KEYS, "PORT": str(port)}
    others = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    return {**others, **ours}
