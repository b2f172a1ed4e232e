"""How messages reach oneself now, in one line that gives no number and no address away."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext

from clinic.domain.contacts import Channel, Reach
from clinic.domain.reaching import Stand, ends_in, how_it_stands
from clinic.domain.times import local_date
from clinic.web.shared.filters import full_date


def in_one_line(reach: Reach | None, now: datetime, *, at_work: bool) -> str:
    """What is sent where, until when; or why nothing is."""
    if at_work:
        return _at_work(reach)
    stand = how_it_stands(reach, now)
    until = full_date(local_date(reach.runs_out_at)) if reach else ""
    if reach and stand is Stand.WRITES:
        return gettext("%(where)s, until %(day)s", where=_where(reach), day=until)
    return {
        Stand.AGAIN: gettext("Nothing is sent yet: choose the same again on another day, if you still wish it."),
        Stand.RAN_OUT: gettext(
            "Nothing is sent: what you chose ran out on %(day)s. You can choose it again.", day=until
        ),
        Stand.MINOR: gettext("Nothing is sent: ask the coordinator first."),
        Stand.STOPPED: gettext("Messages are stopped, because a reply said so. You can choose them again."),
        Stand.NOT_SAFE: gettext("Messages are stopped. You can choose them again when it is safe."),
    }.get(stand, gettext("No message is sent to you."))


def _at_work(reach: Reach | None) -> str:
    if reach is None:
        return gettext("Nothing is sent yet: there is no number or address.")
    if reach.suspended:
        return gettext("Messages are stopped, because a reply said so. You can choose them again.")
    return _where(reach) if reach.choice.address else gettext("No message is sent to you.")


def _where(reach: Reach) -> str:
    ends = ends_in(reach.choice)
    if reach.choice.channel is Channel.SMS:
        return gettext("SMS to the number ending in %(digits)s", digits=ends)
    return gettext("E-mail to the address beginning with %(letter)s", letter=ends)
