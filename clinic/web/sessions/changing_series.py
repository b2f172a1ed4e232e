"""Changing a series from a day on: say what it shall be, see what that does, save it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.series import Effect
from clinic.domain.times import local_date
from clinic.queries import places
from clinic.queries import sessions as queries
from clinic.queries.sessions import SeriesPage
from clinic.services import series, sessions
from clinic.services.replanning import Report
from clinic.web.sessions import dry_run
from clinic.web.sessions.room import room
from clinic.web.sessions.series_life import DAY, PREVIEW, SAVE, nothing_changes, show
from clinic.web.sessions.series_life_forms import ChangeForm
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/series/<series_id>/change", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def change_series(series_id: str) -> Response | tuple[str, int]:
    """Change a series from a day on. `step` says which button was pressed; `from` and `first` fill two fields in."""
    with db.read() as tx:
        page = queries.series_page(tx, series_id, today=today(), now=now())
        rows = places.places(tx)
    from_on = max(request.args.get("from", today() + DAY, type=date.fromisoformat), today())
    form = ChangeForm.of(page, from_on=from_on, first_on=request.args.get("first", type=date.fromisoformat))
    form.place_id.choices = [(row.id, row.name) for row in rows]
    if not form.is_submitted():
        return _ask(form, page, 200)
    if not form.validate():
        return _ask(form, page, 422)
    if request.args.get("step") not in (PREVIEW, SAVE):
        return _ask(form, page, 200)
    try:
        return _save(form, page) if request.args.get("step") == SAVE else _foresee(form, page, 200)
    except Refused as refused:
        form.refuse(refused)
        return _ask(form, page, 409)


def _save(form: ChangeForm, page: SeriesPage) -> Response | tuple[str, int]:
    """Carry out what was seen; show again what was not."""
    change = form.change(form.skipped)
    try:
        with db.write() as tx:
            series.carry_out(tx, page.row.id, change, form.seen.data, by=me(), now=now())
    except Refused as refused:
        if refused.code not in ("series_differs", "series_blocked"):
            raise
        return _foresee(form, page, 409, refused)
    say(gettext("The series is changed. To take it back, change it once more from the same day on."))
    return redirect(url_for("sessions.series_page", series_id=page.row.id), 303)


def _foresee(
    form: ChangeForm, page: SeriesPage, status: int, refused: Refused | None = None
) -> Response | tuple[str, int]:
    usual, report = _rehearse(form, page)
    is_so = dry_run.is_quiet(report) and form.says(page)
    if is_so and refused:
        return nothing_changes(page)
    if refused:
        form.refuse(refused)
    form.offer(dry_run.dates(report), usual)
    form.seen.data = report.digest
    return show(
        "sessions/series_change_seen.html",
        form,
        page,
        report,
        is_so=is_so,
        chooses_after_skip=_chooses_after_skip(form),
    ), status


def _rehearse(form: ChangeForm, page: SeriesPage) -> tuple[set[date], Report]:
    """Which dates are usually left out, and what happens with those that she leaves out."""
    with db.rehearse() as tx:
        report = series.foresee(tx, page.row.id, form.change(None), by=me(), now=now())
    usual = {line.on for line in report.of(Effect.SKIPPED)}
    if form.left_out(usual) != usual:
        with db.rehearse() as tx:
            report = series.foresee(tx, page.row.id, form.change(form.left_out(usual)), by=me(), now=now())
    return usual, report


def _chooses_after_skip(form: ChangeForm) -> bool:
    if form.keeps_closed_days.data:
        return False
    with db.read() as tx:
        closures = places.closed_periods(tx, form.place_id.data)
    until = max(sessions.horizon(local_date(now())), form.first_on.data + timedelta(days=1))
    return form.explain_after_skip(form.rule, closures, after=form.from_on.data - DAY, before=until)


def _ask(form: ChangeForm, page: SeriesPage, status: int) -> tuple[str, int]:
    return render_template("sessions/series_change.html", form=form, page=page), status
