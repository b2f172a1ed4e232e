"""Views of coming in and going out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.queries import people
from clinic.services import passwords
from clinic.services import people as services
from clinic.web.shared import identity
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.local_paths import local_path
from clinic.web.sign_in.forms import CodeForm, SignInForm

room = Blueprint("sign_in", __name__)
DEMO_ROLES = (Role.COORDINATOR, Role.MEDIATOR, Role.LAWYER, Role.INTERPRETER, Role.MEMBER)


@room.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def page() -> Response | tuple[str, int]:
    """Sign in with a name and a password, and go where one wanted to."""
    if identity.who():
        return redirect(url_for("agenda.today"), 303)
    form = SignInForm()
    to = local_path(request.args.get("to"))
    if form.validate_on_submit():
        try:
            _enter(form)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(to or url_for("agenda.today"), 303)
    return render_template("sign_in/page.html", form=form, to=to, demo_roles=DEMO_ROLES), 422 if form.errors else 200


@room.route("/sign-in/code", methods=["GET", "POST"])
@open_to_all
def code() -> Response | tuple[str, int]:
    """Set a password with a code on paper, and sign in."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            _redeem(form)
        except Refused as refused:
            form.refuse(refused)
        else:
            say(gettext("Your new password is set, and you are signed in."))
            return redirect(url_for("agenda.today"), 303)
    return render_template("sign_in/code.html", form=form), 422 if form.errors else 200


@room.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End the sign-in."""
    check_button()
    identity.sign_out()
    return redirect("/", 303)


def _enter(form: SignInForm) -> None:
    """Sign in; the same refusal, after the same time, for a wrong password and an unknown or disabled account (S32)."""
    with db.read() as tx:
        known = people.credentials(tx, form.name.data)
    is_right = passwords.is_right(form.password.data, known.password_hash if known else None)
    if not (known and is_right and identity.sign_in(known.id, known.session_version)):
        raise Refused("sign_in_wrong")


def _redeem(form: CodeForm) -> None:
    """Use up the code, set the password and sign in; the same refusal whatever is wrong with name or code."""
    with db.write() as tx:
        tried = services.try_code(tx, form.name.data, now=now())
    is_right = passwords.is_right(form.digits, tried.digest if tried else None)
    if tried is None or not is_right:
        raise Refused("code_wrong")
    password_hash = passwords.hash_password(form.password.data)
    with db.write() as tx:
        session_version = services.set_password(tx, tried, password_hash, now=now())
    identity.sign_in(tried.person_id, session_version)
