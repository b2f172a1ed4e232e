"""The commands of an operator: `clinic demo`, `serve`, `worker`, `migrate`, `sweep`, `send-notices`, `feed-link`."""

from __future__ import annotations

import logging
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

import click
from flask import Flask
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from waitress.server import create_server

from clinic import demo as demonstration
from clinic import migrate as migrations
from clinic.app import create_app, real_clock
from clinic.db import Busy, Database
from clinic.domain.answers import Refused
from clinic.domain.calendars import LINKS_AT_MOST, Detail, digest_of
from clinic.domain.contacts import Channel
from clinic.jobs import post, send, watch, worker
from clinic.jobs import sweep as sweeping
from clinic.jobs.post import Post
from clinic.models import sealed
from clinic.notices import sms
from clinic.queries import people
from clinic.services import calendars
from clinic.services.calendars import LinkDraft
from clinic.settings import Settings, SettingsError, read_settings

THREADS = 8
MOST_BYTES = 1 << 20  # of a body, before the app is asked, which takes far less: no disk is filled from outside


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Clinic, the discreet scheduler of a legal clinic."""


def register(app: Flask) -> None:
    """Let `flask --app wsgi` run the same commands."""
    for command in main.commands.values():
        app.cli.add_command(command)


@main.command()
@click.option("--fresh", is_flag=True, help="Load it anew even if it was changed.")
def demo(*, fresh: bool) -> None:
    """Load the demonstration around today."""
    with _house() as (_settings, database):
        try:
            outcome = demonstration.prepare(database, now=real_clock(), fresh=fresh)
        except demonstration.NotADemo:
            message = "This database holds something else than a demonstration: it was left as it is."
            raise click.ClickException(message) from None
    click.echo(_WHAT_CAME_OF_IT[outcome])
    click.echo("Sign in as coordinator, mediator, lawyer, interpreter or member;")
    click.echo(f"the password is {demonstration.PASSWORD}")
    click.echo("What each person receives is shown at /demo/inbox: nothing leaves the house.")


_WHAT_CAME_OF_IT = {
    demonstration.Outcome.LOADED: "The demonstration is loaded.",
    demonstration.Outcome.OF_TODAY: "The demonstration of today is there.",
    demonstration.Outcome.TOUCHED: "The demonstration was changed by someone and was left as it is;"
    " `clinic demo --fresh` loads it anew.",
}


@main.command()
def migrate() -> None:
    """Bring the tables of the database up to date."""
    with _house() as (_settings, database):
        migrations.upgrade(database)
    click.echo("The database is up to date.")


@main.command()
def serve() -> None:
    """Answer on CLINIC_LISTEN and PORT until told to stop."""
    with _house() as (settings, database):
        _check_current(database)
    signal.signal(signal.SIGTERM, _stop)
    scheme = "https" if settings.is_https else "http"
    app = create_app(settings)
    try:
        server = create_server(
            app,
            host=settings.listen,
            port=settings.port,
            threads=THREADS,
            ident=None,
            url_scheme=scheme,
            max_request_body_size=MOST_BYTES,
        )
    except OSError as error:
        message = f"{settings.listen} port {settings.port} cannot be used ({error.strerror}): choose another PORT."
        raise click.ClickException(message) from None
    click.echo(f"Clinic answers on {settings.base_url} (Ctrl+C stops it)")
    server.run()


@main.command("worker")
def work() -> None:
    """Send notices and sweep every minute until told to stop; several may run at once."""
    stop = Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: stop.set())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with _house() as (settings, database):
        _check_current(database)
        ways_out = post.of_settings(settings)
        for line in _what_goes(ways_out):
            click.echo(line)
        click.echo("The worker is at work (Ctrl+C stops it).")
        worker.run(database, ways_out, clock=real_clock, stop=stop)


@main.command("send-notices")
def send_notices() -> None:
    """Send the notices that are due, once."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with _house() as (settings, database):
        _check_current(database)
        ways_out = post.of_settings(settings)
        watch.look(database, None, clock=real_clock, steady=watch.seconds_of_machine)
        done = send.send_due(database, ways_out, clock=real_clock)
    for line in _what_goes(ways_out):
        click.echo(line)
    click.echo(", ".join(f"{count} {state}" for state, count in sorted(done.items())) or "Nothing was due.")


def _what_goes(ways_out: Post) -> list[str]:
    """What does not leave the house, in sentences."""
    if ways_out.is_dry:
        return ["A dry run (CLINIC_DRY): messages are made and marked as sent, nothing leaves the house."]
    return [sentence for channel, sentence in _NOT_SERVED.items() if channel not in ways_out.served]


_NOT_SERVED = {
    Channel.MAIL: "No mail server is configured (CLINIC_SMTP_URL): no mail is lost, none is sent.",
    Channel.SMS: "No SMS gateway is configured (CLINIC_SMS_URL): no SMS is lost, none is sent.",
}


@main.command()
def sweep() -> None:
    """Make the sessions that are due, and forget what is no longer needed; the worker does it too."""
    with _house() as (_settings, database):
        _check_current(database)
        swept = sweeping.sweep(database, now=real_clock())
    click.echo(
        f"Sessions made: {swept.sessions_made}. Offers that ran out: {swept.offers_expired}."
        f" People asked: {swept.people_asked}. Decisions asked for: {swept.decisions_asked}."
        f" Old form keys forgotten: {swept.keys_forgotten}. Old notices forgotten: {swept.notices_forgotten}."
    )


@main.command("feed-link")
@click.argument("person")
@click.option("--level", type=click.Choice([each.value for each in Detail]), default=Detail.DISCREET.value)
def feed_link(person: str, level: str) -> None:
    """Print a new personal calendar link of PERSON, a sign-in name."""
    with _house() as (settings, database):
        _check_current(database)
        token = calendars.draw_token()
        with database.write() as tx:
            known = people.credentials(tx, person)
            owner = people.signed_in(tx, known.id, known.session_version) if known else None
            if owner is None:
                raise click.ClickException("Nobody signs in with this name.")
            draft = LinkDraft("clinic feed-link", Detail(level), owner.language or "fr")
            key = secrets.token_hex(16)
            calendars.make_link(tx, owner.id, draft, digest_of(token), key=key, by=owner, now=real_clock())
    click.echo(f"{settings.base_url}/feeds/{token}.ics")


@contextmanager
def _house() -> Iterator[tuple[Settings, Database]]:
    """Open the settings and the database; what goes wrong is told in one sentence, without the database's address."""
    os.umask(0o077)  # what is written here, its owner alone reads
    try:
        settings = _settings()
        sealed.use(settings.keys)
        settings.data.mkdir(parents=True, exist_ok=True)
        database = Database(settings.database_url)
        try:
            yield settings, database
        finally:
            database.close()
    except SettingsError as error:
        raise click.ClickException(f"{error}.") from error
    except (ArgumentError, NoSuchModuleError):
        raise click.ClickException("CLINIC_DATABASE_URL must begin with sqlite:/// or postgresql://.") from None
    except ModuleNotFoundError:
        raise click.ClickException("PostgreSQL needs one package more: pip install 'clinic[postgresql]'.") from None
    except (migrations.OtherDatabase, migrations.OtherKeys) as other:
        raise click.ClickException(_OTHERS[type(other)]) from None
    except Busy:
        raise click.ClickException("The database was busy for too long; nothing was written. Try again.") from None
    except DBAPIError:
        raise click.ClickException("The database cannot be reached or read: check CLINIC_DATABASE_URL.") from None
    except Refused as refused:
        raise click.ClickException(_REFUSALS[refused.code]) from None


_OTHERS = {
    migrations.OtherDatabase: "This database belongs to another program: it was left as it is.",
    migrations.OtherKeys: "These keys are not those of this database: nothing was written."
    " Give it the keys it was made with: CLINIC_KEYS, CLINIC_KEYS_FILE or the file `keys` in CLINIC_DATA.",
}


def _settings() -> Settings:
    settings = read_settings()
    if settings.sms_gateway:
        sms.check(settings.sms_gateway)
    return settings


_REFUSALS = {
    "links_at_most": f"This person has {LINKS_AT_MOST} calendar links already: she ends one on her page first."
}


def _check_current(database: Database) -> None:
    if not migrations.is_current(database):
        raise click.ClickException("The database is not up to date: run `clinic migrate` first.")
    migrations.check_keys(database)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave the server's loop, which then lets running answers end."""
    raise SystemExit(0)
