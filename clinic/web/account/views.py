"""Views of the account: its page, the language, the messages, and the calendar links."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.calendars import LINKS_AT_MOST, digest_of
from clinic.domain.contacts import WRITTEN, Channel, Choice, may_write
from clinic.domain.notices import works_here
from clinic.domain.people import CREW_ROLES, Role
from clinic.queries import calendars as queries
from clinic.queries import commitments, contacts, readers
from clinic.services import calendars, messages, people
from clinic.services.calendars import LinkDraft
from clinic.web.account.forms import LanguageForm, LinkForm
from clinic.web.account.previews import message_lines, next_thursday, previews
from clinic.web.account.reached import in_one_line
from clinic.web.shared import cookies
from clinic.web.shared.choices_form import ChoiceForm, CrewChoiceForm, MemberChoiceForm, member_line
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import StrictForm, check_button
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
    """One's name and roles, one's language, one's messages, one's calendar links."""
    return _page(LinkForm(), _choice_form())


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


@room.post("/messages")
@signed_in
def choose_messages() -> Response | tuple[str, int]:
    """Say whether one wishes to be written to, and where."""
    form = _choice_form()
    if not form.validate_on_submit():
        return _page(LinkForm(formdata=None), form), 422
    try:
        with db.write() as tx:
            reach = messages.choose(tx, form.said, seen=form.seen.data or "", by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        form.seen.data = _own_choice()[1]
        return _page(LinkForm(formdata=None), form), 409
    is_on = may_write(reach, now(), at_work=works_here(me().roles))
    if reach.choice.channel is Channel.NONE:
        say(gettext("No message will be sent to you."))
    elif is_on:
        say(gettext("Your choice is noted: messages are on."))
    else:
        say(gettext("Nothing is sent yet: choose this again on another day, if you still wish it."))
    return redirect(url_for("account.page"), 303)


@room.post("/messages/stop")
@signed_in
def stop_messages() -> Response:
    """Stop all messages to oneself at once; no number and no address is kept."""
    check_button()
    with db.write() as tx:
        messages.choose_none(tx, by=me(), now=now())
    say(gettext("All messages to you are stopped, and your number or address is deleted."))
    return redirect(url_for("account.page"), 303)


@room.post("/links")
@signed_in
def make_link() -> Response | tuple[str, int]:
    """Make a calendar link."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _page(form, _choice_form(is_sent=False)), 422
    token = calendars.draw_token()
    draft = LinkDraft(form.name.data, form.chosen, language())
    try:
        with db.write() as tx:
            link_id = calendars.make_link(tx, me().id, draft, digest_of(token), key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        return _page(form, _choice_form(is_sent=False)), 409
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
    check_button()
    with db.write() as tx:
        calendars.end_link(tx, link_id, by=me(), now=now())
    say(gettext("This calendar link is ended."))
    return redirect(url_for("account.page"), 303)


def _page(link_form: LinkForm, choice_form: ChoiceForm) -> str:
    is_at_work = works_here(me().roles)
    with db.read() as tx:
        reach = readers.reader(tx, me().id).reach
        links = queries.links_of(tx, me().id)
        coming = commitments.of_person(tx, me().id, now=now())
    form: StrictForm = choice_form if choice_form.errors else link_form
    spoken = me().language or readers.FIRST_LANGUAGE
    return render_template(
        "account/page.html",
        form=form,
        link_form=link_form,
        choice_form=choice_form,
        reached=in_one_line(reach, now(), at_work=is_at_work),
        may_stop=reach is not None and reach.choice.channel in WRITTEN and not reach.suspended,
        lines=message_lines(coming, spoken) if is_at_work else {},
        sample=None if is_at_work else member_line(next_thursday(), spoken),
        spoken=spoken,
        says_when=me().holds(*CREW_ROLES),
        roles=[label(role) for role in Role if role in me().roles],
        links=links,
        has_room=len(links) < LINKS_AT_MOST,
        previews=previews(coming),
    )


def _choice_form(*, is_sent: bool = True) -> ChoiceForm:
    """The form of one's own choice; not `is_sent` where another form of the page was."""
    form = CrewChoiceForm if works_here(me().roles) else MemberChoiceForm
    return form.of(*_own_choice(), is_sent=is_sent)


def _own_choice() -> tuple[Choice | None, str]:
    """What one chose, if anything, and its version."""
    with db.read() as tx:
        return contacts.own(tx, me().id)


def _qr_code(text: str) -> str:
    """A QR code as SVG without style or script, dark on light also in the dark."""
    return segno.make_qr(text, error="m").svg_inline(scale=5, dark="#000", light="#fff")
