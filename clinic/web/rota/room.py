"""The blueprint that the views of the rota hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("rota", __name__, url_prefix="/rota")
