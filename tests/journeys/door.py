"""A real server for the browser: on a free port of this machine, in a thread, plain or behind TLS."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from threading import Thread
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import trustme
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

HERE = "127.0.0.1"
DULL_SITE = "weather.example"


class _Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log(self, *_args: object, **_facts: object) -> None:
        """Say nothing."""


class Door:
    """A server behind which another application may stand for each test."""

    def __init__(self, *, is_https: bool = False) -> None:
        self.application: WSGIApplication = dull_site
        self._server = make_server(
            HERE,
            0,
            self._answer,
            threaded=True,
            request_handler=_Quiet,
            ssl_context=_certificate() if is_https else None,
        )
        self.port = self._server.port
        self.url = f"{'https' if is_https else 'http'}://{HERE}:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._thread.join()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.application(environ, start_response)


def dull_site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """What the quick exit leads to."""
    page = "<!DOCTYPE html><title>Weather</title><link rel=icon href='data:,'><h1>Sunny spells</h1>"
    return Response(page, content_type="text/html")(environ, start_response)


def _certificate() -> ssl.SSLContext:
    """A certificate that a browser takes when it is told not to look closely."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HERE, DULL_SITE).configure_cert(context)
    return context
