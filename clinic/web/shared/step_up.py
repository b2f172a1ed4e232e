"""The password given once more in this sign-in, and why; the cookie carries that it was, the sign-out ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import redirect, session, url_for
from werkzeug.wrappers import Response

from clinic.domain import step_up as rules
from clinic.domain.people import SignedIn
from clinic.domain.step_up import LASTS, Reason
from clinic.queries import step_up as queries
from clinic.services import passwords, step_up
from clinic.web.shared.ground import db, now

_KEY = "step_up"


def try_password(password: str, reason: Reason | None, *, by: SignedIn) -> bool:
    """Check and note one try; hashing is slow on purpose, so no transaction waits for it.

    Raises `Refused("step_up_blocked")` after the last try that is allowed.
    """
    with db.read() as tx:
        step_up.check_tries(tx, by=by, now=now())
        password_hash = queries.password_hash(tx, by.id)
    is_right = passwords.is_right(password, password_hash)
    with db.write() as tx:
        step_up.note(tx, reason, is_right=is_right, by=by, now=now())
    with db.read() as tx:
        step_up.check_tries(tx, by=by, now=now())
    return is_right


def passed(reason: Reason) -> None:
    """Remember that the password was right just now, and why it was given."""
    session[_KEY] = [now().isoformat(), reason.value]


def reason(*, lasts: timedelta = LASTS) -> Reason | None:
    """Why she gave her password in the last five minutes, or in another span; None if she did not."""
    kept = session.get(_KEY)
    if not kept or not rules.holds(datetime.fromisoformat(kept[0]), now(), lasts=lasts):
        return None
    return Reason(kept[1])


def fresh_until() -> datetime | None:
    """Until when she is not asked again; None if she is."""
    return datetime.fromisoformat(session[_KEY][0]) + LASTS if reason() else None


def ask(*, to: str) -> Response:
    """Ask for the password and the reason, and lead to this local path then."""
    return redirect(url_for("step_up.page", to=to), 303)
