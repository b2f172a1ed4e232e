"""The worker of the house, and what its mail server and its SMS gateway were handed: who reads what, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clinic.domain.timing import UNDO_FOR
from clinic.jobs.send import send_due
from clinic.jobs.sweep import sweep
from tests.journeys.house import House
from tests.notices.gateway import Gateway, Request
from tests.notices.mailbox import Mailbox

Read = Mapping[str, list[str]]


@dataclass(frozen=True)
class Post:
    """Lets time pass; the worker does its round then."""

    house: House
    server: Mailbox
    gateway: Gateway | None = None

    def work(self, *, after: timedelta) -> Read:
        """Let so much time pass and the worker do a round; what it said to each, in order.

        By sign-in name for a mail; by number for an SMS, of which the gateway was handed nothing else.
        """
        before, texted_before = len(self.server.mails), len(self._texted)
        self.house.clock.set(self.house.clock.now + after)
        sweep(self.house.database, now=self.house.clock.now)
        ways_out = replace(self.server.mailer(), gateway=self.gateway.settings() if self.gateway else None)
        send_due(self.house.database, ways_out, clock=self.house.clock)
        read: defaultdict[str, list[str]] = defaultdict(list)
        for mail in self.server.mails[before:]:
            read[str(mail["To"]).partition("@")[0]].append(mail.get_content().strip())
        for each in self._texted[texted_before:]:
            payload = each.payload
            assert payload.keys() == {"id", "from", "to", "text"}
            read[payload["to"]].append(payload["text"])
        return read

    @property
    def _texted(self) -> list[Request]:
        return self.gateway.requests if self.gateway else []


def opened(house: House, server: Mailbox, *, at: datetime, gateway: Gateway | None = None) -> Post:
    """The post of a house at this instant; all that was to be said before is settled."""
    ground = house.app.extensions["clinic"]
    mailer = server.mailer()
    settings = replace(ground.settings, mail_server=mailer.mail_server, mail_from=mailer.sender)
    house.app.extensions["clinic"] = replace(ground, settings=settings)
    post = Post(house, server, gateway)
    house.clock.set(at - UNDO_FOR)
    post.work(after=timedelta(0))
    post.work(after=UNDO_FOR)
    return post
