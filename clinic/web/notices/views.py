"""Views of the outbox: all at a glance, one shelf page by page, and a channel let go again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.contacts import WRITTEN, Channel
from clinic.domain.people import Role
from clinic.queries import calls, notices, valves
from clinic.queries.notices import Shelf
from clinic.services import valves as valve_services
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

room = Blueprint("notices", __name__, url_prefix="/notices")
PAGES = 400


@room.get("")
@only(Role.COORDINATOR)
def index() -> str:
    """What waits, what did not arrive, whom to call, what went; or one shelf of it. No text, no address."""
    shelf = _shelf()
    if shelf:
        return _one(shelf)
    with db.read() as tx:
        overview = notices.overview(tx)
        states = valves.overview(tx, now=now())
        alarm = notices.alarm(tx, now=now())
        to_call = calls.to_make(tx, reader=me(), now=now())
    return render_template(
        "notices/index.html",
        overview=overview,
        valves=states,
        is_late=alarm is notices.Alarm.LATE,
        to_call=to_call,
        few=notices.FEW,
        missing=_missing(),
        is_dry=settings.is_dry,
        now=now(),
    )


@room.post("/channels/<channel>/release")
@only(Role.COORDINATOR)
def release(channel: str) -> Response:
    """Let the messages of a channel go that was held."""
    if channel not in WRITTEN:
        abort(404)
    check_button()
    with db.write() as tx:
        valve_services.release(tx, Channel(channel), by=me(), now=now())
    say(gettext("Messages go again. What is too late by now is not sent any more."))
    return redirect(url_for("notices.index"), 303)


def _one(shelf: Shelf) -> str:
    number = _page()
    with db.read() as tx:
        rows, has_older = notices.page(tx, shelf, number)
        counts = notices.overview(tx).counts
    return render_template(
        "notices/shelf.html", shelf=shelf, rows=rows, page=number, has_older=has_older, counts=counts, now=now()
    )


def _shelf() -> Shelf | None:
    """The shelf that the address asks for; what is none of them is no address of ours."""
    asked = request.args.get("state")
    if asked is None:
        return None
    found = next((each for each in Shelf if each == asked), None)
    if found is None:
        abort(404)
    return found


def _page() -> int:
    number = request.args.get("page", "1")
    if not (number.isdecimal() and number.isascii() and len(number) <= len(str(PAGES)) and 1 <= int(number) <= PAGES):
        abort(404)
    return int(number)


def _missing() -> list[Channel]:
    """The channels that are not set up here."""
    servers = {Channel.MAIL: settings.mail_server, Channel.SMS: settings.sms_gateway}
    return [channel for channel, server in servers.items() if server is None]
