"""Coming in: with a password, or with a code on paper; and going out."""

from __future__ import annotations

from clinic.web.sign_in.views import room

__all__ = ["room"]
