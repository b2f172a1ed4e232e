"""Views of the public programme."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from clinic.domain.sessions import Kind
from clinic.queries import public, workshops
from clinic.web.shared import cookies
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.identity import who
from clinic.web.shared.local_paths import local_path
from clinic.web.shared.locale import COOKIE, OWN_NAMES

room = Blueprint("public", __name__)
SOON = timedelta(days=15)
LATER = timedelta(weeks=26)
WORKSHOPS_SHOWN = 4
A_YEAR = 365 * 24 * 3600


@room.get("/")
@open_to_all
def home() -> str:
    """The public programme: where to go, when, and how to come."""
    with db.read() as tx:
        open_doors = public.programme(tx, now(), now() + SOON, Kind.LAW_ACCESS, Kind.BUS, Kind.OTHER)
        films = public.programme(tx, now(), now() + LATER, Kind.WORKSHOP)[:WORKSHOPS_SHOWN]
        reader = who()
        places = workshops.my_places(tx, reader.id, [each.id for each in films]) if reader else {}
    return render_template(
        "public/home.html", sessions=open_doors, workshops=films, places=places, now=now(), contact=settings.contact
    )


@room.get("/safety")
@open_to_all
def safety() -> str:
    """What the exit does, and what it cannot do."""
    return render_template("public/safety.html", contact=settings.contact)


@room.get("/language/<code>")
@open_to_all
def choose_language(code: str) -> Response:
    """Read in another language from now on, and go back to the page one was on."""
    if code not in OWN_NAMES:
        abort(404)
    answer = redirect(local_path(request.args.get("to")) or "/", 303)
    cookies.put(answer, COOKIE, code, seconds=A_YEAR)
    return answer
