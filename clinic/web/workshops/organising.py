"""Organising a workshop: what it shows, who comes, who came."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.domain.sessions import Kind
from clinic.domain.workshops import Attendance, RegistrationState, may_mark
from clinic.queries import programme
from clinic.queries import workshops as queries
from clinic.queries.programme import SessionView
from clinic.services import workshops
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.workshops.forms import AttendanceForm, WorkshopForm
from clinic.web.workshops.room import room

ORGANISE = (Role.COORDINATOR, Role.WORKSHOP_ORGANISER)
IN_WORDS = (Attendance.CAME, Attendance.EXCUSED, Attendance.ABSENT, Attendance.UNKNOWN)


@room.route("/<workshop_id>/edit", methods=["GET", "POST"])
@only(*ORGANISE)
def edit(workshop_id: str) -> Response | tuple[str, int]:
    """Say what a workshop is about, and how many may come."""
    with db.read() as tx:
        session = _workshop_session(programme.session(tx, workshop_id, reader=me(), now=now()))
        known = queries.described(tx, workshop_id)
    form = WorkshopForm(obj=known)
    if not form.is_submitted():
        return _ask(form, session, 200)
    if not form.validate():
        return _ask(form, session, 422)
    try:
        with db.write() as tx:
            workshops.describe(tx, workshop_id, form.draft(), by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "capacity")
        return _ask(form, session, 409)
    say(gettext("The workshop is changed."))
    return redirect(url_for("workshops.page", workshop_id=workshop_id), 303)


@room.get("/<workshop_id>/participants")
@only(*ORGANISE, Role.MEDIATOR)
def participants(workshop_id: str) -> str:
    """Who comes and who waits; after the start, who came."""
    with db.read() as tx:
        session = _workshop_session(programme.session(tx, workshop_id, reader=me(), now=now()))
        if not session.knows_participants:
            raise NotFound
        rows = queries.participants(tx, workshop_id)
        known = queries.described(tx, workshop_id)
    has_begun = session.starts_at <= now()
    return render_template(
        "workshops/participants.html",
        session=session,
        workshop=known,
        registered=[each for each in rows if each.state is RegistrationState.REGISTERED],
        waiting=[each for each in rows if each.state is RegistrationState.WAITING],
        has_begun=has_begun,
        words=[each for each in IN_WORDS if may_mark(each, session.starts_at, now())],
        may_mark=session.coordinates and not session.is_cancelled,
    )


@room.post("/registrations/<registration_id>/attendance")
@only(*ORGANISE)
def mark(registration_id: str) -> Response:
    """Note who came, or take it back."""
    form = AttendanceForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        workshop_id = workshops.mark(tx, registration_id, form.chosen, by=me(), now=now())
    to = url_for("workshops.participants", workshop_id=workshop_id, _anchor=f"r-{registration_id}")
    return redirect(to, 303)


def _workshop_session(session: SessionView) -> SessionView:
    if session.kind is not Kind.WORKSHOP:
        raise NotFound
    return session


def _ask(form: WorkshopForm, session: SessionView, status: int) -> tuple[str, int]:
    return render_template("workshops/edit.html", form=form, session=session), status
