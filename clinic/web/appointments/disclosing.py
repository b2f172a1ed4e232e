"""Views that let somebody of the legal team look for some hours, and say "I cannot take this"."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import LEGAL_TEAM, Role
from clinic.queries import desks, disclosures, programme
from clinic.services import disclosures as services
from clinic.services import exclusions
from clinic.web.appointments.forms import OpenForm
from clinic.web.appointments.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/<appointment_id>/open", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def disclose(appointment_id: str) -> Response | tuple[str, int]:
    """Let somebody of the legal team look at one appointment for some hours."""
    form = OpenForm()
    with db.read() as tx:
        form.offer(desks.may_be_told(tx, appointment_id, reader=me(), now=now()))
    if not form.is_submitted():
        return _ask(form, appointment_id, 200)
    if not form.validate():
        return _ask(form, appointment_id, 422)
    try:
        with db.write() as tx:
            desks.appointment(tx, appointment_id, reader=me(), now=now())
            hours = int(form.hours.data)
            services.disclose(tx, appointment_id, form.person.data, hours, key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        return _ask(form, appointment_id, 409)
    say(gettext("This is noted."))
    return redirect(url_for("appointments.disclose", appointment_id=appointment_id), 303)


@room.post("/<appointment_id>/open/<disclosure_id>/end")
@only(Role.COORDINATOR, Role.MEDIATOR)
def close(appointment_id: str, disclosure_id: str) -> Response:
    """End it before its time."""
    check_button()
    with db.write() as tx:
        desks.appointment(tx, appointment_id, reader=me(), now=now())
        services.close(tx, disclosure_id, appointment_id, by=me(), now=now())
    say(gettext("It is closed again."))
    return redirect(url_for("appointments.disclose", appointment_id=appointment_id), 303)


@room.post("/<appointment_id>/cannot")
@only(Role.MEDIATOR, *LEGAL_TEAM)
def cannot(appointment_id: str) -> Response:
    """Say that one cannot take this; no reason is asked."""
    check_button()
    with db.write() as tx:
        session_id = exclusions.recuse(tx, appointment_id, by=me(), now=now())
        try:
            programme.session(tx, session_id, reader=me(), now=now())
            where = url_for("sessions.page", session_id=session_id)
        except NotFound:
            where = url_for("agenda.today")
    undo = Undo(gettext("Undo"), url_for("appointments.can", appointment_id=appointment_id))
    say(gettext("Noted: you cannot take this. Nobody asks why."), undo)
    return redirect(where, 303)


@room.post("/<appointment_id>/can")
@only(Role.MEDIATOR, *LEGAL_TEAM)
def can(appointment_id: str) -> Response:
    """Take back that one cannot take this."""
    check_button()
    with db.write() as tx:
        exclusions.unrecuse(tx, appointment_id, by=me(), now=now())
        try:
            desks.appointment(tx, appointment_id, reader=me(), now=now())
            where = url_for("appointments.page", appointment_id=appointment_id)
        except NotFound:
            where = url_for("agenda.today")
    say(gettext("You can take it after all."))
    return redirect(where, 303)


def _ask(form: OpenForm, appointment_id: str, status: int) -> tuple[str, int]:
    with db.read() as tx:
        appointment, _session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        opened = disclosures.open_now(tx, appointment_id, now=now())
    return render_template("appointments/open.html", form=form, appointment=appointment, opened=opened), status
