"""Views of finding somebody again: nothing that is typed stands in an address, and no browser keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.step_up import Reason
from clinic.queries import contacts as contact_queries
from clinic.queries import finding as queries
from clinic.queries.contacts import HelpedView
from clinic.queries.finding import FoundView
from clinic.services import finding
from clinic.web.beneficiaries.room import room
from clinic.web.beneficiaries.words import in_short, spoken
from clinic.web.shared import step_up
from clinic.web.shared.alias_fields import ALIAS_AT_MOST
from clinic.web.shared.contact_fields import PRIVATE
from clinic.web.shared.forms import StrictForm, line
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


class FindForm(StrictForm):
    """The word agreed with her, or its beginning."""

    alias = line(_l("The word agreed with her"), ALIAS_AT_MOST, render_kw={**PRIVATE, "dir": "auto"})


class ContactForm(StrictForm):
    """Her number or her address, in full."""

    contact = line(_l("Telephone number or e-mail address"), 254, render_kw=PRIVATE)


@room.get("")
@only(Role.COORDINATOR, Role.MEDIATOR)
def index() -> str:
    """Those whom one follows, by alias, and on top the search."""
    with db.read() as tx:
        found = contact_queries.followed(tx, reader=me(), now=now())
    return _list(FindForm(), found)


@room.post("/find")
@only(Role.COORDINATOR, Role.MEDIATOR)
def find() -> Response | tuple[str, int]:
    """Find somebody by alias among those whom one follows; one alone is shown at once."""
    form = FindForm()
    is_sought = form.validate()
    with db.read() as tx:
        if is_sought:
            found = queries.by_alias(tx, form.alias.data, reader=me(), now=now())
        else:
            found = contact_queries.followed(tx, reader=me(), now=now())
    if is_sought and len(found) == 1:
        return redirect(url_for("beneficiaries.page", beneficiary_id=found[0].id), 303)
    return _list(form, found, is_sought=is_sought), 200 if is_sought else 422


@room.route("/find-contact", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def find_contact() -> Response | tuple[str, int]:
    """Find somebody by exactly her number or address, whoever follows her, after the password was given once more."""
    form, reason, found = ContactForm(), step_up.reason(), None
    if reason is None and not form.is_submitted():
        return step_up.ask(to=url_for("beneficiaries.find_contact"))
    if form.is_submitted() and form.validate():
        try:
            found = _found(form.contact.data, reason)
        except Refused as refused:
            form.refuse(refused, "contact")
    page = render_template("beneficiaries/find_contact.html", form=form, found=found, needs_password=reason is None)
    return page, 422 if form.errors else 200


def _found(contact: str, reason: Reason | None) -> Sequence[FoundView]:
    """Raises `Refused("step_up_needed")` when the password was given too long ago: what was typed stays."""
    if reason is None:
        raise Refused("step_up_needed")
    with db.write() as tx:
        return finding.by_contact(tx, contact, reason, by=me(), now=now())


def _list(form: FindForm, people: Sequence[HelpedView], *, is_sought: bool = False) -> str:
    words = {"in_short": in_short, "spoken": spoken}
    return render_template("beneficiaries/index.html", form=form, people=people, is_sought=is_sought, **words)
