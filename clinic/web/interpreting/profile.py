"""How an interpreter works, as she says it herself."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.people import Role
from clinic.queries import interpreting as queries
from clinic.services import interpreting
from clinic.web.interpreting.forms import ProfileForm
from clinic.web.interpreting.room import room
from clinic.web.shared.flashes import say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me


@room.route("/profile", methods=["GET", "POST"], endpoint="profile")
@only(Role.INTERPRETER)
def profile_page() -> Response | tuple[str, int]:
    """Her languages, whether she comes, and the number to call."""
    with db.read() as tx:
        kept = queries.profiles(tx, [me().id]).get(me().id)
    form = ProfileForm.of(kept)
    if not form.is_submitted():
        return _ask(form, 200)
    if not form.validate():
        return _ask(form, 422)
    try:
        with db.write() as tx:
            interpreting.save_profile(tx, form.draft(), by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "phone")
        return _ask(form, 409)
    say(gettext("Saved. You are asked for what goes with this."))
    return redirect(url_for("interpreting.index"), 303)


def _ask(form: ProfileForm, status: int) -> tuple[str, int]:
    return render_template("interpreting/profile.html", form=form), status
