"""Cookies: host-bound and secure under https, plain only on this very machine (S33)."""

from __future__ import annotations

from flask import Flask
from werkzeug.wrappers import Response as BaseResponse

from clinic.web.shared.ground import settings


def cookie_name(name: str) -> str:
    """The name of a cookie of ours, with the prefix that binds it to this host under https."""
    return f"__Host-{name}" if settings.is_https else name


def put(response: BaseResponse, name: str, value: str, *, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites do not send."""
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, path="/", secure=settings.is_https, httponly=True, samesite="Lax"
    )


def install(app: Flask) -> None:
    """Give the cookie of the signed-in the same form."""
    with app.app_context():
        app.config.update(
            SESSION_COOKIE_NAME=cookie_name("agenda"),
            SESSION_COOKIE_SECURE=settings.is_https,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_PATH="/",
        )
