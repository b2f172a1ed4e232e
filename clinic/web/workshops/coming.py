"""Coming to a workshop, and no longer coming."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.notices import works_here
from clinic.domain.people import Role
from clinic.domain.workshops import RegistrationState
from clinic.queries import programme, public, readers
from clinic.services import workshops
from clinic.web.shared.choices_form import ChoiceForm, MemberChoiceForm, member_line
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import StrictForm, check_button
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me, who
from clinic.web.workshops.room import room


def show(workshop_id: str, form: StrictForm | None = None) -> str:
    """The page of a workshop for whoever reads it, with what was refused, if anything."""
    reader = who()
    with db.read() as tx:
        session = public.workshop(tx, workshop_id, reader=reader)
        mine = programme.find(tx, workshop_id, reader=reader, now=now()) if reader else None
        choice = readers.choice_of(tx, reader.id) if reader else None
    is_ahead = session.starts_at > now() and not session.is_cancelled
    is_asked = mine is not None and mine.my_place is not None and is_ahead and choice is None
    spoken = (reader.language if reader else None) or readers.FIRST_LANGUAGE
    return render_template(
        "workshops/page.html",
        form=form,
        session=session,
        mine=mine,
        place=mine.my_place if mine else None,
        choice_form=_choice_form() if is_asked else None,
        spoken=spoken,
        sample=member_line(session.starts_at, spoken) if is_asked else "",
        may_come=is_ahead and session.workshop is not None and reader is not None and reader.holds(Role.MEMBER),
        is_ahead=is_ahead,
        is_over=session.ends_at <= now(),
        contact=settings.contact,
    )


def _choice_form() -> ChoiceForm | None:
    """At her first registration a member is asked whether she wishes messages (S10)."""
    if works_here(me().roles):
        return None
    return MemberChoiceForm.of(None, is_sent=False)


@room.post("/<workshop_id>/register")
@only(Role.MEMBER)
def register(workshop_id: str) -> Response | tuple[str, int]:
    """Register, or join the list of a workshop that is full."""
    form = check_button()
    try:
        with db.write() as tx:
            public.workshop(tx, workshop_id, reader=me())
            state = workshops.register(tx, workshop_id, by=me(), now=now())
    except Refused as refused:
        form.refuse(Refused("you_are_busy") if refused.code == "person_busy" else refused)
        return show(workshop_id, form), 409
    undo = Undo(gettext("Undo"), url_for("workshops.withdraw", workshop_id=workshop_id))
    is_in = state is RegistrationState.REGISTERED
    say(gettext("You are registered.") if is_in else gettext("It is full. You are in the list."), undo)
    return redirect(url_for("workshops.page", workshop_id=workshop_id), 303)


@room.post("/<workshop_id>/withdraw")
@only(Role.MEMBER)
def withdraw(workshop_id: str) -> Response | tuple[str, int]:
    """Give one's seat or one's turn back."""
    form = check_button()
    try:
        with db.write() as tx:
            workshops.withdraw(tx, workshop_id, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        return show(workshop_id, form), 409
    undo = Undo(gettext("Undo"), url_for("workshops.register", workshop_id=workshop_id))
    say(gettext("You no longer come. Thank you for telling us."), undo)
    return redirect(url_for("workshops.page", workshop_id=workshop_id), 303)
