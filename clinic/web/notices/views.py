"""The one view of the outbox."""

from __future__ import annotations

from flask import Blueprint, render_template

from clinic.domain.people import Role
from clinic.queries import outbox
from clinic.web.notices.labels import KINDS, STATES, reason
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import only

room = Blueprint("notices", __name__, url_prefix="/notices")


@room.get("")
@only(Role.COORDINATOR)
def index() -> str:
    """What waits and what ended: no text, no address."""
    with db.read() as tx:
        overview = outbox.overview(tx)
    return render_template(
        "notices/index.html",
        overview=overview,
        has_server=settings.mail_server is not None,
        is_late=overview.is_late(now()),
        kinds=KINDS,
        states=STATES,
        reason=reason,
    )
