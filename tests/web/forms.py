"""Sending forms as a browser does, with the token that the page carries."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def csrf_token(client: FlaskClient) -> str:
    """The token of a page with a form that everybody may open."""
    found = _TOKEN.search(client.get("/sign-in/code").get_data(as_text=True))
    assert found
    return found[1]


def post(client: FlaskClient, url: str, data: Mapping[str, object] | None = None) -> TestResponse:
    """Send a form with a valid token."""
    return client.post(url, data={"csrf_token": csrf_token(client), **(data or {})})
