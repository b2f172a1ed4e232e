"""The house rules about code hold everywhere they are meant to, and each would notice a breach."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house import rules, sources

Rule = Callable[[ast.Module], Iterator[str]]

DOCUMENTED = ("clinic/domain", "clinic/queries", "clinic/services", "clinic/feeds", "clinic/notices")
HOLDS_IN: list[tuple[Rule, list[Path]]] = [
    (rules.says_what_lives_here, sources.code("clinic", "tests", "migrations", ".ci")),
    (rules.documents_its_functions, sources.code(*DOCUMENTED)),
    (rules.imports_at_the_top, sources.code("clinic", "tests", "migrations", ".ci")),
    (rules.never_commits, sources.code("clinic")),
    (rules.never_writes, sources.code("clinic/queries")),
    (rules.never_reads_the_clock, sources.code("clinic/domain", "clinic/queries", "clinic/services", "clinic/feeds")),
    (
        rules.asks_who_is_signed_in_through_shared,
        [path for path in sources.code() if "clinic/web/shared" not in path.as_posix()],
    ),
    (rules.loads_nothing_by_surprise, sources.code("clinic/models")),
]

BREACHES: list[tuple[Rule, str]] = [
    (rules.says_what_lives_here, "x = 1"),
    (rules.says_what_lives_here, '"""One thing. Another thing."""'),
    (rules.says_what_lives_here, '"""No full stop"""'),
    (rules.documents_its_functions, "def book(): return 1"),
    (rules.imports_at_the_top, "def book():\n    import os"),
    (rules.never_commits, "tx.commit()"),
    (rules.never_writes, "tx.flush()"),
    (rules.never_writes, "from sqlalchemy import select, update"),
    (rules.never_reads_the_clock, "datetime.now(UTC)"),
    (rules.asks_who_is_signed_in_through_shared, "from flask_login import current_user"),
    (rules.asks_who_is_signed_in_through_shared, "flask_login.current_user"),
    (rules.loads_nothing_by_surprise, "place = relationship()"),
    (rules.loads_nothing_by_surprise, 'place = relationship(lazy="select")'),
]


@pytest.mark.parametrize(("rule", "paths"), HOLDS_IN, ids=lambda value: getattr(value, "__name__", ""))
def test_the_house_rule_holds(rule: Rule, paths: list[Path]) -> None:
    breaches = [f"{sources.name(path)}:{breach}" for path in paths for breach in rule(sources.tree(path))]

    assert not breaches, f"{rule.__doc__}\n" + "\n".join(breaches)


@pytest.mark.parametrize(("rule", "wrong"), BREACHES)
def test_a_breach_of_the_house_rule_is_noticed(rule: Rule, wrong: str) -> None:
    assert list(rule(ast.parse(wrong)))
