"""What somebody wanted when the cover came, sealed for her sign-in: nobody reads or changes it meanwhile."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass

from flask import request

from clinic.keys import CannotOpen
from clinic.web.shared.activity import sign_in_id
from clinic.web.shared.flashes import UNDO_UNTIL
from clinic.web.shared.ground import settings
from clinic.web.shared.local_paths import local_path

SECRETS = frozenset({"password", "again", "code"})  # fields that are kept nowhere, however short
_NOT_ITS_OWN = frozenset({"csrf_token"})
MOST = 32_000  # bytes: sealed and sent back with the password, it still is within what one request may hold


@dataclass(frozen=True)
class Kept:
    """Where she wanted to go, and the fields if it was a form that she sent; `is_lost`: sent, and not kept."""

    to: str | None = None
    fields: list[tuple[str, str]] | None = None
    is_lost: bool = False


def keep() -> str:
    """Seal what this request wants."""
    return _sealed(_wanted())


def reopen(sealed: str) -> Kept:
    """What was kept for this very sign-in; nothing if it does not open."""
    try:
        text = settings.keys.open(urlsafe_b64decode(sealed), _place())
    except (CannotOpen, NotBase64, ValueError):
        return Kept()
    to, fields, is_lost = json.loads(text)
    return Kept(to, fields, is_lost)


def _wanted() -> Kept:
    to = None if request.routing_exception else local_path(request.full_path.rstrip("?"))
    if request.method != "POST":
        return Kept(to)
    kept = Kept(to, _fields())
    # What may be taken back for some minutes only is too late by now.
    is_lost = to is None or UNDO_UNTIL in request.form or len(_text(kept).encode()) > MOST
    return Kept(is_lost=True) if is_lost else kept


def _fields() -> list[tuple[str, str]]:
    """All that was sent, in order, but for what is secret and for the token, which is made anew."""
    sent = request.form.items(multi=True)
    return [(name, value) for name, value in sent if name not in SECRETS | _NOT_ITS_OWN]


def _sealed(kept: Kept) -> str:
    return urlsafe_b64encode(settings.keys.seal(_text(kept), _place())).decode()


def _text(kept: Kept) -> str:
    return json.dumps([kept.to, kept.fields, kept.is_lost], ensure_ascii=False)


def _place() -> str:
    return f"idle.kept.{sign_in_id()}"
