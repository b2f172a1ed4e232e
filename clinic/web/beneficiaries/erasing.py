"""The view that erases somebody: the one place where one is asked first, since it cannot be taken back (S61)."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField
from wtforms.validators import InputRequired

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.queries import records as queries
from clinic.services import erasing
from clinic.web.beneficiaries.records import kept_record
from clinic.web.beneficiaries.room import room
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import StrictForm
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.messages import sentence


class EraseForm(StrictForm):
    """One tick: a slip of the thumb erases nobody."""

    is_sure = BooleanField(
        _l("I know that it cannot be taken back"),
        validators=[InputRequired(_l("Tick it, if she is to be erased."))],
    )


@room.route("/<beneficiary_id>/erase", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def erase(beneficiary_id: str) -> Response | tuple[str, int]:
    """Show what goes and what stays, then erase her."""
    kept = kept_record(beneficiary_id)
    if not kept.may_erase:
        raise NotFound
    form, status, why_not = EraseForm(), 200, None
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with db.write() as tx:
                    erasing.erase(tx, kept.id, by=me(), now=now())
            except Refused:
                status = 409
            else:
                say(gettext("She is erased. Nothing is left that tells who she is."))
                return redirect(url_for("beneficiaries.index"), 303)
    with db.read() as tx:
        try:
            erasing.check(tx, kept.id, now=now())
        except Refused as refused:  # said at once, and no button is offered
            why_not = sentence(refused)
        untold = queries.untold(tx, kept.id)
    page = render_template("beneficiaries/erase.html", form=form, kept=kept, why_not=why_not, untold=untold)
    return page, status
