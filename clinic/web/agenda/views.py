"""Views of the agenda."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, abort, render_template

from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.people import CREW_ROLES, Role
from clinic.domain.times import Week, local_date
from clinic.queries import desks, offers, programme
from clinic.queries.interpreting import NeedRow
from clinic.queries.programme import SessionView
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import signed_in
from clinic.web.shared.identity import me

room = Blueprint("agenda", __name__, url_prefix="/agenda")
AHEAD = timedelta(weeks=8)
TO_SETTLE = timedelta(days=15)
BOOKINGS_SHOWN = 8


@room.get("", endpoint="today")
@signed_in
def today_page() -> str:
    """What is next for whoever is signed in, and what waits for her."""
    with db.read() as tx:
        ahead = programme.ahead(tx, now() + AHEAD, reader=me(), now=now())
        workshops = programme.joined(tx, reader=me(), now=now())
        bookings = desks.booked_by(tx, reader=me(), now=now(), most=BOOKINGS_SHOWN)
        requests = offers.ahead(tx, reader=me(), now=now()) if me().holds(Role.INTERPRETER) else []
    mine = [each for each in ahead if each.my_shift]
    standing = [each for each in mine if not each.is_cancelled]
    return render_template(
        "agenda/today.html",
        workshops=workshops,
        may_have_shifts=me().holds(Role.COORDINATOR, *CREW_ROLES),
        next_session=standing[0] if standing else None,
        later=[each for each in mine if each not in standing[:1]][:6],
        to_take=[each for each in ahead if each.takes(me())][:4],
        to_settle=_to_settle(ahead),
        bookable=_bookable(ahead),
        bookings=bookings,
        asked=[each for each in requests if each.state is OfferState.ASKED],
        accepted=[each for each in requests if each.state is OfferState.ACCEPTED],
        unanswered=_unanswered(ahead),
    )


@room.get("/<week>")
@signed_in
def week(week: str) -> str:
    """One week: the board of all sessions for those who plan, one's own for the others."""
    try:
        shown = Week.parse(week)
    except ValueError:
        abort(404)
    with db.read() as tx:
        sessions = programme.between(tx, shown.starts_at, shown.ends_at, reader=me(), now=now())
        if not sessions:
            ahead = programme.ahead(tx, now() + AHEAD, reader=me(), now=now())
    return render_template(
        "agenda/week.html",
        week=shown,
        this_week=Week.of(today()),
        sessions=sessions,
        by_day={day: [each for each in sessions if local_date(each.starts_at) == day] for day in shown.days},
        following=None if sessions else next((each for each in ahead if each.starts_at >= shown.ends_at), None),
        is_board=me().holds(Role.COORDINATOR, Role.MEDIATOR),
    )


def _to_settle(ahead: Sequence[SessionView]) -> list[SessionView]:
    """For the coordinator: what lacks somebody, or asks somebody to confirm, in the coming two weeks."""
    if not me().holds(Role.COORDINATOR):
        return []
    soon = [each for each in ahead if each.starts_at < now() + TO_SETTLE and not each.is_cancelled]
    return [each for each in soon if each.lacks or each.unconfirmed]


def _unanswered(ahead: Sequence[SessionView]) -> list[NeedRow]:
    """For those who ask for interpreters: what nobody said yes to, in the coming two weeks."""
    soon = [each for each in ahead if each.starts_at < now() + TO_SETTLE and not each.is_cancelled]
    needs = [need for each in soon for need in each.needs or () if need.starts_at > now()]
    return [need for need in needs if need.state is NeedState.OPEN]


def _bookable(ahead: Sequence[SessionView]) -> list[SessionView]:
    """For those who book: the next sessions with appointments."""
    if not me().holds(Role.COORDINATOR, Role.MEDIATOR):
        return []
    return [each for each in ahead if each.capacity and not each.is_cancelled][:4]
