"""Views that make an appointment: what is wished, the times at which all are free, booked or kept for a moment."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.appointments import CrewPart
from clinic.domain.interpreting import NeedState
from clinic.domain.people import Role
from clinic.queries import beneficiaries, desks, openings, programme
from clinic.queries.attending import Asked
from clinic.queries.desks import AppointmentView
from clinic.queries.openings import Company, Whom
from clinic.queries.programme import SessionView
from clinic.services import appointments, bookings
from clinic.services.appointments import Wish
from clinic.web.appointments import times
from clinic.web.appointments.forms import ANYBODY, NOBODY, SAME, BookForm
from clinic.web.appointments.room import room
from clinic.web.shared.alias_fields import proposed
from clinic.web.shared.filters import clock
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

NOBODY_ELSE = Company(Asked(None, ""))


@room.route("/new/<session_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def book(session_id: str) -> Response | tuple[str, int]:
    """Book a time of a session, or keep it for a moment."""
    form = BookForm(at=request.args.get("at"), who=request.args.get("for"))
    session, whom = _prepare(form, session_id)
    if not form.is_submitted():
        return _ask(form, session, whom, 200)
    if not form.validate():
        return _ask(form, session, whom, 422)
    if form.change.data:
        return _ask(form, session, whom, 200)
    if form.starts_at is None:
        return times.show(form, session_id, 200)
    try:
        return _taken(form, session_id)
    except Refused as refused:
        return times.show(form, session_id, 409, refused=refused)


@room.get("/<appointment_id>/follow-up")
@only(Role.COORDINATOR, Role.MEDIATOR)
def follow_up(appointment_id: str) -> tuple[str, int]:
    """The next appointment of the same person, with the same people: one press books it."""
    form, before = _again(appointment_id, SAME)
    return times.show(form, before.session_id, 200, without=before.session_id)


@room.post("/<appointment_id>/book")
@only(Role.COORDINATOR, Role.MEDIATOR)
def confirm(appointment_id: str) -> Response | tuple[str, int]:
    """She said yes: book the time that was kept, or say what is free now."""
    check_button()
    try:
        with db.write() as tx:
            _held, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
            bookings.confirm(tx, appointment_id, by=me(), now=now())
    except Refused as refused:
        if refused.code == "appointment_cancelled":
            raise
        form, before = _again(appointment_id, ANYBODY)
        return times.show(form, before.session_id, 409, refused=refused)
    return _booked(appointment_id, session.id)


def _prepare(form: BookForm, session_id: str) -> tuple[SessionView, Whom]:
    """Fill in what a form offers; when it is opened, also what is known of her whom it is for."""
    whom = times.whom_of(form)
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        crew = openings.crew(tx, session, whom.id)
        dates = openings.dates(tx, session_id, NOBODY_ELSE, most=0, reader=me(), now=now())
        followed = [(each.id, each.alias or "") for each in beneficiaries.followed(tx, reader=me())]
    if not form.is_submitted() and whom.id:
        form.language.data = next(iter(whom.languages), "")
        on_crew = [person_id for person_id, _name in crew[CrewPart.MEDIATOR]]
        form.mediator.data = next((each for each in whom.mediators if each in on_crew), NOBODY)
    form.offer((time for each in dates for time in each.times), crew, followed)
    return session, whom


def _again(appointment_id: str, how: str) -> tuple[BookForm, AppointmentView]:
    """A form that asks for the same person and the same company as an appointment does."""
    with db.read() as tx:
        before, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        company = openings.company_of(tx, appointment_id)
        crew = openings.crew(tx, session, None)
    parts = {each.part for each in company.wanted}
    needs = [each for each in session.needs or () if each.appointment_id == before.id]
    need = next((each for each in needs if each.state is not NeedState.WITHDRAWN), None)
    modality = company.asked.interpreter or (need.modality if need else None)
    said = {
        "after": before.id,
        "language": before.language,
        "topic": before.topic.value if before.topic else "",
        "legal": how if CrewPart.LEGAL in parts else NOBODY,
        "mediator": how if CrewPart.MEDIATOR in parts else NOBODY,
        "interpreter": modality.value if modality else "",
    }
    form = BookForm(formdata=None, **said)
    form.offer((), crew, ())
    return form, before


def _taken(form: BookForm, session_id: str) -> Response:
    act = appointments.hold if form.holds else bookings.book
    wish = _wish(form, session_id, times.company_of(form, times.whom_of(form)))
    with db.write() as tx:
        taken_id = act(tx, wish, key=form.key.data, by=me(), now=now())
        taken, _session = desks.appointment(tx, taken_id, reader=me(), now=now())
    return _kept(taken) if taken.is_held else _booked(taken_id, taken.session_id)


def _wish(form: BookForm, session_id: str, company: Company) -> Wish:
    if form.starts_at is None:
        raise ValueError(form.at.data)
    return Wish(
        session_id,
        form.starts_at,
        form.called,
        form.language.data,
        form.chosen_topic,
        beneficiary_id=form.who.data or None,
        wanted=company.wanted,
        interpreter=company.asked.interpreter,
        after_id=form.after.data or None,
    )


def _booked(appointment_id: str, session_id: str) -> Response:
    undo = Undo(gettext("Undo"), url_for("appointments.cancel", appointment_id=appointment_id))
    say(gettext("The appointment is booked."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _kept(held: AppointmentView) -> Response:
    """It is said how it stands, whatever was pressed: a form that kept a time does not book it when sent again."""
    undo = Undo(gettext("Undo"), url_for("appointments.cancel", appointment_id=held.id))
    say(gettext("The time is kept until %(time)s.", time=clock(held.held_until or now())), undo)
    return redirect(url_for("appointments.page", appointment_id=held.id), 303)


def _ask(form: BookForm, session: SessionView, whom: Whom, status: int) -> tuple[str, int]:
    form.offer_words(proposed())
    return render_template("appointments/book.html", form=form, session=session, whom=whom), status
