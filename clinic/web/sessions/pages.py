"""The page of a session, cancelling it and restoring it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from clinic.domain import timing
from clinic.domain.answers import Refused
from clinic.domain.interpreting import OfferState, Stage
from clinic.domain.notices import Kind as NoticeKind
from clinic.domain.people import Role
from clinic.domain.recurrence import Rhythm
from clinic.domain.times import Week, local_date
from clinic.queries import asks, calls, concerned, desks, programme
from clinic.queries import sessions as session_queries
from clinic.queries.interpreting import NeedRow
from clinic.queries.sessions import PlannedBy
from clinic.services import programme as services
from clinic.web.sessions.announcements import announcement, nearness
from clinic.web.sessions.forms import CancelForm
from clinic.web.sessions.room import room
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only, signed_in
from clinic.web.shared.identity import me


@room.get("/<session_id>")
@signed_in
def page(session_id: str) -> str:
    """One session, as far as its reader may know it."""
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        slots = desks.slots(tx, session, reader=me(), now=now())
        beside = asks.beside(tx, session, reader=me(), now=now())
        plans = me().holds(Role.COORDINATOR, Role.MEDIATOR)
        to_call = calls.to_make(tx, reader=me(), now=now(), session_id=session_id) if plans else []
        leaving = calls.leaving(tx, session_id) if session.is_cancelled and me().holds(Role.COORDINATOR) else None
        planned_by = session_queries.planned_by(tx, session_id) if me().holds(Role.COORDINATOR) else None
    return render_template(
        "sessions/page.html",
        session=session,
        slots=slots,
        beside=beside,
        to_call=to_call,
        leaving=leaving,
        planned_by=planned_by,
        week_later=_a_week_later(planned_by) if planned_by and session.is_cancelled else None,
        is_near=nearness(session.starts_at) is not None,
        week=Week.of(local_date(session.starts_at)),
        now=now(),
    )


def _a_week_later(planned_by: PlannedBy) -> dict[str, date] | None:
    """What changes a series of every other week so that it goes on a week after the date that was called off."""
    first_on = planned_by.planned_on + timedelta(weeks=1)
    if planned_by.rule.rhythm is not Rhythm.FORTNIGHTLY or first_on < today():
        return None
    return {"from": max(planned_by.planned_on + timedelta(days=1), today()), "first": first_on}


@room.route("/<session_id>/cancel", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def cancel(session_id: str) -> Response | tuple[str, int]:
    """Call a session off, after seeing whom it concerns and what each of them is told."""
    form = CancelForm()
    if not form.is_submitted():
        return _ask(form, session_id, 200)
    if not form.validate():
        return _ask(form, session_id, 422)
    try:
        with db.write() as tx:
            services.cancel(tx, session_id, form.chosen, by=me(), now=now())
            starts_at = programme.session(tx, session_id, reader=me(), now=now()).starts_at
    except Refused as refused:
        form.refuse(refused)
        return _ask(form, session_id, 409)
    undo = Undo(gettext("Undo"), url_for("sessions.restore", session_id=session_id))
    undo_for = timing.undo_for(NoticeKind.SESSION_CANCELLED, starts_at, now())
    say(gettext("The session is cancelled."), undo, undo_for=undo_for)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _ask(form: CancelForm, session_id: str, status: int) -> tuple[str, int]:
    with db.read() as tx:
        session = programme.session(tx, session_id, reader=me(), now=now())
        told = concerned.by_cancelling(tx, session_id, now=now())
    page = render_template(
        "sessions/cancel.html",
        form=form,
        session=session,
        concerned=told,
        announcement=announcement(told),
        near=nearness(session.starts_at),
    )
    return page, status


@room.post("/<session_id>/restore")
@only(Role.COORDINATOR)
def restore(session_id: str) -> Response:
    """Let a cancelled session take place after all."""
    check_button()
    with db.write() as tx:
        lost = services.restore(tx, session_id, by=me(), now=now())
        needs = programme.session(tx, session_id, reader=me(), now=now()).needs
    words = gettext("The session takes place after all.")
    if lost:
        words += " " + ngettext(
            "%(num)d person or appointment could not come back: see what is missing.",
            "%(num)d people or appointments could not come back: see what is missing.",
            lost,
        )
    if any(need.stage is Stage.TO_ASK and _was_asked(need) for need in needs or ()):
        words += " " + gettext("Ask the interpreters again: they were freed.")
    say(words)
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _was_asked(need: NeedRow) -> bool:
    return any(offer.state is OfferState.WITHDRAWN for offer in need.offers)
