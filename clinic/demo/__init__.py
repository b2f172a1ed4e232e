"""The demonstration: the association's coming weeks with invented appointments, laid around a day."""

from __future__ import annotations

from clinic.demo.load import NotADemo, Outcome, prepare
from clinic.demo.people import PASSWORD

__all__ = ["PASSWORD", "NotADemo", "Outcome", "prepare"]
