"""The worker of the house, and what its mail server was handed: who reads what, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clinic.domain.notices import UNDO_FOR
from clinic.jobs.send import send_due
from clinic.jobs.sweep import sweep
from tests.journeys.house import House
from tests.notices.mailbox import Mailbox

Read = Mapping[str, list[str]]


@dataclass(frozen=True)
class Post:
    """Lets time pass; the worker does its round then."""

    house: House
    server: Mailbox

    def work(self, *, after: timedelta) -> Read:
        """Let so much time pass and the worker do a round; what it said to each, by sign-in name, in order."""
        before = len(self.server.mails)
        self.house.clock.set(self.house.clock.now + after)
        sweep(self.house.database, now=self.house.clock.now)
        send_due(self.house.database, self.server.mailer(), clock=self.house.clock)
        read = defaultdict(list)
        for mail in self.server.mails[before:]:
            read[str(mail["To"]).partition("@")[0]].append(mail.get_content().strip())
        return read


def opened(house: House, server: Mailbox, *, at: datetime) -> Post:
    """The post of a house at this instant; all that was to be said before is settled."""
    ground = house.app.extensions["clinic"]
    mailer = server.mailer()
    settings = replace(ground.settings, mail_server=mailer.server, mail_from=mailer.sender)
    house.app.extensions["clinic"] = replace(ground, settings=settings)
    post = Post(house, server)
    house.clock.set(at - UNDO_FOR)
    post.work(after=timedelta(0))
    post.work(after=UNDO_FOR)
    return post
