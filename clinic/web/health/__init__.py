"""Whether the program and its database answer."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from clinic.queries import demonstration
from clinic.web.shared.ground import db
from clinic.web.shared.guards import open_to_all

room = Blueprint("health", __name__)


@room.get("/health")
@open_to_all
def check() -> Response:
    """Answer `{"status": "ok"}` once the database was read; a failure becomes 503."""
    with db.read() as tx:
        demonstration.is_demo(tx)
    return jsonify(status="ok")
