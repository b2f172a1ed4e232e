"""The programme of workshops and the page of each, as anyone may read them and as a member finds herself there."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template

from clinic.domain.sessions import Kind
from clinic.queries import public, workshops
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.identity import who
from clinic.web.workshops import coming
from clinic.web.workshops.room import room

AHEAD = timedelta(weeks=26)


@room.get("")
@open_to_all
def index() -> str:
    """The coming workshops, and those that took place."""
    reader = who()
    with db.read() as tx:
        ahead = public.programme(tx, now(), now() + AHEAD, Kind.WORKSHOP)
        past = public.past_workshops(tx, now=now())
        places = workshops.my_places(tx, reader.id, [each.id for each in ahead]) if reader else {}
    return render_template(
        "workshops/index.html", workshops=ahead, past=past, places=places, now=now(), contact=settings.contact
    )


@room.get("/<workshop_id>")
@open_to_all
def page(workshop_id: str) -> str:
    """One workshop."""
    return coming.show(workshop_id)
