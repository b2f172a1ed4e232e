"""Views of the rota."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain import availability as rules
from clinic.domain.answers import Refused
from clinic.domain.availability import Said
from clinic.domain.people import CREW_ROLES, LEGAL_TEAM, Role
from clinic.queries import availability, people, programme
from clinic.queries import searches as queries
from clinic.queries.people import PersonRow
from clinic.queries.programme import SessionView
from clinic.services import rota, searches
from clinic.web.rota import lists
from clinic.web.rota.forms import AssignForm, TakeForm
from clinic.web.rota.list_forms import ExportForm
from clinic.web.rota.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only, signed_in
from clinic.web.shared.identity import me
from clinic.web.shared.labels import label, with_said

WEEKS_AHEAD = timedelta(weeks=8)


@room.get("")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def open_shifts() -> str:
    """The list of coming sessions for those who plan; for the others, those that lack someone of their roles."""
    if me().holds(Role.COORDINATOR, Role.MEDIATOR):
        return lists.page()
    with db.read() as tx:
        ahead = programme.ahead(tx, now() + WEEKS_AHEAD, reader=me(), now=now())
        recused = queries.recused_by(tx, me().id, now=now())
    shown = [each for each in ahead if each.takes(me()) and each.id not in recused]
    return render_template("rota/open_shifts.html", sessions=shown, recused=recused)


@room.post("/export")
@only(Role.COORDINATOR)
def export() -> Response:
    """The list as a file for a spreadsheet."""
    form = ExportForm()
    if not form.validate_on_submit():
        abort(400)
    return lists.export(form.sent)


@room.post("/sessions/<session_id>/take")
@only(*CREW_ROLES)
def take(session_id: str) -> Response:
    """Take a shift."""
    form = TakeForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        shift_id = searches.take(tx, session_id, form.chosen, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("rota.give_back", shift_id=shift_id))
    say(gettext("Thank you: you are on the crew."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/shifts/<shift_id>/give-back")
@signed_in
def give_back(shift_id: str) -> Response:
    """Give a shift back."""
    check_button()
    with db.write() as tx:
        given = searches.give_back(tx, shift_id, by=me(), now=now())
    if given.person_id != me().id:
        say(gettext("This person is no longer on the crew."))
        return redirect(url_for("sessions.page", session_id=given.session_id), 303)
    undo = Undo(gettext("Undo"), url_for("rota.take", session_id=given.session_id), {"role": given.role.value})
    say(gettext("You gave this shift back."), undo if given.is_free else None)
    return redirect(url_for("agenda.today"), 303)


@room.post("/shifts/<shift_id>/confirm")
@signed_in
def confirm(shift_id: str) -> Response:
    """Confirm that one comes to a moved session."""
    check_button()
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
        recused = queries.recused_of(tx, session_id)
        said = availability.said_by(tx, [row.id for row in people_rows], session.starts_at)
    form = AssignForm()
    form.offer(_offered(session, [row for row in people_rows if row.id not in recused], said))
    if not form.is_submitted():
        return _ask(form, session, 200)
    if not form.validate():
        return _ask(form, session, 422)
    try:
        with db.write() as tx:
            searches.assign(tx, session_id, *form.chosen, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "who")
        return _ask(form, session, 409)
    say(gettext("This person is on the crew."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _offered(session: SessionView, rows: list[PersonRow], said: Mapping[str, Said]) -> list[tuple[str, str]]:
    """People not yet on the crew, in each of their crew roles: the missing roles first, in each those who can."""
    on_crew = {each.person_id for each in session.crew or ()}
    pairs = [(role, row) for row in rows if row.id not in on_crew for role in row.roles if role in CREW_ROLES]
    pairs.sort(
        key=lambda pair: (pair[0] not in session.lacks, CREW_ROLES.index(pair[0]), rules.order(said[pair[1].id]))
    )
    return [(f"{role.value}.{row.id}", with_said(f"{row.name} · {label(role)}", said[row.id])) for role, row in pairs]


def _ask(form: AssignForm, session: SessionView, status: int) -> tuple[str, int]:
    return render_template("rota/assign.html", form=form, session=session), status
