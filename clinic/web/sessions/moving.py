"""Moving a session: first see what would happen, then do it."""

from __future__ import annotations

from datetime import datetime

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain import sessions as rules
from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.times import to_local
from clinic.queries import moves, places, programme
from clinic.queries.moves import MoveEffects
from clinic.queries.programme import SessionView
from clinic.services import programme as services
from clinic.services.programme import MoveWish
from clinic.web.sessions.forms import MoveForm, digest
from clinic.web.sessions.room import room
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/<session_id>/move", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def move(session_id: str) -> Response | tuple[str, int]:
    """Ask when and where, show what the move would do, and carry it out once that was seen."""
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        rows = places.places(tx)
    form = _form(session, rows)
    if not form.is_submitted():
        return _ask(form, session, 200)
    span = form.wished_span() if form.validate() else None
    if span is None:
        return _ask(form, session, 422)
    try:
        rules.check_move(session.status, session.ends_at, span, now())
        return _foresee_or_move(form, session, span)
    except Refused as refused:
        form.refuse(refused)
        return _ask(form, session, 409)


def _foresee_or_move(
    form: MoveForm, session: SessionView, span: tuple[datetime, datetime]
) -> Response | tuple[str, int]:
    """Carry out what was seen; show anything that was not seen first."""
    with db.read() as tx:
        effects = moves.move_effects(tx, session.id, *span, place_id=form.place_id.data, now=now())
    if form.seen.data != digest(effects) or effects.outside:
        return _show(form, session, effects, span)
    leaving = frozenset(each.person_id for each in effects.clashing)
    with db.write() as tx:
        services.move(tx, session.id, MoveWish(*span, form.place_id.data), leaving=leaving, by=me(), now=now())
    say(gettext("The session is moved. The crew is asked to confirm."))
    return redirect(url_for("sessions.page", session_id=session.id), 303)


def _form(session: SessionView, rows: list[places.PlaceRow]) -> MoveForm:
    starts, ends = to_local(session.starts_at), to_local(session.ends_at)
    form = MoveForm(on=starts.date(), starts=starts.time(), ends=ends.time(), place_id=session.place_id)
    form.place_id.choices = [(row.id, row.name) for row in rows]
    return form


def _ask(form: MoveForm, session: SessionView, status: int) -> tuple[str, int]:
    return render_template("sessions/move.html", form=form, session=session), status


def _show(
    form: MoveForm, session: SessionView, effects: MoveEffects, span: tuple[datetime, datetime]
) -> tuple[str, int]:
    was_seen = bool(form.seen.data)
    form.seen.data = digest(effects)
    page = render_template(
        "sessions/move_effects.html", form=form, session=session, effects=effects, span=span, has_changed=was_seen
    )
    return page, 409 if was_seen else 200
