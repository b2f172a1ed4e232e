"""Headers on every answer, errors included (S40), and the second check against forged requests (S41)."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from clinic.web.shared.ground import settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture",
    "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection",
    "local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "storage-access", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
}
_TWO_YEARS = 63_072_000
_FOR_ROBOTS = {"public.home", "workshops.index", "workshops.page", "calendars.workshops"}
_SAFE = {"GET", "HEAD", "OPTIONS"}


def install(app: Flask) -> None:
    """Check where each unsafe request comes from, and put the headers on every answer."""
    app.before_request(_check_origin)
    app.after_request(_finish)


def _check_origin() -> None:
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if (site and site != "same-origin") or (origin and origin != _own_origin()):
        abort(403)


def _own_origin() -> str:
    """Where our pages come from: under https what is set, since a proxy before us may speak plain http to us."""
    return settings.base_url if settings.is_https else request.host_url.rstrip("/")


def _finish(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint not in _FOR_ROBOTS:
        response.headers["X-Robots-Tag"] = "noindex"
    if settings.is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
