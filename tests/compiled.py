"""A statement is compiled once for all engines of a test process: each test has engines of its own."""

from __future__ import annotations

from sqlalchemy import Engine

from clinic import db

_first: dict[str, Engine] = {}


def share(database: db.Database) -> None:
    """Let all later engines of this kind of database use what this one, which was connected, has compiled."""
    _first.setdefault(database.engine.dialect.name, database.engine)


def install() -> None:
    """Make the engines of this process share. Twice is once."""
    make_engine = db._engine
    if make_engine.__name__ == "sharing":
        return

    def sharing(url: str) -> Engine:
        engine = make_engine(url)
        first = _first.get(engine.dialect.name)
        if first:
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    db._engine = sharing
