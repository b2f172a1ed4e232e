"""The page that shows at which times a desk is free and all who must be there, on this date and the next ones."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template

from clinic.domain.answers import Refused
from clinic.queries import openings
from clinic.queries.openings import Company, DateView, Whom
from clinic.web.appointments.forms import BookForm
from clinic.web.shared.ground import db, now
from clinic.web.shared.identity import me

DATES_OFFERED = 4


def whom_of(form: BookForm) -> Whom:
    """Whom a form means. Raises `NotFound` for one whom the reader does not follow."""
    alias = None if form.alias.process_errors else form.called
    named = {"beneficiary_id": form.who.data, "alias": alias, "after_id": form.after.data}
    with db.read() as tx:
        return openings.whom(tx, **named, reader=me(), now=now())


def company_of(form: BookForm, whom: Whom) -> Company:
    """Who must be there, by a validated form."""
    if not form.after.data:
        return form.company(whom, {})
    with db.read() as tx:
        return form.company(whom, openings.there_at(tx, form.after.data))


def show(
    form: BookForm, session_id: str, status: int, *, refused: Refused | None = None, without: str = ""
) -> tuple[str, int]:
    """All times for what a form says; above them why the wished one was refused. `without`: a session left out."""
    whom = whom_of(form)
    company = company_of(form, whom)
    with db.read() as tx:
        dates = openings.dates(tx, session_id, company, most=DATES_OFFERED, reader=me(), now=now())
    if refused:
        form.refuse(with_times(refused, dates, session_id, company))
    page = render_template(
        "appointments/times.html",
        form=form,
        whom=whom,
        company=company,
        session_id=session_id,
        dates=[each for each in dates if each.session.id != without],
    )
    return page, status


def with_times(refused: Refused, dates: Sequence[DateView], session_id: str, company: Company) -> Refused:
    """A refusal that names the times of its session at which all who are wanted are free."""
    here = next((each for each in dates if each.session.id == session_id), None)
    if here is None or not company.wishes or refused.code not in {"nobody_free", "slot_taken", "no_such_slot"}:
        return refused
    return Refused(refused.code, **{**refused.facts, "free": here.free})
