"""Views for whoever rings up an interpreter for somebody in the line: the number, and what she said."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.domain.queue import OPEN_AFTER
from clinic.queries import asking
from clinic.queries import queue as queries
from clinic.services import ringing as services
from clinic.web.appointments.queue import faster
from clinic.web.appointments.queue_forms import AnswerForm, RingForm
from clinic.web.appointments.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

_SAID = {"yes": services.said_yes, "no": services.said_no, "nothing": services.unsay}


@room.post("/queue/<session_id>/visits/<visit_id>/ring", endpoint="ring")
@only(Role.COORDINATOR, Role.MEDIATOR)
def ring(session_id: str, visit_id: str) -> Response | tuple[str, int]:
    """Hold an interpreter's time for somebody in the line, and go to her number."""
    form = RingForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        with db.write() as tx:
            if queries.session_of(tx, visit_id) != session_id:
                raise NotFound
            offer_id = services.ring(tx, visit_id, form.person.data or "", key=form.key.data, by=me(), now=now())
    except Refused as refused:
        return faster(session_id, refused)
    return redirect(url_for("appointments.ringing", ringing_id=offer_id), 303)


@room.get("/queue/calls/<ringing_id>", endpoint="ringing")
@only(Role.COORDINATOR, Role.MEDIATOR)
def page(ringing_id: str) -> str:
    """Whom to ring up: her number, noted before it is seen, and what she may say."""
    with db.write() as tx:
        view, offer = asking.rung(tx, ringing_id, reader=me(), now=now())
        number = view.numbers.get(offer.person_id)
        if number:
            services.note_number_shown(tx, ringing_id, by=me(), now=now())
    return render_template("appointments/ringing.html", view=view, offer=offer, number=number, now=now())


@room.post("/queue/calls/<ringing_id>", endpoint="answered")
@only(Role.COORDINATOR, Role.MEDIATOR)
def answered(ringing_id: str) -> Response | tuple[str, int]:
    """Note what she said on the telephone."""
    with db.read() as tx:
        session_id = asking.rung(tx, ringing_id, reader=me(), now=now())[0].session.id
    try:
        form = AnswerForm()
        if not form.validate_on_submit() or form.said.data not in _SAID:
            abort(400)
        with db.write() as tx:
            _SAID[form.said.data](tx, ringing_id, by=me(), now=now())
    except Refused as refused:
        return faster(session_id, refused)
    return _noted(form.said.data, ringing_id, session_id)


def _noted(said: str, offer_id: str, session_id: str) -> Response:
    if said == "nothing":
        say(gettext("Taken back: she is asked."))
        return redirect(url_for("appointments.ringing", ringing_id=offer_id), 303)
    words = gettext("Noted: she can.") if said == "yes" else gettext("Noted: she cannot. She is free again.")
    undo = Undo(gettext("Undo"), url_for("appointments.answered", ringing_id=offer_id), {"said": "nothing"})
    say(words, undo, undo_for=OPEN_AFTER)
    return redirect(url_for("appointments.queue", session_id=session_id), 303)
