"""Who is signed in: the one place that touches Flask-Login."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from clinic.domain.answers import NotFound
from clinic.domain.idle import SIGN_IN_LASTS, is_idle
from clinic.domain.people import SignedIn
from clinic.queries import people
from clinic.web.shared import activity
from clinic.web.shared.ground import db, now

_COVERED = "covered"
_ENDS = "sign_in_ends"


class _Visitor(UserMixin):
    """What Flask-Login carries: a `SignedIn` and the version its cookie names."""

    def __init__(self, signed_in: SignedIn, session_version: int) -> None:
        self.signed_in = signed_in
        self.id = f"{signed_in.id}.{session_version}"


def who() -> SignedIn | None:
    """Who is signed in, or None; to every page, one whose sign-in is covered is nobody (S33)."""
    return current_user.signed_in if current_user.is_authenticated else None


def covered() -> SignedIn | None:
    """Who was idle for too long and has to give her password before she is anybody again; else None."""
    visitor = None if who() else g.get(_COVERED)
    return visitor.signed_in if visitor else None


def holder() -> SignedIn | None:
    """Whose sign-in this is, covered or not."""
    return who() or covered()


def me() -> SignedIn:
    """Who is signed in, on a page whose guard let nobody else through."""
    signed_in = who()
    if signed_in is None:
        raise NotFound
    return signed_in


def sign_in(person_id: str, session_version: int) -> bool:
    """Begin a sign-in of at most eight hours in a new cookie session (S33)."""
    session.clear()
    with db.read() as tx:
        signed_in = people.signed_in(tx, person_id, session_version)
    if signed_in is None:
        return False
    session[_ENDS] = (now() + SIGN_IN_LASTS).isoformat()
    activity.begin()
    return bool(login_user(_Visitor(signed_in, session_version)))


def uncover() -> None:
    """Let her go on, in this request too: she gave her password."""
    visitor = g.pop(_COVERED, None)
    if visitor:
        login_user(visitor)
    activity.note()


def sign_out() -> None:
    """End the sign-in and empty its cookie."""
    logout_user()
    session.clear()
    g.pop(_COVERED, None)
    activity.forget()


def install(app: Flask) -> None:
    """Make Flask-Login find people by id and session version."""
    manager = LoginManager(app)
    manager.session_protection = None  # it would keep a digest of the network address
    manager.user_loader(_load)


def _load(cookie_id: str) -> _Visitor | None:
    person_id, _, version = cookie_id.partition(".")
    if not version.isdecimal() or _has_ended():
        return None
    with db.read() as tx:
        signed_in = people.signed_in(tx, person_id, int(version))
    if signed_in is None:
        return None
    visitor = _Visitor(signed_in, int(version))
    if is_idle(signed_in, activity.last(), now()):
        g.setdefault(_COVERED, visitor)
        return None
    return visitor


def _has_ended() -> bool:
    ends = session.get(_ENDS)
    return ends is None or datetime.fromisoformat(ends) <= now()
