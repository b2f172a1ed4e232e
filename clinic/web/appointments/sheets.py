"""The day sheet: one page for paper, that says as little as will do."""

from __future__ import annotations

from flask import render_template

from clinic.queries import sheets as queries
from clinic.web.appointments.room import room
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import signed_in
from clinic.web.shared.identity import me


@room.get("/sheet/<session_id>")
@signed_in
def sheet(session_id: str) -> str:
    """Who is expected when, with empty lines for those who come as they are."""
    with db.read() as tx:
        printed = queries.sheet(tx, session_id, reader=me(), now=now())
    return render_template("appointments/sheet.html", sheet=printed)
