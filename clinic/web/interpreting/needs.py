"""Views for those who need an interpreter: saying so, asking, and saying that nobody is needed any more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.queries import asking
from clinic.queries.asking import NeedView
from clinic.queries.desks import AppointmentView
from clinic.queries.programme import SessionView
from clinic.services import interpreting
from clinic.services.interpreting import Asked
from clinic.web.interpreting.forms import AskForm, NeedForm
from clinic.web.interpreting.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/new/<session_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def new_for_session(session_id: str) -> Response | tuple[str, int]:
    """Say that an interpreter is needed at a session."""
    return _new(session_id, None)


@room.route("/new/<session_id>/<appointment_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def new_for_appointment(session_id: str, appointment_id: str) -> Response | tuple[str, int]:
    """Say that an interpreter is needed for one appointment."""
    return _new(session_id, appointment_id)


@room.route("/needs/<need_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def need(need_id: str) -> Response | tuple[str, int]:
    """One need: who was asked, what they said, and whom one may still ask."""
    view = _view(need_id)
    form = AskForm.of(view, now())
    if not form.is_submitted():
        return _show(form, view, 200)
    if not form.validate():
        return _show(form, view, 422)
    try:
        with db.write() as tx:
            asking.need(tx, need_id, reader=me(), now=now())
            asked = interpreting.ask(tx, need_id, form.people.data, answer_by=form.answer_by, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "until_at" if refused.code == "answer_by_outside" else None)
        return _show(form, _view(need_id), 409)
    say(_told(asked))
    return redirect(url_for("interpreting.need", need_id=need_id), 303)


@room.post("/needs/<need_id>/withdraw")
@only(Role.COORDINATOR, Role.MEDIATOR)
def withdraw(need_id: str) -> Response:
    """Say that nobody is needed any more."""
    _press(need_id, interpreting.withdraw)
    undo = Undo(gettext("Undo"), url_for("interpreting.need_again", need_id=need_id))
    say(gettext("Nobody is needed any more. Whoever was asked is told."), undo)
    return redirect(url_for("interpreting.need", need_id=need_id), 303)


@room.post("/needs/<need_id>/again")
@only(Role.COORDINATOR, Role.MEDIATOR)
def need_again(need_id: str) -> Response:
    """Take back that nobody is needed."""
    _press(need_id, interpreting.need_again)
    say(gettext("An interpreter is needed again. Choose whom to ask."))
    return redirect(url_for("interpreting.need", need_id=need_id), 303)


def _new(session_id: str, appointment_id: str | None) -> Response | tuple[str, int]:
    with db.read() as tx:
        session, appointment = asking.served(tx, session_id, appointment_id, reader=me(), now=now())
    served = appointment or session
    language = appointment.language if appointment else None
    form = NeedForm.about(session, (served.starts_at, served.ends_at), language, now())
    if not form.is_submitted():
        return _ask(form, session, appointment, 200)
    if not form.validate():
        return _ask(form, session, appointment, 422)
    try:
        with db.write() as tx:
            asking.served(tx, session_id, appointment_id, reader=me(), now=now())
            wish = form.wish(session_id, appointment_id)
            need_id = interpreting.need(tx, wish, key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "until_at" if refused.code == "answer_by_outside" else None)
        return _ask(form, session, appointment, 409)
    say(gettext("This is noted. Now choose whom to ask."))
    return redirect(url_for("interpreting.need", need_id=need_id), 303)


def _view(need_id: str) -> NeedView:
    with db.read() as tx:
        return asking.need(tx, need_id, reader=me(), now=now())


def _press(need_id: str, act: Callable[..., None]) -> None:
    check_button()
    with db.write() as tx:
        asking.need(tx, need_id, reader=me(), now=now())
        act(tx, need_id, by=me(), now=now())


def _told(asked: Asked) -> str:
    words = []
    if asked.asked:
        words.append(ngettext("%(num)d person is asked.", "%(num)d people are asked.", asked.asked))
    if asked.could_not:
        words.append(
            ngettext(
                "%(num)d person could not be asked: she was just taken.",
                "%(num)d people could not be asked: they were just taken.",
                asked.could_not,
            )
        )
    return " ".join(words)


def _ask(form: NeedForm, session: SessionView, appointment: AppointmentView | None, status: int) -> tuple[str, int]:
    return render_template("interpreting/new.html", form=form, session=session, appointment=appointment), status


def _show(form: AskForm, view: NeedView, status: int) -> tuple[str, int]:
    """Each showing of a number leaves one entry in the audit trail."""
    if view.numbers:
        db.touch(partial(interpreting.note_numbers_shown, need_id=view.need.id, by=me(), now=now()))
    page = render_template(
        "interpreting/need.html", form=form, view=view, need=view.need, session=view.session, now=now()
    )
    return page, status
