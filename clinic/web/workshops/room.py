"""The blueprint that the views of workshops hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("workshops", __name__, url_prefix="/workshops")
