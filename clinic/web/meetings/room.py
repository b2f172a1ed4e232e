"""The blueprint that the views of meetings by telephone hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("meetings", __name__, url_prefix="/meetings")
