"""What went wrong, in plain words; a random reference on 5xx only; nothing of the inside (S46)."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from clinic.db import Busy, Unavailable
from clinic.domain.answers import NotFound, Refused
from clinic.web.shared.locale import LOCALES, language_of_browser, languages
from clinic.web.shared.messages import sentence

_LOG = logging.getLogger(__name__)
_WORDS = {
    400: (_l("This page could not be read"), _l("Go back, and try again.")),
    403: (_l("This page is not for you"), _l("Your account does not open this page.")),
    404: (_l("This page does not exist"), _l("Check the address, or start again from the first page.")),
    405: (_l("This page could not be read"), _l("Go back, and try again.")),
    409: (_l("This could not be done"), _l("Something changed meanwhile.")),
    413: (_l("This is too long"), _l("Send less text at once.")),
    500: (_l("Something went wrong on our side"), _l("Nothing you did is at fault. Please try again in a moment.")),
    503: (_l("Many people are writing just now"), _l("Nothing was lost or done twice. Please try again in a moment.")),
}
_NO_DATABASE = (_l("The agenda cannot be read just now"), _l("Nothing was lost. Please try again in a few minutes."))
_TOO_OLD = (_l("This page was open for too long"), _l("Go back, load the page again, and send it once more."))


def install(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _strange_host)
    app.register_error_handler(CSRFError, lambda _error: _page(400, words=_TOO_OLD))
    app.register_error_handler(NotFound, lambda _error: _page(404))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Busy, _broken(503))
    app.register_error_handler(Unavailable, _broken(503, words=_NO_DATABASE))
    app.register_error_handler(Exception, _broken(500))


def _http(error: HTTPException) -> BaseResponse:
    """Answer an HTTP error; redirects pass through."""
    code = error.code or 500
    if code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    return _page(code if code in _WORDS else 404)


def _strange_host(_error: SecurityError) -> Response:
    """Answer in bare words: under a foreign host name there is no address that a page could point to."""
    heading, _text = _WORDS[400]
    with force_locale(LOCALES[language_of_browser()]):
        return Response(f"{heading}\n", 400, content_type="text/plain; charset=utf-8")


def _refused(refused: Refused) -> Response:
    heading, _text = _WORDS[409]
    return _page(409, words=(heading, sentence(refused)))


def _broken(status: int, *, words: tuple[Any, Any] | None = None) -> Callable[[Exception], Response]:
    """Log the kind of error under a reference, never its text: that may hold what someone typed (S52)."""

    def answer(error: Exception) -> Response:
        reference = secrets.token_hex(4)
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
        _LOG.error("error %s: %s at %s", reference, type(error).__name__, " < ".join(reversed(places)))
        heading, text = words or _WORDS[status]
        with force_locale(LOCALES[language_of_browser()]):
            page = render_bare("errors/bare.html", heading=heading, text=text, reference=reference)
        return make_response(page, status)

    return answer


def _page(status: int, *, words: tuple[Any, Any] | None = None) -> Response:
    """A page with nothing on it that depends on what was asked for (S02); what waits to be said goes on waiting."""
    heading, text = words or _WORDS[status]
    try:
        constant = {"languages": languages("/"), "flashes": list}
        page = render_template("errors/error.html", heading=heading, text=text, **constant)
    except Unavailable as error:
        return _broken(503, words=_NO_DATABASE)(error)
    return make_response(page, status)


def render_bare(name: str, **words: Any) -> str:
    """Render a page that asks the database nothing: not who reads it, not whether this is a demonstration."""
    return current_app.jinja_env.get_template(name).render(language=language_of_browser(), **words)
