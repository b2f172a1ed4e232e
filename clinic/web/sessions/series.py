"""Series: the list, and making one with a preview of its dates."""

from __future__ import annotations

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.domain.recurrence import AfterSkip, ClosedPeriod, PlannedDate, plan, public_holiday
from clinic.domain.times import Week, local_date
from clinic.queries import places
from clinic.queries import sessions as queries
from clinic.services import sessions
from clinic.web.sessions.room import room
from clinic.web.sessions.series_forms import SeriesForm
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.locale import language

PREVIEW, SAVE = "preview", "save"


@room.get("/series")
@only(Role.COORDINATOR)
def every_series() -> str:
    """All series, each with its rule as a sentence."""
    with db.read() as tx:
        rows = queries.every_series(tx)
    return render_template("sessions/every_series.html", rows=rows)


@room.route("/series/new", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def new_series() -> Response | tuple[str, int]:
    """Make a series: fill in, look at its dates, save. `step` says which button was pressed."""
    form = SeriesForm()
    with db.read() as tx:
        form.place_id.choices = [("", gettext("Choose…"))] + [(row.id, row.name) for row in places.places(tx)]
    if not form.is_submitted():
        return _ask(form, 200)
    if not form.validate():
        return _ask(form, 422)
    step = request.args.get("step")
    if step not in (PREVIEW, SAVE):
        return _ask(form, 200)
    with db.read() as tx:
        closures = places.closed_periods(tx, form.place_id.data)
    planned = _planned(form, closures)
    if not planned:
        form.first_on.errors = [gettext("This rule gives no date between these days.")]
        return _ask(form, 422)
    was_looked_at = form.shown == {each.on for each in planned}
    if step == PREVIEW or not was_looked_at:
        return _preview(form, planned, closures)
    return _save(form, planned, closures)


def _save(form: SeriesForm, planned: list[PlannedDate], closures: list[ClosedPeriod]) -> Response | tuple[str, int]:
    skipped = form.left_out(_usually_left_out(form, planned))
    kept = {each.on for each in planned} - skipped
    if not kept:
        form.keep.errors = [gettext("Keep one date at least.")]
        return _preview(form, planned, closures, status=422)
    with db.write() as tx:
        sessions.create(tx, form.draft(), skipped, key=form.key.data, by=me(), now=now())
    say(gettext("The series is saved."))
    return redirect(url_for("agenda.week", week=Week.of(max(min(kept), today()))), 303)


def _planned(form: SeriesForm, closures: list[ClosedPeriod]) -> list[PlannedDate]:
    """The dates that saving would make, with public holidays and closures marked."""
    draft = form.draft()
    after_skip = AfterSkip.KEEP if draft.keeps_closed_days else draft.after_skip
    return plan(form.rule, closures, before=_until(form), after_skip=after_skip)


def _until(form: SeriesForm) -> date:
    until: date = max(sessions.horizon(local_date(now())), form.first_on.data + timedelta(days=1))
    return until


def _usually_left_out(form: SeriesForm, planned: list[PlannedDate]) -> set[date]:
    return {each.on for each in planned if each.is_marked and not form.keeps_closed_days.data}


def _ask(form: SeriesForm, status: int) -> tuple[str, int]:
    return render_template("sessions/new_series.html", form=form), status


def _preview(
    form: SeriesForm, planned: list[PlannedDate], closures: list[ClosedPeriod], status: int = 200
) -> tuple[str, int]:
    usual = _usually_left_out(form, planned)
    kept = {each.on for each in planned} - form.left_out(usual)
    form.offer((each.on for each in planned), usual)
    chooses_after_skip = not form.keeps_closed_days.data and form.explain_after_skip(
        form.rule, closures, after=form.first_on.data - timedelta(days=1), before=_until(form)
    )
    page = render_template(
        "sessions/series_preview.html",
        form=form,
        planned=planned,
        kept=kept,
        chooses_after_skip=chooses_after_skip,
        holiday=lambda on: public_holiday(on, language()),
    )
    return page, status
