"""The results of an evening, typed in from the day sheet on one page."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.queries import sheets as queries
from clinic.queries.sheets import Evening
from clinic.services import sheets as services
from clinic.web.appointments.results_form import ResultsForm, form_for, totals
from clinic.web.appointments.room import room
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import signed_in
from clinic.web.shared.identity import me


@room.route("/results/<session_id>", methods=["GET", "POST"])
@signed_in
def results(session_id: str) -> Response | tuple[str, int]:
    """Note for each appointment who came, and line by line who came without one."""
    evening = _evening(session_id)
    form = form_for(evening, now())
    if not form.is_submitted():
        return _ask(form, evening, 200)
    if form.more.data:
        form.has_lost()
        return _ask(form, evening, 200)
    if not form.validate():
        return _ask(form, evening, 422)
    try:
        with db.write() as tx:
            services.type_in(tx, session_id, form.typed, key=form.key.data, by=me(), now=now())
    except Refused as refused:
        evening = _evening(session_id)
        form = form_for(evening, now())
        form.say_why(refused, evening)
        return _ask(form, evening, 409)
    say(gettext("The results are saved."))
    return redirect(url_for("appointments.results", session_id=session_id), 303)


def _evening(session_id: str) -> Evening:
    with db.read() as tx:
        return queries.evening(tx, session_id, reader=me(), now=now())


def _ask(form: ResultsForm, evening: Evening, status: int) -> tuple[str, int]:
    page = render_template("appointments/results.html", form=form, evening=evening, totals=totals(evening))
    return page, status
