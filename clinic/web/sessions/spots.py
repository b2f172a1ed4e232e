"""The exact spot of one session, when it is elsewhere this time."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain import timing
from clinic.domain.answers import NotFound, Refused
from clinic.domain.notices import Kind
from clinic.domain.people import Role
from clinic.queries import programme
from clinic.queries.programme import SessionView
from clinic.services import programme as services
from clinic.web.sessions.forms import SpotForm
from clinic.web.sessions.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/<session_id>/spot", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def spot(session_id: str) -> Response | tuple[str, int]:
    """Say where exactly a session is this time; left empty, it is where it usually is."""
    session = _session(session_id)
    form = SpotForm(spot=session.spot if session.is_elsewhere else None)
    if not form.is_submitted():
        return _ask(form, session, 200)
    if not form.validate():
        return _ask(form, session, 422)
    try:
        with db.write() as tx:
            services.new_spot(tx, session_id, form.spot.data or None, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        return _ask(form, session, 409)
    # What was typed over cannot be given back: a spot told late is kept in no cookie.
    can_undo = form.spot.data and not session.is_elsewhere
    undo = Undo(gettext("Undo"), url_for("sessions.usual_spot", session_id=session_id)) if can_undo else None
    undo_for = timing.undo_for(Kind.SPOT_CHANGED, session.starts_at, now())
    say(gettext("The place is changed. Those who may know it are told to look it up."), undo, undo_for=undo_for)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/<session_id>/usual-spot")
@only(Role.COORDINATOR, Role.MEDIATOR)
def usual_spot(session_id: str) -> Response:
    """Take it back in time: it is where it usually is."""
    check_button()
    with db.write() as tx:
        services.usual_spot(tx, session_id, by=me(), now=now())
    say(gettext("It is where it usually is."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _session(session_id: str) -> SessionView:
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
    if not session.takes_spot(me()):
        raise NotFound
    return session


def _ask(form: SpotForm, session: SessionView, status: int) -> tuple[str, int]:
    return render_template("sessions/spot.html", form=form, session=session), status
