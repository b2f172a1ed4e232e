"""The page of one appointment, for those who may know it."""

from __future__ import annotations

from flask import render_template

from clinic.domain.answers import Refused
from clinic.domain.people import LEGAL_TEAM, Role
from clinic.queries import desks, disclosures, openings
from clinic.web.appointments.forms import FollowUpForm, StaffForm, ToldForm
from clinic.web.appointments.room import room
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.get("/<appointment_id>")
@only(Role.COORDINATOR, Role.MEDIATOR, *LEGAL_TEAM)
def page(appointment_id: str) -> str:
    """One appointment, for those who may know it."""
    return show(appointment_id)[0]


def show(appointment_id: str, status: int = 200, *, refused: Refused | None = None) -> tuple[str, int]:
    """An appointment as it stands now, and above it why something could not be done."""
    with db.read() as tx:
        appointment, session = desks.appointment(tx, appointment_id, reader=me(), now=now())
        may_change = appointment.may_change and not session.is_cancelled and appointment.ends_at > now()
        stands = appointment.is_booked or appointment.is_kept(now())
        staffing = openings.staffing(tx, appointment, session, now=now()) if may_change and stands else None
        opened = disclosures.open_now(tx, appointment_id, now=now()) if appointment.may_change else []
    form = ToldForm(formdata=None)
    if refused:
        form.refuse(refused)
    staff = StaffForm(formdata=None)
    if staffing:
        staff.offer(staffing)
    follow_up = FollowUpForm(formdata=None)
    follow_up.wanted.data = appointment.follow_up.value if appointment.follow_up else ""
    follow_up.seen.data = follow_up.wanted.data
    html = render_template(
        "appointments/page.html",
        appointment=appointment,
        session=session,
        need=next((each for each in session.needs or () if each.appointment_id == appointment.id), None),
        may_change=may_change,
        stands=stands,
        has_begun=appointment.starts_at <= now(),
        form=form,
        staff=staff if staffing else None,
        follow_up=follow_up,
        opened=opened,
        now=now(),
    )
    return html, status
