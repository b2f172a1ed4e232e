"""Views that note whether she came, and what should follow: one press each, taken back by another."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import LEGAL_TEAM, Role
from clinic.services import attendance as services
from clinic.web.appointments import pages
from clinic.web.appointments.forms import FollowUpForm, OutcomeForm
from clinic.web.appointments.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.post("/<appointment_id>/outcome")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def outcome(appointment_id: str) -> Response | tuple[str, int]:
    """Note whether she came."""
    form = OutcomeForm()
    if not form.validate():
        abort(400)
    came, seen = form.noted
    try:
        with db.write() as tx:
            services.note(tx, appointment_id, came, seen=seen, by=me(), now=now())
    except Refused as refused:
        return pages.show(appointment_id, 409, refused=refused)
    return _noted("appointments.outcome", appointment_id, "outcome", came, seen)


@room.post("/<appointment_id>/wanted")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def wanted(appointment_id: str) -> Response | tuple[str, int]:
    """Note what should follow."""
    form = FollowUpForm()
    if not form.validate():
        abort(400)
    follows, seen = form.noted
    try:
        with db.write() as tx:
            services.follow_up(tx, appointment_id, follows, seen=seen, by=me(), now=now())
    except Refused as refused:
        return pages.show(appointment_id, 409, refused=refused)
    return _noted("appointments.wanted", appointment_id, "wanted", follows, seen)


def _noted(endpoint: str, appointment_id: str, field: str, noted: Any, before: Any) -> Response:
    back = {field: before.value if before else "", "seen": noted.value if noted else ""}
    say(gettext("This is noted."), Undo(gettext("Undo"), url_for(endpoint, appointment_id=appointment_id), back))
    return redirect(url_for("appointments.page", appointment_id=appointment_id), 303)
