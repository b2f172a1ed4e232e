"""The view of the password given once more."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.domain.step_up import Reason
from clinic.web.shared import identity
from clinic.web.shared import step_up as cookie
from clinic.web.shared.flashes import say
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.local_paths import local_path
from clinic.web.step_up.forms import StepUpForm

room = Blueprint("step_up", __name__)


@room.route("/step-up", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def page() -> Response | tuple[str, int]:
    """Give the password once more, say why, and go on to where one wanted to."""
    form = StepUpForm()
    to = local_path(request.args.get("to"))
    if not form.is_submitted():
        return _ask(form, to, 200)
    if not form.validate():
        return _ask(form, to, 422)
    reason = Reason(form.reason.data)
    try:
        is_right = cookie.try_password(form.password.data, reason, by=me())
    except Refused:
        return _end()
    if is_right:
        cookie.passed(reason)
        return redirect(to or url_for("agenda.today"), 303)
    form.password.errors = [gettext("This is not your password. Look at it, and try again.")]
    return _ask(form, to, 422)


def _end() -> Response:
    """End the sign-in: whoever sits there does not know the password."""
    identity.sign_out()
    say(
        gettext(
            "The password was wrong five times: you are signed out. Sign in again; for 15 minutes no number is shown."
        )
    )
    return redirect(url_for("sign_in.page"), 303)


def _ask(form: StepUpForm, to: str | None, status: int) -> tuple[str, int]:
    return render_template("step_up/page.html", form=form, to=to), status
