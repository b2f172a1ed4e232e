"""The view of the conversation in which she says how she may be reached."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.contacts import Reach
from clinic.domain.people import Role
from clinic.domain.reaching import Stand, how_it_stands
from clinic.domain.step_up import TALK_LASTS
from clinic.queries.contacts import HelpedView
from clinic.services import beneficiaries
from clinic.web.beneficiaries.forms import ConversationForm
from clinic.web.beneficiaries.room import room
from clinic.web.beneficiaries.samples import samples
from clinic.web.beneficiaries.views import helped
from clinic.web.beneficiaries.words import in_full, in_short
from clinic.web.shared import step_up
from clinic.web.shared.contact_fields import FIELD_OF
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

_FIELDS = {**FIELD_OF, "minor_ask_coordinator": "is_minor"}


@room.route("/<beneficiary_id>/contact", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def talk(beneficiary_id: str) -> Response | tuple[str, int]:
    """Ask her how she may be reached; what she chose before is not opened without the password."""
    whom = helped(beneficiary_id)
    if request.method != "POST":
        if whom.masked and step_up.reason() is None:
            return step_up.ask(to=request.path)
        return _ask(ConversationForm.of(whom), whom, 200)
    form = ConversationForm()
    if not form.validate():
        return _ask(form, whom, 422)
    try:
        reach = _keep(form, whom)
    except Refused as refused:
        form.refuse(refused, _FIELDS.get(refused.code))
        if refused.code == "choice_changed":
            whom = helped(beneficiary_id)
            form.seen.data = whom.version
        return _ask(form, whom, 409, has_changed=refused.code == "choice_changed")
    say(_what_follows(reach))
    return redirect(url_for("beneficiaries.page", beneficiary_id=whom.id), 303)


def _keep(form: ConversationForm, whom: HelpedView) -> Reach | None:
    """Keep the choice; a screen that was opened over an older one needs that the password was given for it."""
    if form.seen.data and step_up.reason(lasts=TALK_LASTS) is None:
        raise Refused("step_up_needed")
    with db.write() as tx:
        return beneficiaries.choose(
            tx, whom.id, form.choice, seen=form.seen.data or "", key=form.key.data, by=me(), now=now()
        )


def _what_follows(reach: Reach | None) -> str:
    words = {
        Stand.WRITES: gettext("Noted: messages are on, for 90 days."),
        Stand.CALLS: gettext("Noted: she is called, and nothing is written."),
        Stand.AGAIN: gettext("Noted. Nothing is sent until you ask her the same again on another day."),
    }
    return words.get(how_it_stands(reach, now()), gettext("Noted: nothing is sent."))


def _as_noted(whom: HelpedView) -> Sequence[tuple[str, str]]:
    """All that is noted, and first how it stands: that it was stopped meanwhile must not be overlooked."""
    return [(gettext("How she may be reached"), in_short(whom)), *(in_full(whom.masked) if whom.masked else ())]


def _ask(form: ConversationForm, whom: HelpedView, status: int, *, has_changed: bool = False) -> tuple[str, int]:
    page = render_template(
        "beneficiaries/contact.html",
        form=form,
        whom=whom,
        samples=samples(now()),
        now_noted=_as_noted(whom) if has_changed else (),
        needs_password=bool(form.seen.data) and step_up.reason(lasts=TALK_LASTS) is None,
    )
    return page, status
