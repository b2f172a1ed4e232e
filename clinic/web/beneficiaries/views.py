"""Views of the people helped: one of them, her number, and stopping everything."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.domain.reaching import grouped
from clinic.queries import contacts as queries
from clinic.queries import programme
from clinic.queries import records as record_queries
from clinic.queries.contacts import HelpedView
from clinic.services import beneficiaries, safety
from clinic.web.beneficiaries.record_forms import ApartForm
from clinic.web.beneficiaries.room import room
from clinic.web.beneficiaries.words import TASKS, in_full, in_short, spoken
from clinic.web.shared import step_up
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

BOOKED_AHEAD, SESSIONS_OFFERED = timedelta(weeks=4), 6


@room.get("/<beneficiary_id>")
@only(Role.COORDINATOR, Role.MEDIATOR)
def page(beneficiary_id: str) -> str:
    """One of them: what was and what comes, how she is reached, what is to be seen to, whom she never meets."""
    return show(beneficiary_id, ApartForm())


@room.post("/<beneficiary_id>/number")
@only(Role.COORDINATOR, Role.MEDIATOR)
def number(beneficiary_id: str) -> Response | str:
    """Show her number or address in full, once, after it was noted who looks and why."""
    check_button()
    whom = helped(beneficiary_id)
    reason = step_up.reason()
    if reason is None:
        return step_up.ask(to=url_for("beneficiaries.page", beneficiary_id=whom.id))
    with db.write() as tx:
        address = beneficiaries.reveal(tx, whom.id, reason, by=me(), now=now())
    return render_template("beneficiaries/number.html", whom=whom, address=address, grouped=grouped)


@room.post("/<beneficiary_id>/not-safe")
@only(Role.COORDINATOR, Role.MEDIATOR)
def not_safe(beneficiary_id: str) -> Response:
    """Stop everything at once."""
    check_button()
    with db.write() as tx:
        safety.not_safe(tx, beneficiary_id, by=me(), now=now())
    say(
        gettext(
            "Everything is stopped: nothing more is sent, and what waited is taken back."
            " To begin again, talk about it with her once more."
        )
    )
    return redirect(url_for("beneficiaries.page", beneficiary_id=beneficiary_id), 303)


@room.post("/<beneficiary_id>/tasks/<task_id>/done")
@only(Role.COORDINATOR, Role.MEDIATOR)
def done(beneficiary_id: str, task_id: str) -> Response:
    """Note that something was seen to."""
    check_button()
    with db.write() as tx:
        beneficiaries.done(tx, task_id, beneficiary_id, by=me(), now=now())
    again = url_for("beneficiaries.reopen", beneficiary_id=beneficiary_id, task_id=task_id)
    say(gettext("Noted: done. Thank you."), Undo(gettext("Undo"), again))
    return redirect(url_for("beneficiaries.page", beneficiary_id=beneficiary_id), 303)


@room.post("/<beneficiary_id>/tasks/<task_id>/reopen")
@only(Role.COORDINATOR, Role.MEDIATOR)
def reopen(beneficiary_id: str, task_id: str) -> Response:
    """Take back that it was seen to."""
    check_button()
    with db.write() as tx:
        beneficiaries.reopen(tx, task_id, beneficiary_id, by=me(), now=now())
    say(gettext("This is to be seen to again."))
    return redirect(url_for("beneficiaries.page", beneficiary_id=beneficiary_id), 303)


def show(beneficiary_id: str, form: ApartForm) -> str:
    """Her page, with this form of whom she never meets; raises `NotFound`."""
    with db.read() as tx:
        whom = queries.helped(tx, beneficiary_id, reader=me(), now=now())
        form.offer(record_queries.may_be_excluded(tx, whom.id))
        known = {
            "kept": record_queries.record(tx, whom.id, reader=me()),
            "ahead": record_queries.times_ahead(tx, whom.id, now=now()),
            "past": record_queries.times_past(tx, whom.id, now=now()),
            "apart": record_queries.excluded(tx, whom.id),
            "sessions": programme.ahead(tx, now() + BOOKED_AHEAD, reader=me(), now=now()),
        }
    return render_template(
        "beneficiaries/page.html",
        form=form,
        whom=whom,
        in_short=in_short(whom),
        rows=in_full(whom.masked) if whom.masked else (),
        tasks=TASKS,
        fresh_until=step_up.fresh_until(),
        **known,
        offered=SESSIONS_OFFERED,
        spoken=spoken,
    )


def helped(beneficiary_id: str) -> HelpedView:
    """One whom the reader follows; raises `NotFound`."""
    with db.read() as tx:
        return queries.helped(tx, beneficiary_id, reader=me(), now=now())
