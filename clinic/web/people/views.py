"""Views of the team."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.queries import people
from clinic.services import passwords
from clinic.services import people as services
from clinic.web.people.forms import NewPersonForm, PersonForm
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import StrictForm, check_button
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

room = Blueprint("people", __name__, url_prefix="/people")
FIELD_OF = {"sign_in_name_taken": "sign_in_name", "last_coordinator": "roles"}


@room.get("")
@only(Role.COORDINATOR)
def index() -> str:
    """Everybody who has an account."""
    with db.read() as tx:
        everyone = people.everyone(tx)
    return render_template("people/index.html", people=everyone)


@room.route("/new", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def new() -> Response | tuple[str, int]:
    """Add somebody."""
    form = NewPersonForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with db.write() as tx:
                person_id = services.add(tx, form.draft(), key=form.key.data, by=me(), now=now())
        except Refused as refused:
            status = _refuse(form, refused)
        else:
            say(gettext("The account is there. To sign in, this person needs a code on paper: it comes next."))
            return redirect(url_for("people.page", person_id=person_id), 303)
    return render_template("people/new.html", form=form), status


@room.route("/<person_id>", methods=["GET", "POST"])
@only(Role.COORDINATOR)
def page(person_id: str) -> Response | tuple[str, int]:
    """Change somebody's name, sign-in name or roles."""
    with db.read() as tx:
        person = people.person(tx, person_id)
    form = PersonForm.of(person)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with db.write() as tx:
                services.change(tx, person_id, form.draft(), by=me(), now=now())
        except Refused as refused:
            status = _refuse(form, refused)
        else:
            say(gettext("The account is changed."))
            return redirect(url_for("people.page", person_id=person_id), 303)
    return render_template("people/page.html", form=form, person=person), status


@room.post("/<person_id>/disable")
@only(Role.COORDINATOR)
def disable(person_id: str) -> Response:
    """End an account's sign-ins and links."""
    check_button()
    with db.write() as tx:
        services.disable(tx, person_id, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("people.enable", person_id=person_id))
    say(gettext("The account is disabled. Its open sign-ins and calendar links have ended."), undo)
    return redirect(url_for("people.page", person_id=person_id), 303)


@room.post("/<person_id>/enable")
@only(Role.COORDINATOR)
def enable(person_id: str) -> Response:
    """Let a disabled account sign in again."""
    check_button()
    with db.write() as tx:
        services.enable(tx, person_id, by=me(), now=now())
    undo = Undo(gettext("Undo"), url_for("people.disable", person_id=person_id))
    say(gettext("The account is enabled. Its calendar links stay ended."), undo)
    return redirect(url_for("people.page", person_id=person_id), 303)


@room.post("/<person_id>/code")
@only(Role.COORDINATOR)
def give_code(person_id: str) -> str:
    """Give a new code on paper; this one answer shows it, and nothing can show it again."""
    check_button()
    code = services.draw_code()
    digest = passwords.hash_password(code)
    with db.write() as tx:
        expires_at = services.give_code(tx, person_id, digest, by=me(), now=now())
        person = people.person(tx, person_id)
    fours = [code[start : start + 4] for start in range(0, len(code), 4)]
    address = settings.base_url + url_for("sign_in.code")
    return render_template("people/code.html", person=person, fours=fours, expires_at=expires_at, address=address)


def _refuse(form: StrictForm, refused: Refused) -> int:
    """Show a refusal at the field it is about, and return the status of the answer."""
    form.refuse(refused, FIELD_OF.get(refused.code))
    return 409
