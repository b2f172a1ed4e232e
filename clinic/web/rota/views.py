"""Views of the rota."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import CREW_ROLES, LEGAL_TEAM, Role
from clinic.queries import people, programme
from clinic.queries.people import PersonRow
from clinic.queries.programme import SessionView
from clinic.services import rota
from clinic.web.rota.forms import AssignForm, TakeForm
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import ButtonForm
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only, signed_in
from clinic.web.shared.identity import me
from clinic.web.shared.labels import label

room = Blueprint("rota", __name__, url_prefix="/rota")
WEEKS_AHEAD = timedelta(weeks=8)


@room.get("")
@only(Role.MEDIATOR, *LEGAL_TEAM)
def open_shifts() -> str:
    """The coming sessions that lack someone of one's roles."""
    with db.read() as tx:
        ahead = programme.ahead(tx, now() + WEEKS_AHEAD, reader=me(), now=now())
    return render_template("rota/open_shifts.html", sessions=[each for each in ahead if each.takes(me())])


@room.post("/sessions/<session_id>/take")
@only(*CREW_ROLES)
def take(session_id: str) -> Response:
    """Take a shift."""
    form = TakeForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        shift_id = rota.take(tx, session_id, form.chosen, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("rota.give_back", shift_id=shift_id))
    say(gettext("Thank you: you are on the crew."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/shifts/<shift_id>/give-back")
@signed_in
def give_back(shift_id: str) -> Response:
    """Give a shift back."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with db.write() as tx:
        given = rota.give_back(tx, shift_id, by=me(), now=now())
    if given.person_id != me().id:
        say(gettext("This person is no longer on the crew."))
        return redirect(url_for("sessions.page", session_id=given.session_id), 303)
    undo = Undo(gettext("Undo"), url_for("rota.take", session_id=given.session_id), {"role": given.role.value})
    say(gettext("You gave this shift back."), undo)
    return redirect(url_for("agenda.today"), 303)


@room.post("/shifts/<shift_id>/confirm")
@signed_in
def confirm(shift_id: str) -> Response:
    """Confirm that one comes to a moved session."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with db.write() as tx:
        session_id = rota.confirm(tx, shift_id, by=me(), now=now())
    say(gettext("Thank you: this is confirmed."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.route("/sessions/<session_id>/assign", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def assign(session_id: str) -> Response | tuple[str, int]:
    """Place somebody on a session."""
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        people_rows = people.holding(tx, CREW_ROLES)
    form = AssignForm()
    form.offer(_offered(session, people_rows))
    if not form.is_submitted():
        return _ask(form, session, 200)
    if not form.validate():
        return _ask(form, session, 422)
    try:
        with db.write() as tx:
            rota.assign(tx, session_id, *form.chosen, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "who")
        return _ask(form, session, 409)
    say(gettext("This person is on the crew."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _offered(session: SessionView, rows: list[PersonRow]) -> list[tuple[str, str]]:
    """People not yet on the crew, in each of their crew roles, the missing roles first."""
    on_crew = {each.person_id for each in session.crew or ()}
    pairs = [(role, row) for row in rows if row.id not in on_crew for role in row.roles if role in CREW_ROLES]
    pairs.sort(key=lambda pair: (pair[0] not in session.lacks, CREW_ROLES.index(pair[0])))
    return [(f"{role.value}.{row.id}", f"{row.name} · {label(role)}") for role, row in pairs]


def _ask(form: AssignForm, session: SessionView, status: int) -> tuple[str, int]:
    return render_template("rota/assign.html", form=form, session=session), status
