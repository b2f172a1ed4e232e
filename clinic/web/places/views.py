"""Views of places and closures."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.queries import places
from clinic.services import places as services
from clinic.web.places.forms import ClosureForm, NewPlaceForm, PlaceForm
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

room = Blueprint("places", __name__, url_prefix="/places")


@room.get("")
@only(Role.COORDINATOR)
def index() -> str:
    """All places, the closures to come, and the form that adds one."""
    return _index(ClosureForm())


@room.route("/new", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def new() -> Response | tuple[str, int]:
    """Add a place."""
    form = NewPlaceForm()
    if form.validate_on_submit():
        with db.write() as tx:
            services.add(tx, form.draft(), key=form.key.data, by=me(), now=now())
        say(gettext("The place is added."))
        return redirect(url_for("places.index"), 303)
    return render_template("places/new.html", form=form), 422 if form.errors else 200


@room.route("/<place_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def page(place_id: str) -> Response | tuple[str, int]:
    """Change a place."""
    with db.read() as tx:
        place = places.place(tx, place_id)
    form = PlaceForm.of(place)
    if form.validate_on_submit():
        with db.write() as tx:
            services.change(tx, place_id, form.draft(), by=me(), now=now())
        say(gettext("The place is changed."))
        return redirect(url_for("places.index"), 303)
    return render_template("places/page.html", form=form, place=place), 422 if form.errors else 200


@room.post("/closures")
@only(Role.COORDINATOR)
def close() -> Response | tuple[str, int]:
    """Note a closure."""
    form = ClosureForm()
    with db.read() as tx:
        form.offer(places.places(tx))
    if not form.validate_on_submit():
        return _index(form), 422
    with db.write() as tx:
        closure_id = services.close(tx, form.draft(), key=form.key.data, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("places.reopen", closure_id=closure_id))
    say(gettext("The closure is noted. Sessions already planned stay as they are: look at them."), undo)
    return redirect(url_for("places.index"), 303)


@room.post("/closures/<closure_id>/remove")
@only(Role.COORDINATOR)
def reopen(closure_id: str) -> Response:
    """Remove a closure."""
    check_button()
    with db.write() as tx:
        removed = services.reopen(tx, closure_id, by=me(), now=now())
    again = {
        "key": secrets.token_hex(16),
        "name": removed.name,
        "place": removed.place_id or "",
        "first_on": removed.first_on.isoformat(),
        "last_on": removed.last_on.isoformat(),
    }
    say(gettext("The closure is removed."), Undo(gettext("Undo"), url_for("places.close"), again))
    return redirect(url_for("places.index"), 303)


def _index(form: ClosureForm) -> str:
    with db.read() as tx:
        found = places.places(tx)
        closures = places.closures(tx, today())
        planned = places.planned_while_closed(tx, closures, now=now())
    form.offer(found)
    return render_template("places/index.html", form=form, places=found, closures=closures, planned=planned)
