"""Views that change an appointment: its time, who must be there, calling it off or letting a kept time go."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.queries import desks, openings
from clinic.queries.desks import AppointmentView
from clinic.services import appointments, bookings
from clinic.web.appointments import pages, times
from clinic.web.appointments.forms import VACANT, MoveForm, StaffForm, ToldForm
from clinic.web.appointments.room import room
from clinic.web.shared.filters import clock
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.stamps import stamp


@room.route("/<appointment_id>/move", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def move(appointment_id: str) -> Response | tuple[str, int]:
    """Move an appointment to another time at which all who must be there are free, of this date or of the next ones."""
    form = MoveForm()
    if not form.is_submitted():
        return _ask(form, appointment_id, 200)
    if not form.validate():
        return _ask(form, appointment_id, 422)
    try:
        return _moved(appointment_id, form)
    except Refused as refused:
        return _ask(form, appointment_id, 409, refused)


@room.post("/<appointment_id>/staff")
@only(Role.COORDINATOR, Role.MEDIATOR)
def staff(appointment_id: str) -> Response | tuple[str, int]:
    """Say who must be there."""
    form = StaffForm()
    if not form.validate():
        abort(400)
    try:
        with db.write() as tx:
            before, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
            was = openings.staffing(tx, before, session, now=now())
            appointments.staff(
                tx, appointment_id, form.wanted, vacant=form.vacant, seen=form.seen.data or "", by=me(), now=now()
            )
            seen = openings.staffing(tx, before, session, now=now()).seen
    except Refused as refused:
        return pages.show(appointment_id, 409, refused=refused)
    back = {part.value: VACANT if who is None else who for part, who in was.parts.items()}
    undo = Undo(gettext("Undo"), url_for("appointments.staff", appointment_id=appointment_id), {**back, "seen": seen})
    say(gettext("This is noted."), undo)
    return _to_page(appointment_id)


@room.post("/<appointment_id>/cancel")
@only(Role.COORDINATOR, Role.MEDIATOR)
def cancel(appointment_id: str) -> Response:
    """Call an appointment off, or let a kept time go."""
    form = ToldForm()
    before = _press(appointment_id, form, bookings.cancel)
    undo = Undo(gettext("Undo"), url_for("appointments.restore", appointment_id=appointment_id), _knows(form))
    if before.is_booked or before.is_cancelled:
        say(gettext("The appointment is cancelled. The time is free again."), undo)
    else:
        say(gettext("The time is no longer kept: it is free again."), undo)
    return redirect(url_for("sessions.page", session_id=before.session_id), 303)


@room.post("/<appointment_id>/restore")
@only(Role.COORDINATOR, Role.MEDIATOR)
def restore(appointment_id: str) -> Response:
    """Take it back that it was called off, or let go."""
    _press(appointment_id, ToldForm(), bookings.restore)
    with db.read() as tx:
        restored, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
    if restored.held_until:
        say(gettext("The time is kept until %(time)s.", time=clock(restored.held_until)))
        return _to_page(appointment_id)
    say(gettext("The appointment stands again."))
    return redirect(url_for("sessions.page", session_id=session.id), 303)


def _ask(form: MoveForm, appointment_id: str, status: int, refused: Refused | None = None) -> tuple[str, int]:
    with db.read() as tx:
        appointment, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        company = openings.company_of(tx, appointment_id)
        dates = openings.dates(
            tx, session.id, company, most=times.DATES_OFFERED, besides=appointment_id, reader=me(), now=now()
        )
    form.offer(dates)
    if refused:
        wished = form.chosen[0]
        form.refuse(times.with_times(refused, dates, wished, company), "to")
    html = render_template(
        "appointments/move.html", form=form, appointment=appointment, session=session, company=company, dates=dates
    )
    return html, status


def _moved(appointment_id: str, form: MoveForm) -> Response:
    session_id, starts_at = form.chosen
    with db.write() as tx:
        before, _session_before = desks.appointment(tx, appointment_id, reader=me(), now=now())
        bookings.move(tx, appointment_id, session_id, starts_at, by=me(), now=now(), she_knows=form.she_knows.data)
    back = {"to": f"{before.session_id}.{stamp(before.starts_at)}", **_knows(form)}
    undo = Undo(gettext("Undo"), url_for("appointments.move", appointment_id=appointment_id), back)
    say(gettext("The appointment is moved."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _press(appointment_id: str, form: ToldForm, act: Callable[..., None]) -> AppointmentView:
    """Carry out an act of one button and one tick, and return what it was about, as it was before."""
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        before, _session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        act(tx, appointment_id, by=me(), now=now(), she_knows=form.she_knows.data)
    return before


def _knows(form: ToldForm) -> dict[str, str]:
    """Of what she knows without a message, the undo is said to her by whoever spoke with her, too."""
    return {"she_knows": "y"} if form.she_knows.data else {}


def _to_page(appointment_id: str) -> Response:
    return redirect(url_for("appointments.page", appointment_id=appointment_id), 303)
