"""A series through its life: its page, adding a date by hand, and ending it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.recurrence import public_holiday, school_holiday
from clinic.domain.times import local_date
from clinic.queries import places
from clinic.queries import sessions as queries
from clinic.queries.sessions import SeriesPage
from clinic.services import series
from clinic.services.replanning import Report
from clinic.web.sessions import dry_run
from clinic.web.sessions.room import room
from clinic.web.sessions.series_life_forms import AddForm, EndForm
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import StrictForm
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.locale import language

SHOWN = timedelta(weeks=12)
DAY = timedelta(days=1)
PREVIEW, SAVE = "preview", "save"


@room.get("/series/<series_id>")
@only(Role.COORDINATOR)
def series_page(series_id: str) -> str:
    """A series: what it says, its dates in the coming weeks, those left out, and what one can do."""
    with db.read() as tx:
        page = queries.series_page(tx, series_id, today=today(), now=now())
        closures = places.closed_periods(tx, page.place_id)
        names = {row.id: row.name for row in places.places(tx)}
    closed = {on: next((each.name for each in closures if each.covers(on)), None) for on in page.left_out}
    return render_template(
        "sessions/series.html",
        page=page,
        dates=[each for each in page.dates if local_date(each.starts_at) < today() + SHOWN],
        closed=closed,
        places=names,
        holiday=holiday,
        school_holiday=school_holiday,
    )


@room.route("/series/<series_id>/end", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def end_series(series_id: str) -> Response | tuple[str, int]:
    """End a series: say from which day on, see what happens to its sessions, end it."""
    with db.read() as tx:
        page = queries.series_page(tx, series_id, today=today(), now=now())
    form = EndForm(data={"from_on": max(page.row.ended_on or today(), today() + DAY)})
    if not form.is_submitted():
        return _ask_end(form, page, 200)
    if not form.validate():
        return _ask_end(form, page, 422)
    if request.args.get("step") == SAVE:
        return _end(form, page)
    return _foresee_end(form, page, 200) if request.args.get("step") == PREVIEW else _ask_end(form, page, 200)


def _end(form: EndForm, page: SeriesPage) -> Response | tuple[str, int]:
    try:
        with db.write() as tx:
            series.end(tx, page.row.id, form.from_on.data, form.seen.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        return _foresee_end(form, page, 409)
    say(gettext("The series has no more dates from that day on. To go on after all, change it from a day on."))
    return redirect(url_for("sessions.series_page", series_id=page.row.id), 303)


def _foresee_end(form: EndForm, page: SeriesPage, status: int) -> Response | tuple[str, int]:
    with db.rehearse() as tx:
        report = series.foresee_end(tx, page.row.id, form.from_on.data, by=me(), now=now())
    is_so = dry_run.is_quiet(report) and page.row.ended_on == form.from_on.data
    if is_so and request.args.get("step") == SAVE:
        return nothing_changes(page)
    form.seen.data = report.digest
    return show("sessions/series_end_seen.html", form, page, report, is_so=is_so), status


@room.route("/series/<series_id>/add", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def add_date(series_id: str) -> Response | tuple[str, int]:
    """Add one date by hand, beside the rule."""
    with db.read() as tx:
        page = queries.series_page(tx, series_id, today=today(), now=now())
        rows = places.places(tx)
    form = AddForm.of(page)
    form.place_id.choices = [(row.id, row.name) for row in rows]
    if not form.is_submitted():
        return _ask_date(form, page, 200)
    if not form.validate() or form.wished_span() is None:
        return _ask_date(form, page, 422)
    try:
        with db.write() as tx:
            session_id = series.add_date(tx, series_id, form.draft(), key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "on" if refused.code == "date_exists" else None)
        return _ask_date(form, page, 409)
    say(gettext("The date is added. Changes of the series leave it as it is."))
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def show(template: str, form: StrictForm, page: SeriesPage, report: Report, **more: object) -> str:
    """The page that shows a dry run."""
    return render_template(
        template,
        form=form,
        page=page,
        rows=dry_run.rows(report),
        blocked=dry_run.blocked(report),
        summary=dry_run.summary(report),
        holiday=holiday,
        **more,
    )


def nothing_changes(page: SeriesPage) -> Response:
    """What was saved already is not saved again."""
    say(gettext("Nothing changes: the series is like this already."))
    return redirect(url_for("sessions.series_page", series_id=page.row.id), 303)


def holiday(on: date) -> str | None:
    """The public holiday on a date, by its name in the reader's language."""
    return public_holiday(on, language())


def _ask_end(form: EndForm, page: SeriesPage, status: int) -> tuple[str, int]:
    return render_template("sessions/series_end.html", form=form, page=page), status


def _ask_date(form: AddForm, page: SeriesPage, status: int) -> tuple[str, int]:
    existing = next((each for each in page.dates if each.planned_on == form.on.data), None) if form.on.errors else None
    return render_template("sessions/series_add.html", form=form, page=page, existing=existing), status
