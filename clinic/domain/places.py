"""Places that are public and places told late."""

from __future__ import annotations

from enum import StrEnum


class Publicity(StrEnum):
    """Whether the exact spot is printed for all, or told late to those concerned."""

    PUBLIC = "public"
    TOLD_LATE = "told_late"
