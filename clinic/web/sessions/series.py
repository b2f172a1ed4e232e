"""Series: the list, and making one with a preview of its dates."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.domain.recurrence import PlannedDate, Rule, plan, public_holiday
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
    rules = {row.id: Rule.parse(row.rule, first_on=row.first_on) for row in rows}
    return render_template("sessions/every_series.html", rows=rows, rules=rules)


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
    planned = _planned(form)
    if not planned:
        form.first_on.errors = [gettext("This rule gives no date between these days.")]
        return _ask(form, 422)
    if step == PREVIEW:
        return _preview(form, planned)
    return _save(form, planned)


def _save(form: SeriesForm, planned: list[PlannedDate]) -> Response | tuple[str, int]:
    skipped = {each.on for each in planned} - form.kept
    if len(skipped) == len(planned):
        form.keep.errors = [gettext("Keep one date at least.")]
        return _preview(form, planned, status=422)
    with db.write() as tx:
        sessions.create(tx, form.draft(), skipped, key=form.key.data, by=me(), now=now())
    say(gettext("The series is saved."))
    first = min(each.on for each in planned if each.on not in skipped)
    return redirect(url_for("agenda.week", week=Week.of(max(first, today()))), 303)


def _planned(form: SeriesForm) -> list[PlannedDate]:
    """The dates that saving would make, with public holidays and closures marked."""
    with db.read() as tx:
        closures = places.closed_periods(tx, form.place_id.data)
    until = max(sessions.horizon(local_date(now())), form.first_on.data + timedelta(days=1))
    return plan(form.rule, closures, after=None, before=until)


def _ask(form: SeriesForm, status: int) -> tuple[str, int]:
    return render_template("sessions/new_series.html", form=form), status


def _preview(form: SeriesForm, planned: list[PlannedDate], status: int = 200) -> tuple[str, int]:
    keeps_all = form.keeps_closed_days.data
    kept = form.kept if form.keep.data else {each.on for each in planned if keeps_all or not each.is_marked}
    page = render_template(
        "sessions/series_preview.html",
        form=form,
        planned=planned,
        kept=kept,
        holiday=lambda on: public_holiday(on, language()),
    )
    return page, status
