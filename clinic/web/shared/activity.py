"""When somebody was last active, in a signed cookie of its own that goes with one sign-in (S33)."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask import Flask, current_app, g, request, session
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from clinic.domain.idle import SIGN_IN_LASTS
from clinic.web.shared import cookies
from clinic.web.shared.ground import now

POLL = "X-Clinic-Poll"
COOKIE = "active"  # beside the session: an answer that comes late then brings back no sign-in that was left meanwhile
_SIGN_IN = "sign_in"
_CHANGE = "activity"
_NOTED, _FORGOTTEN = "noted", "forgotten"


def is_poll() -> bool:
    """Whether a script asks by itself: it sent the header `X-Clinic-Poll: 1`.

    A poll is no activity, so it postpones nothing. Once its sign-in is idle or over, it gets 401 without a word, and
    whoever sent it covers the page.
    """
    return request.headers.get(POLL) == "1"


def begin() -> None:
    """Begin a sign-in with an activity: no cookie of an earlier one goes with it."""
    session[_SIGN_IN] = secrets.token_hex(8)
    note()


def sign_in_id() -> str | None:
    """What tells this sign-in from all others; None if there is none."""
    found: str | None = session.get(_SIGN_IN)
    return found


def note() -> None:
    """Note that she is active now; the answer carries it."""
    g.setdefault(_CHANGE, _NOTED)


def forget() -> None:
    """Take the cookie away with the answer, whatever is noted after it."""
    setattr(g, _CHANGE, _FORGOTTEN)


def last() -> datetime | None:
    """When she was last active in this sign-in; None if her browser cannot say."""
    try:
        of_sign_in, at = _signer().loads(request.cookies.get(cookies.cookie_name(COOKIE), ""))
    except BadData:
        return None
    return datetime.fromisoformat(at) if sign_in_id() and of_sign_in == sign_in_id() else None


def mark() -> str:
    """What the cookie says of somebody who is active now."""
    return str(_signer().dumps([sign_in_id(), now().isoformat()]))


def install(app: Flask) -> None:
    """Send the cookie with the answers to what was an activity."""
    app.after_request(_carry)


def _carry(response: Response) -> Response:
    change = g.get(_CHANGE)
    if change == _NOTED and sign_in_id():
        cookies.put(response, COOKIE, mark(), seconds=int(SIGN_IN_LASTS.total_seconds()))
    elif change == _FORGOTTEN:
        cookies.put(response, COOKIE, "", seconds=0)
    return response


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="clinic.activity")
