"""Views of the queue: who is there and who is next, one button for each step, and what a telephone asks by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import LEGAL_TEAM, Role
from clinic.domain.queue import OPEN_AFTER, VisitState
from clinic.queries import desks
from clinic.queries import queue as queries
from clinic.queries.queue import QueueView
from clinic.services import queue as services
from clinic.services.queue import Taken
from clinic.services.repeats import own_key
from clinic.web.appointments.queue_forms import Act, ArrivalForm, StepForm
from clinic.web.appointments.room import room
from clinic.web.shared.alias_fields import proposed
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.messages import sentence

_REORDER: Mapping[str, Callable[..., Taken]] = {Act.FIRST: services.go_first, Act.IN_ORDER: services.go_in_order}


@room.get("/queue/<session_id>", endpoint="queue")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def page(session_id: str) -> str:
    """The queue of a session."""
    with db.read() as tx:
        view = queries.queue(tx, session_id, reader=me(), now=now())
    return render_template("appointments/queue.html", **_words(view))


@room.get("/queue/<session_id>/now", endpoint="queue_now")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def as_it_stands(session_id: str) -> Response:
    """The list alone, for a telephone that shows another one; nothing, when it shows this one already.

    Rendered without what a whole page is asked for: it comes every few seconds from each telephone.
    """
    with db.read() as tx:
        if request.args.get("stamp") == queries.stamp(tx, session_id, reader=me(), now=now()):
            return make_response("", 204)
        view = queries.queue(tx, session_id, reader=me(), now=now())
    template = current_app.jinja_env.get_template("appointments/_queue_list.html")
    return make_response(template.render(**_words(view)))


@room.route("/queue/<session_id>/new", methods=["GET", "POST"], endpoint="someone_is_here")
@only(Role.COORDINATOR, Role.MEDIATOR)
def someone_is_here(session_id: str) -> Response | tuple[str, int]:
    """Put somebody in the line who came without an appointment."""
    view, form = _arrivals(session_id)
    if not form.is_submitted():
        return _ask(form, view, 200)
    if not form.validate():
        return _ask(form, view, 422)
    try:
        with db.write() as tx:
            came = form.arrival()
            taken = services.arrive(tx, session_id, came, key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "alias" if refused.code == "already_here" else None)
        return _ask(form, view, 409)
    _say_here(session_id, taken)
    return _back(session_id)


@room.post("/queue/<session_id>/here/<appointment_id>", endpoint="booked_is_here")
@only(Role.COORDINATOR, Role.MEDIATOR)
def booked_is_here(session_id: str, appointment_id: str) -> Response | tuple[str, int]:
    """Put somebody in the line who has an appointment."""
    check_button()
    try:
        with db.write() as tx:
            booked, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
            if session.id != session_id:
                raise NotFound
            taken = services.arrive_booked(tx, booked.id, by=me(), now=now())
    except Refused as refused:
        return faster(session_id, refused)
    _say_here(session_id, taken)
    return _back(session_id)


@room.post("/queue/<session_id>/visits/<visit_id>", endpoint="queue_step")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def step(session_id: str, visit_id: str) -> Response | tuple[str, int]:
    """Take somebody a step; one decided on an old screen is not taken, and the page says how it stands."""
    try:
        form = StepForm()
        if not form.validate_on_submit():
            abort(400)
        _take(session_id, visit_id, form)
    except Refused as refused:
        return faster(session_id, refused)
    return _back(session_id)


def _take(session_id: str, visit_id: str, form: StepForm) -> None:
    act, seen = form.act.data, int(form.seen.data)
    with db.write() as tx:
        belongs_to = queries.session_of(tx, visit_id)
        if belongs_to is None and act == Act.OFF:
            return  # taken off the line before: twice is once
        if belongs_to != session_id:
            raise NotFound
        if act == Act.OFF:
            services.take_off(tx, visit_id, seen=seen, by=me(), now=now())
            say(gettext("She is off the line: it was a mistake."))
            return
        reorder = _REORDER.get(act)
        if reorder:
            taken = reorder(tx, visit_id, seen=seen, by=me(), now=now())
        else:
            to, whom = VisitState(act), form.with_id.data or None
            taken = services.step(tx, visit_id, to, seen=seen, with_id=whom, by=me(), now=now())
    back = form.taken_back(taken.version)
    url = url_for("appointments.queue_step", session_id=session_id, visit_id=visit_id)
    # No message waits for an undo here: it works as long as the line is open.
    undo = Undo(gettext("Undo"), url, back) if back else None
    say(_said(act, taken.number), undo, undo_for=OPEN_AFTER)


def _said(act: str, number: int) -> str:
    said: dict[str, str] = {
        VisitState.WAITING: gettext("n° %(number)s is back in the line.", number=number),
        VisitState.SEEN: gettext("n° %(number)s is being seen.", number=number),
        VisitState.DONE: gettext("n° %(number)s was seen.", number=number),
        VisitState.LEFT: gettext("n° %(number)s left without being seen.", number=number),
        Act.FIRST: gettext("n° %(number)s is next.", number=number),
        Act.IN_ORDER: gettext("n° %(number)s waits in the order of arrival.", number=number),
    }
    return said[act]


def _say_here(session_id: str, taken: Taken) -> None:
    url = url_for("appointments.queue_step", session_id=session_id, visit_id=taken.visit_id)
    undo = Undo(gettext("Undo"), url, {"act": Act.OFF.value, "seen": str(taken.version)})
    say(gettext("n° %(number)s is in the line.", number=taken.number), undo, undo_for=OPEN_AFTER)


def _arrivals(session_id: str) -> tuple[QueueView, ArrivalForm]:
    with db.read() as tx:
        view = queries.queue(tx, session_id, reader=me(), now=now())
        if not view.may_run:
            raise NotFound
        return view, ArrivalForm.of(queries.languages(tx, session_id))


def _ask(form: ArrivalForm, view: QueueView, status: int) -> tuple[str, int]:
    form.offer_words(proposed())
    return render_template("appointments/someone_is_here.html", form=form, view=view), status


def faster(session_id: str, refused: Refused) -> tuple[str, int]:
    """Answer with the whole page as it stands now, and why nothing was done."""
    with db.read() as tx:
        view = queries.queue(tx, session_id, reader=me(), now=now())
    return render_template("appointments/queue.html", refusal=sentence(refused), **_words(view)), 409


def _words(view: QueueView) -> dict[str, object]:
    return {"view": view, "now": now(), "new_key": own_key}


def _back(session_id: str) -> Response:
    return redirect(url_for("appointments.queue", session_id=session_id), 303)
