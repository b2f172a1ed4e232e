"""The acts of one press on a meeting by telephone: off, on again, she knows, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.services import exclusions, meetings
from clinic.web.meetings.forms import OutcomeForm, ToldForm, outcome_of
from clinic.web.meetings.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.post("/<meeting_id>/cancel")
@only(Role.COORDINATOR, Role.MEDIATOR)
def cancel(meeting_id: str) -> Response:
    """Call it off."""
    knows = _press(meeting_id, meetings.cancel)
    undo = Undo(gettext("Undo"), url_for("meetings.restore", meeting_id=meeting_id), knows)
    say(gettext("The telephone meeting is called off."), undo)
    return _back(meeting_id)


@room.post("/<meeting_id>/restore")
@only(Role.COORDINATOR, Role.MEDIATOR)
def restore(meeting_id: str) -> Response:
    """Take a cancellation back."""
    _press(meeting_id, meetings.restore)
    say(gettext("The telephone meeting stands again."))
    return _back(meeting_id)


@room.post("/<meeting_id>/she-knows")
@only(Role.COORDINATOR, Role.MEDIATOR)
def she_knows(meeting_id: str) -> Response:
    """Note that somebody told her how it stands."""
    check_button()
    with db.write() as tx:
        meetings.she_knows(tx, meeting_id, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("meetings.she_knows_not", meeting_id=meeting_id))
    say(gettext("Noted: she knows. Thank you."), undo)
    return _back(meeting_id)


@room.post("/<meeting_id>/she-knows-not")
@only(Role.COORDINATOR, Role.MEDIATOR)
def she_knows_not(meeting_id: str) -> Response:
    """Take back that she knows."""
    check_button()
    with db.write() as tx:
        meetings.she_knows_not(tx, meeting_id, by=me(), now=now())
    say(gettext("Noted: she does not know yet."))
    return _back(meeting_id)


@room.post("/<meeting_id>/cannot")
@only(Role.MEDIATOR)
def cannot(meeting_id: str) -> Response:
    """Say that one cannot take this; no reason is asked."""
    check_button()
    with db.write() as tx:
        exclusions.recuse_from_meeting(tx, meeting_id, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("meetings.can", meeting_id=meeting_id))
    say(gettext("Noted: you cannot take this. Nobody asks why."), undo)
    return redirect(url_for("agenda.today"), 303)


@room.post("/<meeting_id>/can")
@only(Role.MEDIATOR)
def can(meeting_id: str) -> Response:
    """Take back that one cannot take this."""
    check_button()
    with db.write() as tx:
        exclusions.unrecuse_from_meeting(tx, meeting_id, by=me(), now=now())
    say(gettext("You can take it after all."))
    return _back(meeting_id)


@room.post("/<meeting_id>/outcome")
@only(Role.COORDINATOR, Role.MEDIATOR)
def outcome(meeting_id: str) -> Response:
    """Note whether they spoke."""
    form = OutcomeForm()
    if not form.validate_on_submit():
        abort(400)
    said, seen = outcome_of(form.outcome.data), outcome_of(form.seen.data)
    with db.write() as tx:
        meetings.note(tx, meeting_id, said, seen=seen, by=me(), now=now())
    back = {"outcome": form.seen.data, "seen": form.outcome.data}
    say(gettext("Noted."), Undo(gettext("Undo"), url_for("meetings.outcome", meeting_id=meeting_id), back))
    return _back(meeting_id)


def _press(meeting_id: str, act: Callable[..., None]) -> dict[str, str]:
    """Carry out an act of one button and one tick; return the tick, for the undo."""
    form = ToldForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        act(tx, meeting_id, by=me(), now=now(), she_knows=form.she_knows.data)
    return {"she_knows": "y"} if form.she_knows.data else {}


def _back(meeting_id: str) -> Response:
    return redirect(url_for("meetings.page", meeting_id=meeting_id), 303)
