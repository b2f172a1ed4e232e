"""Views of appointments."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.appointments import Topic
from clinic.domain.people import LEGAL_TEAM, Role
from clinic.queries import desks, programme
from clinic.queries.desks import SlotView
from clinic.queries.programme import SessionView
from clinic.services import bookings
from clinic.services.appointments import Wish
from clinic.web.appointments.forms import BookForm, MoveForm, ToldForm
from clinic.web.appointments.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.stamps import stamp

DATES_OFFERED = 4


@room.route("/new/<session_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def book(session_id: str) -> Response | tuple[str, int]:
    """Book a free slot of a session."""
    session, slots = _session(session_id)
    form = BookForm(slots, at=request.args.get("at"))
    if not form.is_submitted():
        return _ask(form, session, 200)
    if not form.validate():
        return _ask(form, session, 422)
    wish = Wish(session_id, form.starts_at, form.alias.data, form.language.data, Topic(form.topic.data))
    try:
        with db.write() as tx:
            booked_id = bookings.book(tx, wish, key=form.key.data, by=me(), now=now())
    except Refused as refused:
        session, slots = _session(session_id)
        form = BookForm(slots)
        form.refuse(refused, "alias" if refused.code == "alias_busy" else "at")
        return _ask(form, session, 409)
    undo = Undo(gettext("Undo"), url_for("appointments.cancel", appointment_id=booked_id))
    say(gettext("The appointment is booked."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.get("/<appointment_id>")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def page(appointment_id: str) -> str:
    """One appointment, for those who may know it."""
    with db.read() as tx:
        appointment, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
    may_change = me().holds(Role.COORDINATOR, Role.MEDIATOR) and appointment.ends_at > now()
    return render_template(
        "appointments/page.html",
        appointment=appointment,
        session=session,
        need=next((each for each in session.needs or () if each.appointment_id == appointment.id), None),
        may_change=may_change,
        has_begun=appointment.starts_at <= now(),
        form=ToldForm(),
    )


@room.route("/<appointment_id>/move", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def move(appointment_id: str) -> Response | tuple[str, int]:
    """Move an appointment to another slot, of this date or of one of the next."""
    form = MoveForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _moved(appointment_id, form)
            except Refused as refused:
                form.refuse(refused, "to")
                status = 409
    with db.read() as tx:
        appointment, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        dates = programme.next_of_series(tx, session.id, most=DATES_OFFERED, reader=me(), now=now())
        form.offer([(each, desks.slots(tx, each, reader=me(), now=now())) for each in dates])
    return render_template("appointments/move.html", form=form, appointment=appointment, session=session), status


def _moved(appointment_id: str, form: MoveForm) -> Response:
    session_id, starts_at = form.chosen
    with db.write() as tx:
        before, _session_before = desks.appointment(tx, appointment_id, reader=me(), now=now())
        bookings.move(tx, appointment_id, session_id, starts_at, by=me(), now=now(), she_knows=form.she_knows.data)
    back = {"to": f"{before.session_id}.{stamp(before.starts_at)}", **_knows(form)}
    undo = Undo(gettext("Undo"), url_for("appointments.move", appointment_id=appointment_id), back)
    say(gettext("The appointment is moved."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/<appointment_id>/cancel")
@only(Role.COORDINATOR, Role.MEDIATOR)
def cancel(appointment_id: str) -> Response:
    """Call an appointment off."""
    form = ToldForm()
    session_id = _press(appointment_id, form, bookings.cancel)
    undo = Undo(gettext("Undo"), url_for("appointments.restore", appointment_id=appointment_id), _knows(form))
    say(gettext("The appointment is cancelled. The time is free again."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/<appointment_id>/restore")
@only(Role.COORDINATOR, Role.MEDIATOR)
def restore(appointment_id: str) -> Response:
    """Take a cancellation back."""
    session_id = _press(appointment_id, ToldForm(), bookings.restore)
    say(gettext("The appointment stands again."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _press(appointment_id: str, form: ToldForm, act: Callable[..., None]) -> str:
    """Carry out an act of one button and one tick, and return the id of the session it belongs to."""
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        appointment, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        act(tx, appointment.id, by=me(), now=now(), she_knows=form.she_knows.data)
    return session.id


def _knows(form: ToldForm) -> dict[str, str]:
    """Of what she knows without a message, the undo is said to her by whoever spoke with her, too."""
    return {"she_knows": "y"} if form.she_knows.data else {}


def _session(session_id: str) -> tuple[SessionView, list[SlotView]]:
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        return session, desks.slots(tx, session, reader=me(), now=now())


def _ask(form: BookForm, session: SessionView, status: int) -> tuple[str, int]:
    return render_template("appointments/book.html", form=form, session=session), status
