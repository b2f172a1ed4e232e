"""Leaving the site at once, and leaving nothing behind Back (S20)."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from clinic.web.shared import cookies
from clinic.web.shared.ground import settings
from clinic.web.shared.guards import open_to_all
from clinic.web.shared.identity import sign_out

room = Blueprint("exit", __name__)
GONE = "gone"
GONE_SECONDS = 60
STAYS_OPEN = {"static", "health.check", "calendars.personal", "calendars.workshops", "exit.leave"}


@room.get("/exit")
@open_to_all
def leave() -> Response:
    """End the sign-in and go to a dull page elsewhere. The changed cookie also empties the browser's page cache."""
    sign_out()
    answer = _elsewhere()
    cookies.put(answer, GONE, "1", seconds=GONE_SECONDS)
    answer.headers["Clear-Site-Data"] = '"storage"'
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@room.before_app_request
def keep_out() -> Response | None:
    """For a minute after leaving, every page leads elsewhere: Back, Forward and reload show nothing."""
    if request.endpoint in STAYS_OPEN or cookies.cookie_name(GONE) not in request.cookies:
        return None
    return _elsewhere()


def _elsewhere() -> Response:
    return redirect(settings.exit_url, 302)
