"""The list of the coming sessions, on a page and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import render_template, request
from werkzeug.wrappers import Response

from clinic.domain.times import Month, Week
from clinic.queries import lists, searches
from clinic.services import audit
from clinic.web.rota.list_forms import Choices, ListForm
from clinic.web.rota.tables import csv_answer
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.identity import me

WEEKS_LISTED = timedelta(weeks=12)


def page() -> str:
    """The sessions of the coming twelve weeks, narrowed to what the address asks for."""
    with db.read() as tx:
        coming = lists.coming(tx, now() + WEEKS_LISTED, reader=me(), now=now())
        recused = searches.recused_by(tx, me().id, now=now())
    form = ListForm.of(Choices.of(coming), request.args, me())
    found = lists.chosen(coming.sessions, form.wanted)
    return render_template(
        "rota/list.html",
        filters=form,
        sessions=found,
        to_take=[each for each in found if each.takes(me()) and each.id not in recused],
        recused=recused,
        week=Week.of(today()),
        month=Month.of(today()),
    )


def export(sent: Mapping[str, str]) -> Response:
    """The same list as a file, for the coordinator; that she took it is written down."""
    with db.write() as tx:
        coming = lists.coming(tx, now() + WEEKS_LISTED, reader=me(), now=now())
        audit.record(tx, "rota.export", None, by=me(), now=now())
    form = ListForm.of(Choices.of(coming), sent, me())
    return csv_answer(lists.chosen(coming.sessions, form.wanted), today())
