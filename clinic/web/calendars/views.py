"""Views of the feeds: a person's own by the token of a link, and the public workshops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, Response, request
from flask_babel import force_locale, gettext

from clinic.domain.calendars import cancelled_since, day_start, digest_of, window_start
from clinic.domain.sessions import Kind
from clinic.feeds import ics, personal, workshops
from clinic.queries import calendars, commitments, public
from clinic.queries.public import PublicSession
from clinic.services import calendars as links
from clinic.web.calendars.answers import Feed, feed_answer, no_such_feed
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.locale import FIRST, LOCALES

room = Blueprint("calendars", __name__, url_prefix="/feeds")
WORKSHOPS_SHOWN = timedelta(weeks=104)


@room.get("/<token>.ics", endpoint="personal")
@open_to_all
def personal_feed(token: str) -> Response:
    """What the owner of a link is on, as far as the link may tell."""
    with db.read() as tx:
        link = calendars.link_by_digest(tx, digest_of(token))
        if link is None:
            return no_such_feed()
        mine = commitments.of_person(tx, link.person_id, now=now())
        changed_at = commitments.last_change(tx, link.person_id)
    db.touch(partial(links.note_fetch, link_id=link.id, now=now()))
    with force_locale(LOCALES[link.language]):
        entries = personal.entries(mine, link.detail, link.language, of_meetings=gettext("Appointment"))
        body = ics.render(entries, name=gettext("Agenda"), is_public=False)
    return feed_answer(Feed(body, window_start(now()), _last_modified([changed_at])), "private, no-cache")


@room.get("/workshops.ics", endpoint="workshops")
@open_to_all
def workshops_feed() -> Response:
    """The public workshops, in French or in the language that the address names: `?language=en`."""
    wished = request.args.get("language", FIRST)
    language = wished if wished in LOCALES else FIRST
    since = window_start(now())
    with db.read() as tx:
        programme = public.programme(tx, since, since + WORKSHOPS_SHOWN, Kind.WORKSHOP)
    shown = [session for session in programme if _is_shown(session)]
    with force_locale(LOCALES[language]):
        entries = workshops.entries(shown, language, to_be_confirmed=gettext("to be confirmed"))
        body = ics.render(entries, name=gettext("Workshops"), is_public=True)
    changed_at = _last_modified(session.changed_at for session in shown)
    return feed_answer(Feed(body, since, changed_at), "public, max-age=300")


def _is_shown(session: PublicSession) -> bool:
    return not session.is_cancelled or session.ends_at > cancelled_since(now())


def _last_modified(changes: Iterable[datetime | None]) -> datetime:
    """The last change, or midnight: at midnights old entries leave."""
    return max(filter(None, [day_start(now()), *changes]))
