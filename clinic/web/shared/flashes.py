"""What a page says after an act, with the button that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask import flash, get_flashed_messages

from clinic.domain.timing import UNDO_FOR
from clinic.web.shared.ground import now

UNDO_UNTIL = "undo_until"


@dataclass(frozen=True)
class Undo:
    """A button that takes an act back: an ordinary form to an ordinary address."""

    label: str
    url: str
    hidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flash:
    """A sentence, and perhaps its undo. It travels in the cookie: no alias, no name."""

    text: str
    undo: Undo | None


def say(text: str, undo: Undo | None = None, *, undo_for: timedelta = UNDO_FOR) -> None:
    """Say this on the next page. An undo works exactly as long as the messages about the act wait."""
    if undo:
        undo = replace(undo, hidden={**undo.hidden, UNDO_UNTIL: str(int((now() + undo_for).timestamp()))})
    flash({"text": text, "undo": asdict(undo) if undo else None})  # type: ignore[arg-type]


def flashes() -> list[Flash]:
    """What is to be said on this page."""
    said: list[Any] = list(get_flashed_messages())
    return [Flash(each["text"], Undo(**each["undo"]) if each["undo"] else None) for each in said]
