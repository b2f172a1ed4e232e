"""The HTTP answer that carries a feed: conditional, compressed when asked, without a cookie."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask import Response, request


@dataclass(frozen=True)
class Feed:
    """A rendered feed: its window begins with `since`, and `changed_at` is when it last read differently."""

    body: bytes
    since: datetime
    changed_at: datetime


def feed_answer(feed: Feed, cache_control: str) -> Response:
    """The feed, or 304 for a reader who has it already (RFC 9110 §13); its gzip form has an ETag of its own."""
    digest = sha256(feed.since.isoformat().encode() + feed.body).hexdigest()
    answer = Response(feed.body, content_type="text/calendar; charset=utf-8")
    if request.accept_encodings.quality("gzip") > 0:
        # The time in the header of gzip would make equal bodies differ.
        answer.data = gzip.compress(feed.body, mtime=0)
        answer.content_encoding = "gzip"
        digest = f"{digest}-gzip"
    answer.set_etag(digest)
    answer.last_modified = feed.changed_at
    answer.vary.add("Accept-Encoding")
    answer.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    answer.headers["Cache-Control"] = cache_control
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.make_conditional(request)
    return answer


def no_such_feed() -> Response:
    """One answer for every token that opens nothing: it depends on nobody and on no language."""
    answer = Response("404\n", status=404, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
