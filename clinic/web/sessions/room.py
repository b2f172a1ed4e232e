"""The blueprint that the views of sessions hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("sessions", __name__, url_prefix="/sessions")
