"""Views of calls: the list, and what came of each."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.domain.reaching import grouped
from clinic.queries import calls as queries
from clinic.queries import contacts
from clinic.services import beneficiaries, calls
from clinic.web.shared import step_up
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

room = Blueprint("calls", __name__, url_prefix="/calls")


@room.get("")
@only(Role.COORDINATOR, Role.MEDIATOR)
def to_make() -> str:
    """Whom to call, session by session."""
    with db.read() as tx:
        found = queries.to_make(tx, reader=me(), now=now())
        numbers = contacts.numbers(tx, [call.id for call in found])
    in_order = sorted(found, key=lambda call: (call.session_starts_at, call.session_id))
    groups = [list(calls) for _, calls in groupby(in_order, key=lambda call: call.session_id)]
    return render_template("calls/to_make.html", groups=groups, numbers=numbers)


@room.post("/<call_id>/number")
@only(Role.COORDINATOR, Role.MEDIATOR)
def number(call_id: str) -> Response | str:
    """Show the number for a call that is to be made, once, after it was noted who looks and why."""
    check_button()
    with db.read() as tx:
        beneficiaries.callee(tx, call_id, by=me(), now=now())
    reason = step_up.reason()
    if reason is None:
        return step_up.ask(to=url_for("calls.to_make"))
    with db.write() as tx:
        found = beneficiaries.reveal_for_call(tx, call_id, reason, by=me(), now=now())
    return render_template("calls/number.html", number=found, grouped=grouped(found))


@room.post("/<call_id>/told")
@only(Role.COORDINATOR, Role.MEDIATOR)
def told(call_id: str) -> Response:
    """Note that she was told."""
    check_button()
    with db.write() as tx:
        calls.told(tx, call_id, by=me(), now=now())
    say(gettext("Noted: told. Thank you."), Undo(gettext("Undo"), url_for("calls.reopen", call_id=call_id)))
    return redirect(url_for("calls.to_make"), 303)


@room.post("/<call_id>/not-reached")
@only(Role.COORDINATOR, Role.MEDIATOR)
def not_reached(call_id: str) -> Response:
    """Note a call in vain."""
    check_button()
    with db.write() as tx:
        calls.not_reached(tx, call_id, by=me(), now=now())
    say(gettext("Noted: not reached. It stays on the list, to be tried again."))
    return redirect(url_for("calls.to_make"), 303)


@room.post("/<call_id>/reopen")
@only(Role.COORDINATOR, Role.MEDIATOR)
def reopen(call_id: str) -> Response:
    """Take back what was noted."""
    check_button()
    with db.write() as tx:
        calls.reopen(tx, call_id, by=me(), now=now())
    say(gettext("This call is on the list again."))
    return redirect(url_for("calls.to_make"), 303)
