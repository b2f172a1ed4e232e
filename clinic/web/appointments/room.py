"""The blueprint that the views of appointments hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("appointments", __name__, url_prefix="/appointments")
