"""Views of the agenda: today, a week, a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, abort, render_template

from clinic.domain.interpreting import NeedState, OfferState
from clinic.domain.people import CREW_ROLES, LEGAL_TEAM, Role
from clinic.domain.recurrence import public_holiday, school_holiday
from clinic.domain.rota import Outlook
from clinic.domain.times import Month, Week, local_date
from clinic.domain.timing import TONIGHT
from clinic.queries import asks, calls, desks, disclosures, meetings, offers, programme
from clinic.queries.interpreting import NeedRow
from clinic.queries.programme import SessionView
from clinic.web.agenda.sheet import most_detail
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import signed_in
from clinic.web.shared.identity import me
from clinic.web.shared.labels import label
from clinic.web.shared.locale import language

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
        opened = disclosures.opened_to(tx, reader=me(), now=now()) if me().holds(*LEGAL_TEAM) else []
        requests = offers.ahead(tx, reader=me(), now=now()) if me().holds(Role.INTERPRETER) else []
        standing_in = asks.at_home(tx, reader=me(), now=now())
        by_telephone = meetings.ahead(tx, reader=me(), now=now())
        to_call = calls.to_make(tx, reader=me(), now=now()) if me().holds(Role.COORDINATOR, Role.MEDIATOR) else []
    mine = [each for each in ahead if each.my_shift]
    standing = [each for each in mine if not each.is_cancelled]
    return render_template(
        "agenda/today.html",
        workshops=workshops,
        may_have_shifts=me().holds(Role.COORDINATOR, *CREW_ROLES),
        next_session=standing[0] if standing else None,
        later=[each for each in mine if each not in standing[:1]][:6],
        to_take=[each for each in ahead if each.takes(me()) and each.id not in standing_in.recused][:4],
        people_to_call=len(to_call),
        soon=_soon(ahead),
        to_settle=_to_settle(ahead),
        asks=standing_in.asks,
        looking=standing_in.looking,
        bookable=_bookable(ahead),
        kept=[each for each in bookings if each.is_held],
        bookings=[each for each in bookings if not each.is_held],
        opened=opened,
        meetings=by_telephone,
        asked=[each for each in requests if each.state is OfferState.ASKED],
        accepted=[each for each in requests if each.state is OfferState.ACCEPTED],
        unanswered=_unanswered(ahead),
    )


@room.get("/<string(length=8):week>")
@signed_in
def week(week: str) -> str:
    """One week: the board of all sessions for those who plan, one's own for the others."""
    try:
        shown = Week.parse(week)
    except ValueError:
        abort(404)
    sessions, following = _within(shown)
    with db.read() as tx:
        by_telephone = meetings.between(tx, shown.starts_at, shown.ends_at, reader=me(), now=now())
    return render_template(
        "agenda/week.html",
        week=shown,
        month=Month.of(today() if today() in shown.days else shown.days[3]),
        this_week=Week.of(today()),
        sessions=sessions,
        by_day=_by_day(sessions, shown.days),
        following=following,
        meetings=by_telephone,
        is_board=me().holds(Role.COORDINATOR, Role.MEDIATOR),
    )


@room.get("/<string(length=7):month>")
@signed_in
def month(month: str) -> str:
    """One month, as far as its reader may know of its sessions; it prints on one sheet."""
    try:
        shown = Month.parse(month)
    except ValueError:
        abort(404)
    sessions, following = _within(shown)
    by_day = _by_day(sessions, shown.days)
    return render_template(
        "agenda/month.html",
        month=shown,
        this_month=Month.of(today()),
        week=Week.of(today()) if today() in shown.days else shown.weeks[0],
        sessions=sessions,
        by_day=by_day,
        detail=most_detail(shown, by_day).value,
        holidays={day: _holidays(day) for day in shown.days},
        following=following,
    )


def _within(shown: Week | Month) -> tuple[list[SessionView], SessionView | None]:
    """The sessions of a period and, when there are none, the next one after it."""
    with db.read() as tx:
        sessions = programme.between(tx, shown.starts_at, shown.ends_at, reader=me(), now=now())
        ahead = [] if sessions else programme.ahead(tx, now() + AHEAD, reader=me(), now=now())
    return sessions, next((each for each in ahead if each.starts_at >= shown.ends_at), None)


def _by_day(sessions: Sequence[SessionView], days: Sequence[date]) -> dict[date, list[SessionView]]:
    return {day: [each for each in sessions if local_date(each.starts_at) == day] for day in days}


def _holidays(day: date) -> list[str]:
    """The names of the public and school holidays that lie on a day."""
    public, school = public_holiday(day, language()), school_holiday(day)
    return [*([public] if public else []), *([str(label(school))] if school else [])]


def _soon(ahead: Sequence[SessionView]) -> list[SessionView]:
    """For the coordinator: what takes place within 24 hours, to be called off in one act."""
    if not me().holds(Role.COORDINATOR):
        return []
    return [each for each in ahead if each.starts_at - now() < TONIGHT and not each.is_cancelled]


def _to_settle(ahead: Sequence[SessionView]) -> list[SessionView]:
    """For the coordinator, in the coming two weeks: first what cannot run, then what is short or to be confirmed."""
    if not me().holds(Role.COORDINATOR):
        return []
    soon = [each for each in ahead if each.starts_at < now() + TO_SETTLE and not each.is_cancelled]
    waiting = [
        each for each in soon if each.forecast.outlook in (Outlook.SHORT, Outlook.CANNOT_RUN) or each.unconfirmed
    ]
    return sorted(waiting, key=lambda each: each.forecast.outlook is not Outlook.CANNOT_RUN)


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
