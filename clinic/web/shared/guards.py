"""Guards: each view says who may come in, and the app does not start while one says nothing (S01)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.people import Role
from clinic.web.shared.activity import is_poll
from clinic.web.shared.identity import who

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "clinic_guard"


@dataclass(frozen=True)
class Guard:
    """Who may come in: anyone, or those who signed in with one of these roles."""

    is_open: bool
    roles: frozenset[Role]


def open_to_all(view: View) -> View:
    """Let anyone in."""
    return _mark(view, Guard(is_open=True, roles=frozenset()))


def signed_in(view: View) -> View:
    """Let everyone in who signed in."""
    return _mark(view, Guard(is_open=False, roles=frozenset(Role)))


def only(*roles: Role) -> Callable[[View], View]:
    """Let those in who hold one of these roles."""
    return lambda view: _mark(view, Guard(is_open=False, roles=frozenset(roles)))


def install(app: Flask) -> None:
    """Put the guards before every view; call when all views are there. Raises `RuntimeError` naming one without."""
    app.view_functions["static"] = open_to_all(_static)
    bare = sorted(name for name, view in app.view_functions.items() if not hasattr(view, _MARK))
    if bare:
        raise RuntimeError(f"views without a guard: {', '.join(bare)}")
    app.before_request(_check)


def guard_of(app: Flask, endpoint: str) -> Guard:
    """The guard of a view, for the table of routes."""
    guard: Guard = getattr(app.view_functions[endpoint], _MARK)
    return guard


def _static(filename: str) -> Response:
    return current_app.send_static_file(filename)


def _mark(view: View, guard: Guard) -> View:
    setattr(view, _MARK, guard)
    return view


def _check() -> Response | None:
    if request.endpoint is None:
        return None
    guard: Guard = guard_of(current_app, request.endpoint)
    if guard.is_open:
        return None
    visitor = who()
    if visitor is None:
        return Response(status=401) if is_poll() else _to_sign_in()
    if not visitor.roles & guard.roles:
        abort(403)
    return None


def _to_sign_in() -> Response:
    """Ask who it is; after signing in she comes back to the page she wanted, if it was a page."""
    wanted = request.path if request.method == "GET" else url_for("agenda.today")
    return redirect(url_for("sign_in.page", to=wanted), 303)
