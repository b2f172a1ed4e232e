"""How Alembic compares the models with a database, and runs the migrations on the connection it is given."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from clinic.db import Database
from clinic.models import Base
from clinic.models.base import UtcInstant
from clinic.models.sealed import Sealed, SealedJson
from clinic.settings import read_settings


def _plain(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types as plain ones: a migration must still run when the code has changed."""
    if kind == "type" and isinstance(item, UtcInstant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Sealed | SealedJson):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, sqlalchemy.Enum):
        return f"sa.String(length={item.length})"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_plain,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if "connection" in context.config.attributes:
    _run(context.config.attributes["connection"])
else:  # the `alembic` command, where a new migration is written
    with Database(read_settings().database_url).engine.connect() as reading:
        _run(reading)
