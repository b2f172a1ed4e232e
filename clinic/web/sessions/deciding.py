"""Deciding whether a session runs though somebody is missing."""

from __future__ import annotations

from flask import abort, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from clinic.domain.people import Role
from clinic.services import decisions
from clinic.web.sessions.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import StrictForm, check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


class RunShortForm(StrictForm):
    """With how many people missing, as the coordinator saw it."""

    shortfall = IntegerField(validators=[InputRequired(), NumberRange(min=1)])


@room.post("/<session_id>/run-short")
@only(Role.COORDINATOR)
def run_short(session_id: str) -> Response:
    """Decide that it runs with fewer people."""
    form = RunShortForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        decisions.run_short(tx, session_id, shortfall=form.shortfall.data, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("sessions.decide_again", session_id=session_id))
    say(gettext("It is decided: the session runs with fewer people."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/<session_id>/decide-again")
@only(Role.COORDINATOR)
def decide_again(session_id: str) -> Response:
    """Take that decision back."""
    check_button()
    with db.write() as tx:
        decisions.decide_again(tx, session_id, by=me(), now=now())
    say(gettext("The decision is open again."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)
