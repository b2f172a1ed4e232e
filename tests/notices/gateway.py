"""A real SMS gateway for tests: it keeps what it is handed, and is slow, broken or unkind when asked to."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal

from clinic.settings import SmsGateway

TOKEN = "a-token-that-nobody-knows"
SENDER = "Agenda"
Play = Literal["answer", "close_at_once", "hear_nothing", "never_answer", "close_after_reading", "garbage"]


@dataclass(frozen=True)
class Request:
    """What came in one request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """What came, and how the gateway shall behave."""

    port: int
    scheme: str = "http"
    play: Play = "answer"
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    seconds_to_answer: float = 0.0
    requests: list[Request] = field(default_factory=list)
    is_over: Event = field(default_factory=Event)

    def settings(self, path: str = "/messages") -> SmsGateway:
        """What an operator would have set to reach it."""
        host = "localhost" if self.scheme == "https" else "127.0.0.1"
        return SmsGateway(f"{self.scheme}://{host}:{self.port}{path}", SENDER, TOKEN)


@contextmanager
def opened(*, tls: ssl.SSLContext | None = None) -> Iterator[Gateway]:
    """Open a gateway on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gateway = gateway = Gateway(server.server_address[1], "https" if tls else "http")
    server.tls = tls
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    gateway: Gateway
    tls: ssl.SSLContext | None

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The handshake belongs to the thread of its request; one that fails is the guest's affair."""
        if self.tls and self.gateway.play not in ("close_at_once", "hear_nothing"):
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                request.close()
                return
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A guest who hangs up is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def handle(self) -> None:
        gateway = self.server.gateway
        if gateway.play == "hear_nothing":
            gateway.is_over.wait()
        elif gateway.play != "close_at_once":
            super().handle()

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers["Content-Length"]))
        gateway.requests.append(Request(self.path, dict(self.headers), body))
        gateway.is_over.wait(None if gateway.play == "never_answer" else gateway.seconds_to_answer)
        if gateway.play == "garbage":
            self.wfile.write(b"\x16\x03\x01 not an answer\r\n\r\n")
        elif gateway.play == "answer":
            self._answer(gateway)

    def _answer(self, gateway: Gateway) -> None:
        self.send_response(gateway.status)
        for name, value in ({"Content-Length": "0"} | gateway.headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gave it
        """Say nothing."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
