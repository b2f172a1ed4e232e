"""Workers to be killed: a process that makes others by command; they die at points laid around functions."""

from __future__ import annotations

import itertools
import json
import os
import signal
import smtplib
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from urllib3.connection import HTTPConnection

from clinic.db import Database
from clinic.jobs import post as ways_out
from clinic.jobs import send
from clinic.jobs.post import Post
from clinic.services import outbox
from clinic.settings import MailServer, SmsGateway
from tests import keyring
from tests.notices import gateway as gateways
from tests.notices.mailbox import SENDER

ONE_LEASE = timedelta(minutes=6)
ANYWHERE = "anywhere"  # killed from outside, after a while
_BEFORE: dict[str, tuple[tuple[ModuleType | type, str], ...]] = {
    "after the claim": ((outbox, "begin"),),
    "after it is marked": ((ways_out, "_hand_over"),),
    "while it is sent": ((HTTPConnection, "getresponse"), (smtplib.SMTP, "send")),
    "before it is noted": ((send, "_settle"),),
}
POINTS = (*_BEFORE, ANYWHERE)


def main(url: str, smtp_port: str, gateway_port: str) -> None:
    """For each line, `[now, [[point, nth or seconds]…]]`, make so many workers; say how many were killed."""
    keyring.install()
    gateway = SmsGateway(f"http://127.0.0.1:{gateway_port}/messages", gateways.SENDER, gateways.TOKEN)
    post = Post(MailServer("smtp", "127.0.0.1", int(smtp_port)), SENDER, gateway)
    for line in sys.stdin:
        now, wanted = json.loads(line)
        workers = [(_made(url, post, datetime.fromisoformat(now), *each), *each) for each in wanted]
        for pid, point, seconds in workers:
            if point == ANYWHERE:
                time.sleep(seconds)
                os.kill(pid, signal.SIGKILL)
        killed = [os.WIFSIGNALED(os.waitpid(pid, 0)[1]) for pid, _, _ in workers]
        sys.stdout.write(f"{sum(killed)}\n")
        sys.stdout.flush()


def _made(url: str, post: Post, at: datetime, point: str, nth: float) -> int:
    pid = os.fork()
    if pid:
        return pid
    if point != ANYWHERE:
        _mark(point, int(nth))
    try:
        send.send_due(Database(url), post, clock=lambda: at)
    finally:
        os._exit(0)


def _mark(point: str, nth: int) -> None:
    """Let this process die at the nth time that it comes by this point."""
    left = itertools.count(nth - 1, -1)

    def die() -> None:
        if next(left) <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in _BEFORE[point]:
        setattr(owner, name, _laid_around(getattr(owner, name), die))


def _laid_around(inner: Callable[..., Any], die: Callable[[], None]) -> Callable[..., Any]:
    def around(*args: Any, **named: Any) -> Any:
        if inner.__name__ != "send":
            die()
            return inner(*args, **named)
        inner(*args, **named)
        if args[-1][-5:] == b"\r\n.\r\n":  # the end of a mail is on its way, its answer is not
            die()
        return None

    return around


if __name__ == "__main__":
    main(*sys.argv[1:])
