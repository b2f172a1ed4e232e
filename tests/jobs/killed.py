"""A worker process to be killed: it sends what is due with a clock of its own, until there is nothing left."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from clinic.db import Database
from clinic.jobs.send import Mailer, send_due
from clinic.settings import MailServer
from tests.notices.mailbox import SENDER


def main(url: str, port: str, now: str) -> None:
    """Send over a server on this port; the clock stands still at `now`."""
    at = datetime.fromisoformat(now)
    database = Database(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    send_due(database, Mailer(MailServer("smtp", "127.0.0.1", int(port)), SENDER), clock=lambda: at)
    database.close()


ONE_LEASE = timedelta(minutes=6)

if __name__ == "__main__":
    main(*sys.argv[1:])
