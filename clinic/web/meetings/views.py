"""Views of meetings by telephone: agreeing on one, its page, changing it, and the number to call."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain import attendance
from clinic.domain import meetings as rules
from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.domain.reaching import grouped
from clinic.domain.times import to_local
from clinic.queries import beneficiaries
from clinic.queries import contacts as contact_queries
from clinic.queries import meetings as queries
from clinic.queries.contacts import HelpedView
from clinic.queries.meetings import MeetingView
from clinic.services import meetings
from clinic.web.meetings.forms import FIELD_OF, OUTCOMES, UNKNOWN, MeetingForm, ToldForm
from clinic.web.meetings.room import room
from clinic.web.shared import step_up
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/new/<beneficiary_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def new(beneficiary_id: str) -> Response | tuple[str, int]:
    """Agree with somebody on a time and a peer who calls her."""
    whom, spoken = _whom(beneficiary_id)
    form = _form(whom.id, language=spoken, peer_id=me().id)
    if not form.is_submitted():
        return _ask(form, whom, 200)
    wish = form.wish() if form.validate() else None
    if wish is None:
        return _ask(form, whom, 422)
    try:
        with db.write() as tx:
            meeting_id = meetings.arrange(
                tx, whom.id, wish, key=form.key.data, by=me(), now=now(), she_knows=form.she_knows.data
            )
    except Refused as refused:
        form.refuse(refused, FIELD_OF.get(refused.code, "starts"))
        return _ask(form, whom, 409)
    say(gettext("It is arranged."), Undo(gettext("Undo"), url_for("meetings.cancel", meeting_id=meeting_id)))
    return redirect(url_for("meetings.page", meeting_id=meeting_id), 303)


@room.get("/<meeting_id>")
@only(Role.COORDINATOR, Role.MEDIATOR)
def page(meeting_id: str) -> str:
    """One meeting, for those who follow her and for the peer."""
    meeting = _meeting(meeting_id)
    return render_template(
        "meetings/page.html",
        meeting=meeting,
        has_begun=meeting.starts_at <= now(),
        outcomes=[(each.value, OUTCOMES[each]) for each in attendance.offered(meeting.starts_at, now())],
        outcome=meeting.outcome.value if meeting.outcome else UNKNOWN,
        unknown=UNKNOWN,
        form=ToldForm(),
    )


@room.route("/<meeting_id>/change", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def change(meeting_id: str) -> Response | tuple[str, int]:
    """Give it another time or another peer."""
    meeting = _meeting(meeting_id)
    if meeting.beneficiary_id is None:
        raise NotFound
    whom, _ = _whom(meeting.beneficiary_id)
    form = _form(whom.id, **_as_it_is(meeting))
    if not form.is_submitted():
        return _ask(form, whom, 200, meeting)
    wish = form.wish() if form.validate() else None
    if wish is None:
        return _ask(form, whom, 422, meeting)
    try:
        with db.write() as tx:
            meetings.change(tx, meeting.id, wish, by=me(), now=now(), she_knows=form.she_knows.data)
    except Refused as refused:
        form.refuse(refused, FIELD_OF.get(refused.code, "starts"))
        return _ask(form, whom, 409, meeting)
    say(gettext("It is changed."), _change_back(meeting, form))
    return redirect(url_for("meetings.page", meeting_id=meeting.id), 303)


@room.post("/<meeting_id>/number")
@only(Role.COORDINATOR, Role.MEDIATOR)
def number(meeting_id: str) -> Response | str:
    """Show the number to call, once, after it was noted who looks and why."""
    check_button()
    meeting = _meeting(meeting_id)
    if not meeting.shows_number:
        raise NotFound
    reason = step_up.reason()
    if reason is None:
        return step_up.ask(to=url_for("meetings.page", meeting_id=meeting.id))
    with db.write() as tx:
        found = meetings.reveal(tx, meeting.id, reason, by=me(), now=now())
    return render_template("meetings/number.html", meeting=meeting, number=found, grouped=grouped(found))


def _meeting(meeting_id: str) -> MeetingView:
    with db.read() as tx:
        return queries.meeting(tx, meeting_id, reader=me(), now=now())


def _whom(beneficiary_id: str) -> tuple[HelpedView, str]:
    """Somebody whom the reader follows, and the language that she speaks best."""
    with db.read() as tx:
        whom = contact_queries.helped(tx, beneficiary_id, reader=me(), now=now())
        spoken = beneficiaries.beneficiary(tx, beneficiary_id, reader=me()).languages.split()
    return whom, spoken[0] if spoken else ""


def _form(beneficiary_id: str, **known: Any) -> MeetingForm:
    form = MeetingForm(data=known)
    with db.read() as tx:
        form.offer(queries.peers(tx, beneficiary_id))
    if not form.is_submitted() and form.peer_id.data not in {value for value, _ in form.peer_id.choices}:
        form.peer_id.data = ""
    return form


def _as_it_is(meeting: MeetingView) -> dict[str, Any]:
    starts = to_local(meeting.starts_at)
    lasts = (meeting.ends_at - meeting.starts_at).seconds // 60
    is_twice = starts.replace(fold=0).utcoffset() != starts.replace(fold=1).utcoffset()
    return {
        "peer_id": meeting.peer_id,
        "on": starts.date(),
        "starts": starts.time(),
        "which": str(starts.fold) if is_twice else None,
        "minutes": str(lasts),
        "language": meeting.language,
    }


def _change_back(meeting: MeetingView, form: MeetingForm) -> Undo | None:
    """An undo, unless it was without a peer before: that is nothing to go back to."""
    if meeting.lacks_peer:
        return None
    before = {name: str(value) for name, value in _as_it_is(meeting).items() if value is not None}
    before |= {"starts": f"{to_local(meeting.starts_at):%H:%M}", "she_asked": "y", "key": form.key.data}
    knows = {"she_knows": "y"} if form.she_knows.data else {}
    return Undo(gettext("Undo"), url_for("meetings.change", meeting_id=meeting.id), before | knows)


def _ask(form: MeetingForm, whom: HelpedView, status: int, meeting: MeetingView | None = None) -> tuple[str, int]:
    with db.read() as tx:
        reach = queries.reach_of(tx, whom.id)
    page = render_template(
        "meetings/form.html",
        form=form,
        whom=whom,
        meeting=meeting,
        hours=rules.hours_of(reach),
        has_number=bool(reach and reach.choice.number),
    )
    return page, status
