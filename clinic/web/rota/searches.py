"""Views of searches: looking for a stand-in or for people, and the answer of those who are asked."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import CREW_ROLES, LEGAL_TEAM, Role
from clinic.queries import asks, programme
from clinic.services import searches
from clinic.web.rota.forms import TakeForm
from clinic.web.rota.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only, signed_in
from clinic.web.shared.identity import me
from clinic.web.shared.messages import sentence


@room.get("/shifts/<shift_id>/stand-in")
@signed_in
def stand_in(shift_id: str) -> str:
    """What it means to look for a stand-in, before one does."""
    with db.read() as tx:
        mine = asks.my_shift(tx, shift_id, reader=me(), now=now())
        session = programme.session(tx, mine.session_id, reader=me(), now=now())
    return render_template("rota/stand_in.html", mine=mine, session=session, now=now())


@room.post("/shifts/<shift_id>/stand-in")
@signed_in
def look_for_stand_in(shift_id: str) -> Response:
    """Look for a stand-in for one's own shift or, as coordinator, anybody's."""
    check_button()
    with db.write() as tx:
        search_id = searches.look_for_stand_in(tx, shift_id, by=me(), now=now())
        session_id = asks.session_of(tx, search_id)
    undo = Undo(gettext("Undo"), url_for("rota.take_back", search_id=search_id))
    say(gettext("People are asked now. The shift is not free until somebody takes over."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/sessions/<session_id>/look-for")
@only(Role.COORDINATOR)
def look_for(session_id: str) -> Response:
    """Ask people for the open places of a role."""
    form = TakeForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        search_id = searches.look_for(tx, session_id, form.chosen, by=me(), now=now())
    undo = Undo(gettext("Stop looking"), url_for("rota.take_back", search_id=search_id))
    say(gettext("People are asked now, a few at a time."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/searches/<search_id>/take-back")
@signed_in
def take_back(search_id: str) -> Response:
    """Look for nobody any more."""
    check_button()
    with db.write() as tx:
        session_id = searches.take_back(tx, search_id, by=me(), now=now())
    say(gettext("Nobody is looked for any more."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.get("/asks/<ask_id>")
@only(*CREW_ROLES)
def ask(ask_id: str) -> str:
    """What one is asked."""
    return _page(ask_id)


@room.post("/asks/<ask_id>/accept")
@only(*CREW_ROLES)
def accept(ask_id: str) -> Response | tuple[str, int]:
    """Say yes; the first to do so takes it."""
    check_button()
    try:
        with db.write() as tx:
            session_id = searches.accept(tx, ask_id, by=me(), now=now())
            session = programme.find(tx, session_id, reader=me(), now=now())
    except Refused as refused:
        return _page(ask_id, Refused("you_are_busy") if refused.code == "person_busy" else refused), 409
    if session is None or session.my_shift is None:
        return redirect(url_for("rota.ask", ask_id=ask_id), 303)
    undo = Undo(gettext("Undo"), url_for("rota.give_back", shift_id=session.my_shift.shift_id))
    say(gettext("Thank you: you are on the crew."), undo)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@room.post("/asks/<ask_id>/decline")
@only(*CREW_ROLES)
def decline(ask_id: str) -> Response | tuple[str, int]:
    """Say no; no reason is asked."""
    check_button()
    try:
        with db.write() as tx:
            searches.decline(tx, ask_id, by=me(), now=now())
            found = asks.ask(tx, ask_id, reader=me())
    except Refused as refused:
        return _page(ask_id, refused), 409
    undo = Undo(gettext("I can after all: I take it"), url_for("rota.accept", ask_id=ask_id))
    say(gettext("Thank you for saying so. Somebody else will be asked."), undo if found.is_open(now()) else None)
    return redirect(url_for("agenda.today"), 303)


@room.get("/cannot")
@only(*CREW_ROLES)
def recused() -> str:
    """The coming sessions of which one said that one cannot take them."""
    with db.read() as tx:
        mine = asks.recused_ahead(tx, reader=me(), now=now())
    return render_template("rota/recused.html", sessions=mine)


@room.post("/sessions/<session_id>/cannot")
@only(*CREW_ROLES)
def cannot(session_id: str) -> Response:
    """Say that one cannot take a session: it is not shown again."""
    check_button()
    with db.write() as tx:
        programme.session(tx, session_id, reader=me(), now=now())
        searches.recuse(tx, session_id, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("rota.can_after_all", session_id=session_id))
    say(gettext("All right. This session is not proposed to you any more."), undo)
    return redirect(_back(), 303)


@room.post("/sessions/<session_id>/can-after-all")
@only(*CREW_ROLES)
def can_after_all(session_id: str) -> Response:
    """Let a session be shown again."""
    check_button()
    with db.write() as tx:
        searches.unrecuse(tx, session_id, me().id)
    say(gettext("This session is shown again."))
    return redirect(_back(), 303)


def _back() -> str:
    """Where open shifts are listed; interpreters have no such list."""
    has_list = me().holds(Role.MEDIATOR, *LEGAL_TEAM)
    return url_for("rota.open_shifts" if has_list else "agenda.today")


def _page(ask_id: str, refused: Refused | None = None) -> str:
    with db.read() as tx:
        found = asks.ask(tx, ask_id, reader=me())
    # The state of an ask says by itself why it takes no answer; what it does not say is said above it.
    refusal = sentence(refused) if refused and found.is_open(now()) else None
    return render_template("rota/ask.html", ask=found, refusal=refusal, now=now())
