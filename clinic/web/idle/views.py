"""Views of the covered screen, and the check before every view that puts it there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain import idle
from clinic.domain.answers import Refused
from clinic.domain.people import SignedIn
from clinic.web.idle import keeping
from clinic.web.idle.forms import UncoverForm
from clinic.web.idle.keeping import Kept
from clinic.web.shared import activity, identity
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import now
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.step_up import try_password

Answer = Response | tuple[str, int]

room = Blueprint("idle", __name__)
# What shows nothing of hers, and what leads away from her sign-in or back to it.
STAYS_OPEN = {
    "static", "health.check", "calendars.personal", "calendars.workshops", "public.choose_language",
    "exit.leave", "sign_in.page", "sign_in.code", "sign_in.sign_out", "idle.page", "idle.uncover",
}  # fmt: skip
OK, NO_CONTENT, UNAUTHORIZED, UNPROCESSABLE = 200, 204, 401, 422


@room.before_app_request
def cover() -> Answer | None:
    """Carry nothing out for one who was idle for too long; note that all others are active, but for polls."""
    if request.endpoint in STAYS_OPEN:
        return None
    if identity.covered():
        return Response(status=UNAUTHORIZED) if _is_by_script() else _ask(_form(keeping.keep()), UNAUTHORIZED)
    if identity.who() and not activity.is_poll():
        activity.note()
    return None


@room.app_context_processor
def seconds() -> dict[str, int]:
    """After how many seconds a page covers itself."""
    visitor = identity.who()
    return {"covers_after": int(idle.limit(visitor).total_seconds())} if visitor else {}


@room.post("/idle")
@open_to_all
def page() -> Answer:
    """Uncover with the password, and go on to where one wanted to."""
    visitor = identity.holder()
    if visitor is None:
        return redirect(url_for("sign_in.page"), 303)
    form = UncoverForm()
    try:
        is_right = form.validate() and _try(form, visitor)
    except Refused:
        _end()
        return redirect(url_for("sign_in.page"), 303)
    return _go_on(keeping.reopen(form.kept.data or "")) if is_right else _ask(form, UNPROCESSABLE)


@room.post("/idle/uncover")
@open_to_all
def uncover() -> Response:
    """Uncover a page that stands open: 204; 422 with a sentence if it was wrong; 401 once the sign-in is over."""
    visitor = identity.holder()
    if visitor is None:
        return Response(status=UNAUTHORIZED)
    form = UncoverForm()
    try:
        is_right = form.validate() and _try(form, visitor)
    except Refused:
        _end()
        return Response(status=UNAUTHORIZED)
    if is_right:
        return Response(status=NO_CONTENT)
    return Response(str(form.password.errors[0]), UNPROCESSABLE, mimetype="text/plain")


@room.post("/idle/left")
@open_to_all
def left() -> Response:
    """In how many seconds the page is to be covered: a poll asks, a page in which somebody is active tells."""
    visitor = identity.who()
    if visitor is None:
        return Response(status=UNAUTHORIZED)
    check_button()
    last = activity.last() if activity.is_poll() else now()
    return Response(str(int(idle.left(visitor, last, now()).total_seconds())), mimetype="text/plain")


def _try(form: UncoverForm, visitor: SignedIn) -> bool:
    """Try the password. Raises `Refused("step_up_blocked")` after the last try that is allowed."""
    if try_password(form.password.data, None, by=visitor):
        identity.uncover()
        return True
    form.password.errors = [gettext("This is not your password. Look at it, and try again.")]
    return False


def _end() -> None:
    """End the sign-in: whoever sits there does not know the password."""
    identity.sign_out()
    say(gettext("The password was wrong five times: you are signed out. Sign in again."))


def _go_on(kept: Kept) -> Answer:
    """Lead to what she wanted; a form that she had sent is offered once more, never sent by itself."""
    if kept.fields is not None:
        return render_template("idle/send.html", kept=kept), OK
    if kept.is_lost:
        say(gettext("What you pressed before was not carried out."))
    return redirect(kept.to or url_for("agenda.today"), 303)


def _form(kept: str) -> UncoverForm:
    """The form as it is first shown: nothing of what was sent belongs into its fields."""
    return UncoverForm(formdata=None, kept=kept)


def _ask(form: UncoverForm, status: int) -> tuple[str, int]:
    return render_template("idle/page.html", form=form), status


def _is_by_script() -> bool:
    """Whether no person would see a page in the answer."""
    return activity.is_poll() or request.headers.get("Sec-Fetch-Dest") == "empty"
