"""How somebody may be reached, in words that give no address away."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from clinic.domain.contacts import Channel, Hours, TaskKind, Wording
from clinic.domain.reaching import Stand
from clinic.domain.times import local_date
from clinic.queries.contacts import HelpedView, Masked
from clinic.queries.records import RecordView
from clinic.web.shared.filters import clock, full_date, language_name

CHANNELS = {
    Channel.NONE: _l("Nothing"),
    Channel.SMS: _l("SMS"),
    Channel.MAIL: _l("E-mail"),
    Channel.CALL: _l("A call"),
}
LANGUAGES = {"fr": _l("French"), "en": _l("English")}
WORDINGS = {Wording.PLAIN: _l("plain"), Wording.WARM: _l("warm")}
TASKS = {
    TaskKind.REPLIED: _l("An answer came to a message. Its text is not kept: speak with her."),
    TaskKind.RAN_OUT: _l("What she chose has run out after 90 days: ask her again."),
    TaskKind.UNCONFIRMED: _l("Nobody knows whether a message arrived. It is not sent again: make sure that she knows."),
    TaskKind.STOPPED: _l("Messages were stopped: nothing is sent any more. Speak with her when you can."),
}


def as_noted(kept: RecordView) -> list[tuple[str, str]]:
    """A record as terms and values."""
    return [
        (gettext("Called"), kept.alias),
        (gettext("Languages"), spoken(kept.languages)),
        (gettext("Mediator"), kept.mediator.name),
        (gettext("Stand-in"), kept.stand_in.name if kept.stand_in else gettext("Nobody")),
    ]


def spoken(languages: Sequence[str]) -> str:
    """Her languages by name, the best one first."""
    return ", ".join(map(language_name, languages)) or gettext("not said")


def in_short(whom: HelpedView) -> str:
    """How she is reached now, in a few words."""
    if whom.masked is None or whom.stand is Stand.NOT_ASKED:
        return gettext("Not asked yet")
    until = full_date(local_date(whom.masked.runs_out_at))
    channel = str(CHANNELS[whom.masked.channel])
    words = {
        Stand.NOTHING: gettext("Nothing is sent"),
        Stand.CALLS: gettext("%(channel)s, until %(day)s", channel=channel, day=until),
        Stand.WRITES: gettext("%(channel)s, until %(day)s", channel=channel, day=until),
        Stand.AGAIN: gettext("Nothing is sent yet: ask again on another day"),
        Stand.RAN_OUT: gettext("Ask again: it ran out on %(day)s", day=until),
        Stand.MINOR: gettext("Nothing is sent: ask the coordinator first"),
        Stand.STOPPED: gettext("Stopped"),
        Stand.NOT_SAFE: gettext("Not safe: everything is stopped"),
    }
    return words[whom.stand]


def in_full(masked: Masked) -> Sequence[tuple[str, str]]:
    """What she chose, as terms and values; her address is not among them."""
    channel = str(CHANNELS[masked.channel])
    if masked.ends_in:
        channel = _with_end(channel, masked)
    rows = [(gettext("How"), channel), (gettext("Chosen on"), full_date(local_date(masked.chosen_at)))]
    if masked.channel is not Channel.NONE:
        rows.append((gettext("Until"), full_date(local_date(masked.runs_out_at))))
        rows.append((gettext("When"), _hours(masked.hours)))
    if masked.channel in (Channel.SMS, Channel.MAIL):
        rows.append((gettext("Words"), _variant(masked)))
    return rows


def _with_end(channel: str, masked: Masked) -> str:
    if masked.channel is Channel.MAIL:
        return gettext("%(channel)s, begins with %(letter)s", channel=channel, letter=masked.ends_in)
    return gettext("%(channel)s, ends in %(digits)s", channel=channel, digits=masked.ends_in)


def _hours(hours: Hours | None) -> str:
    if hours is None:
        return gettext("Monday to Saturday, 10:00 to 18:00; changes until 20:00")
    span = {"opens": clock(hours.opens), "closes": clock(hours.closes)}
    if hours.rest_days:
        return gettext("Every day, %(opens)s to %(closes)s", **span)
    return gettext("Monday to Saturday, %(opens)s to %(closes)s", **span)


def _variant(masked: Masked) -> str:
    words = [str(LANGUAGES[masked.language])] if masked.language in LANGUAGES else []
    words.append(str(WORDINGS[masked.wording]))
    words += [gettext("usual place")] if masked.names_place else []
    words += [gettext("see you soon")] if masked.signs_off else []
    return " · ".join(words)
