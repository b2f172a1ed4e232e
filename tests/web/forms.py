"""Sending forms as a browser does, with the token that the page carries."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def csrf_token(client: FlaskClient) -> str:
    """The token of a page with a form that this client may open: her account, or the sign-in."""
    for page in ("/account", "/sign-in"):
        found = _TOKEN.search(client.get(page).get_data(as_text=True))
        if found:
            return found[1]
    raise AssertionError("neither page carries a token")


def post(client: FlaskClient, url: str, data: Mapping[str, object] | None = None) -> TestResponse:
    """Send a form with a valid token."""
    return client.post(url, data={"csrf_token": csrf_token(client), **(data or {})})
