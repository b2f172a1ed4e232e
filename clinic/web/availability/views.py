"""Views of one's own availability."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.availability import EVENING_FROM, Part
from clinic.domain.people import CREW_ROLES
from clinic.domain.times import Week
from clinic.queries import availability as queries
from clinic.services import availability
from clinic.web.availability.forms import CAN, CANNOT, DatesForm, UsualForm
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

room = Blueprint("availability", __name__, url_prefix="/account/availability")


@room.get("")
@only(*CREW_ROLES)
def page() -> str:
    """When one usually can, and the days on which one can or cannot."""
    return _page(DatesForm())


@room.post("/usual")
@only(*CREW_ROLES)
def save_usual() -> Response:
    """Say when one usually can."""
    form = UsualForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        availability.save_usual(tx, form.chosen, by=me(), now=now())
    say(gettext("Saved: when you usually can."))
    return redirect(url_for("availability.page"), 303)


@room.post("/dates")
@only(*CREW_ROLES)
def add_dates() -> Response | tuple[str, int]:
    """Note days on which one can, or cannot."""
    form = DatesForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with db.write() as tx:
            dates_id = availability.add_dates(tx, form.draft(), key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "last_on")
        return _page(form), 409
    undo = Undo(gettext("Undo"), url_for("availability.remove_dates", dates_id=dates_id))
    say(gettext("These days are noted."), undo)
    return redirect(url_for("availability.page"), 303)


@room.post("/dates/<dates_id>/remove")
@only(*CREW_ROLES)
def remove_dates(dates_id: str) -> Response:
    """Remove days of one's own."""
    check_button()
    with db.write() as tx:
        removed = availability.remove_dates(tx, dates_id, by=me(), now=now())
    again = {
        "key": secrets.token_hex(16),
        "first_on": removed.first_on.isoformat(),
        "last_on": removed.last_on.isoformat(),
        "can": CAN if removed.can else CANNOT,
    }
    say(gettext("These days are removed."), Undo(gettext("Undo"), url_for("availability.add_dates"), again))
    return redirect(url_for("availability.page"), 303)


def _page(form: DatesForm) -> str:
    with db.read() as tx:
        kept = queries.of_person(tx, me().id, today=today())
    return render_template(
        "availability/page.html",
        form=form,
        kept=kept,
        parts=list(Part),
        weekdays=Week.of(today()).days,
        evening_from=EVENING_FROM,
    )
