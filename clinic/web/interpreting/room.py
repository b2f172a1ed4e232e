"""The blueprint that the views of interpreting hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("interpreting", __name__, url_prefix="/interpreting")
