"""The blueprint that the views of the people helped hang on."""

from __future__ import annotations

from flask import Blueprint

room = Blueprint("beneficiaries", __name__, url_prefix="/beneficiaries")
