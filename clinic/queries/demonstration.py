"""Whether this database is a demonstration."""

from __future__ import annotations

from sqlalchemy.orm import Session

from clinic.models import Demonstration


def is_demo(tx: Session) -> bool:
    """Tell whether this database was made by `clinic demo`."""
    return tx.get(Demonstration, 1) is not None
