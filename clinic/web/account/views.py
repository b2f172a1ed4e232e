"""Views of the account: its page, the language, and the calendar links."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.calendars import LINKS_AT_MOST, digest_of
from clinic.domain.people import Role
from clinic.queries import calendars as queries
from clinic.services import calendars, people
from clinic.services.calendars import LinkDraft
from clinic.web.account.forms import LanguageForm, LinkForm
from clinic.web.account.previews import previews
from clinic.web.shared import cookies
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import ButtonForm
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import signed_in
from clinic.web.shared.identity import me
from clinic.web.shared.labels import label
from clinic.web.shared.locale import COOKIE, language

room = Blueprint("account", __name__, url_prefix="/account")
A_YEAR = 365 * 24 * 3600
_NEW = "new_link"


@room.get("")
@signed_in
def page() -> str:
    """One's name and roles, one's language, one's calendar links."""
    return _page(LinkForm())


@room.post("/language", endpoint="language")
@signed_in
def choose_language() -> Response:
    """Read in another language from now on, here and at the next sign-in."""
    form = LanguageForm()
    if not form.validate_on_submit():
        abort(400)
    with db.write() as tx:
        people.choose_language(tx, me().id, form.language.data)
    answer = redirect(url_for("account.page"), 303)
    cookies.put(answer, COOKIE, form.language.data, seconds=A_YEAR)
    return answer


@room.post("/links")
@signed_in
def make_link() -> Response | tuple[str, int]:
    """Make a calendar link."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _page(form), 422
    token = calendars.draw_token()
    draft = LinkDraft(form.name.data, form.chosen, language())
    try:
        with db.write() as tx:
            link_id = calendars.make_link(tx, me().id, draft, digest_of(token), key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        return _page(form), 409
    session[_NEW] = token
    return redirect(url_for("account.new_link", link_id=link_id), 303)


@room.get("/links/<link_id>")
@signed_in
def new_link(link_id: str) -> str:
    """A new link, shown once: its token is kept nowhere."""
    token = session.pop(_NEW, "")
    with db.read() as tx:
        link = queries.own_link(tx, link_id, me().id)
        opened = queries.link_by_digest(tx, digest_of(token))
    if opened is None or opened.id != link.id:
        return render_template("account/link_shown.html", link=link)
    url = settings.base_url + url_for("calendars.personal", token=token)
    one_tap = f"webcal:{url.partition(':')[2]}"
    return render_template("account/new_link.html", link=link, url=url, one_tap=one_tap, qr_code=_qr_code(one_tap))


@room.get("/links/<link_id>/end")
@signed_in
def ask_end(link_id: str) -> str:
    """Ask before a link is ended: that cannot be undone."""
    with db.read() as tx:
        link = queries.own_link(tx, link_id, me().id)
    return render_template("account/end_link.html", link=link)


@room.post("/links/<link_id>/end")
@signed_in
def end_link(link_id: str) -> Response:
    """End a link."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with db.write() as tx:
        calendars.end_link(tx, link_id, by=me(), now=now())
    say(gettext("This calendar link is ended."))
    return redirect(url_for("account.page"), 303)


def _page(form: LinkForm) -> str:
    with db.read() as tx:
        links = queries.links_of(tx, me().id)
        commitments = queries.commitments(tx, me().id, now=now())
    return render_template(
        "account/page.html",
        form=form,
        roles=[label(role) for role in Role if role in me().roles],
        links=links,
        has_room=len(links) < LINKS_AT_MOST,
        previews=previews(commitments),
    )


def _qr_code(text: str) -> str:
    """A QR code as SVG without style or script, dark on light also in the dark."""
    return segno.make_qr(text, error="m").svg_inline(scale=5, dark="#000", light="#fff")
