"""Views of "never with": she says it, or takes it back; nobody learns of it, and no reason is asked (S07)."""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.queries import records as queries
from clinic.services import exclusions
from clinic.web.beneficiaries.record_forms import ApartForm
from clinic.web.beneficiaries.records import kept_record
from clinic.web.beneficiaries.room import room
from clinic.web.beneficiaries.views import show
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.post("/<beneficiary_id>/never-with")
@only(Role.COORDINATOR, Role.MEDIATOR)
def exclude(beneficiary_id: str) -> Response | tuple[str, int]:
    """Note that she never wants to meet somebody."""
    kept = kept_record(beneficiary_id)
    form = ApartForm()
    with db.read() as tx:
        form.offer(queries.may_be_excluded(tx, kept.id))
    if not form.validate():
        return show(kept.id, form), 422
    try:
        with db.write() as tx:
            exclusions.exclude(tx, kept.id, form.person.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "person")
        return show(kept.id, form), 409
    say(gettext("Noted. They are never matched from now on."), _undo("beneficiaries.readmit", kept.id, form))
    return redirect(url_for("beneficiaries.page", beneficiary_id=kept.id), 303)


@room.post("/<beneficiary_id>/never-with/take-back")
@only(Role.COORDINATOR, Role.MEDIATOR)
def readmit(beneficiary_id: str) -> Response:
    """Take back what she said of somebody."""
    kept = kept_record(beneficiary_id)
    form = ApartForm()
    with db.read() as tx:
        form.offer(queries.excluded(tx, kept.id))
    if not form.validate():
        raise NotFound
    with db.write() as tx:
        exclusions.readmit(tx, kept.id, form.person.data, by=me(), now=now())
    say(gettext("Taken back. They may be matched again."), _undo("beneficiaries.exclude", kept.id, form))
    return redirect(url_for("beneficiaries.page", beneficiary_id=kept.id), 303)


def _undo(endpoint: str, beneficiary_id: str, form: ApartForm) -> Undo:
    return Undo(gettext("Undo"), url_for(endpoint, beneficiary_id=beneficiary_id), {"person": form.person.data})
