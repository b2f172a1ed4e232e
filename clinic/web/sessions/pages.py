"""The page of a session, cancelling it and restoring it."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.times import Week, local_date
from clinic.queries import desks, programme
from clinic.services import programme as services
from clinic.web.sessions.forms import CancelForm
from clinic.web.sessions.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import ButtonForm
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only, signed_in
from clinic.web.shared.identity import me


@room.get("/<session_id>")
@signed_in
def page(session_id: str) -> str:
    """One session, as far as its reader may know it."""
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        slots = desks.slots(tx, session, reader=me(), now=now())
    return render_template(
        "sessions/page.html", session=session, slots=slots, week=Week.of(local_date(session.starts_at)), now=now()
    )


@room.route("/<session_id>/cancel", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def cancel(session_id: str) -> Response | tuple[str, int]:
    """Call a session off, after seeing whom it concerns."""
    form = CancelForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with db.write() as tx:
                    services.cancel(tx, session_id, form.chosen, by=me(), now=now())
            except Refused as refused:
                form.refuse(refused)
                status = 409
            else:
                undo = Undo(gettext("Undo"), url_for("sessions.restore", session_id=session_id))
                say(gettext("The session is cancelled."), undo)
                return redirect(url_for("sessions.page", session_id=session_id), 303)
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        slots = desks.slots(tx, session, reader=me(), now=now())
    return render_template("sessions/cancel.html", form=form, session=session, slots=slots), status


@room.post("/<session_id>/restore")
@only(Role.COORDINATOR)
def restore(session_id: str) -> Response:
    """Let a cancelled session take place after all."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with db.write() as tx:
        lost = services.restore(tx, session_id, by=me(), now=now())
        needs = programme.session(tx, session_id, reader=me(), now=now()).needs
    words = gettext("The session takes place after all.")
    if lost:
        words += " " + ngettext(
            "%(num)d person or appointment could not come back: see what is missing.",
            "%(num)d people or appointments could not come back: see what is missing.",
            lost,
        )
    if needs:
        words += " " + gettext("Ask the interpreters again: they were freed.")
    say(words)
    return redirect(url_for("sessions.page", session_id=session_id), 303)
