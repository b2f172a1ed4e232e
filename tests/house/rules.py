"""The house rules about code, each a function from a syntax tree to what is wrong with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def says_what_lives_here(tree: ast.Module) -> Iterator[str]:
    """A module begins with one sentence."""
    sentence = ast.get_docstring(tree)
    if not sentence:
        yield "1: no docstring"
    elif not sentence.endswith((".", "?")) or "\n\n" in sentence or re.search(r"[.?!]\s+[A-Z]", sentence):
        yield "1: the docstring is not one sentence"


def documents_its_functions(tree: ast.Module) -> Iterator[str]:
    """Each public function has a docstring."""
    for node in tree.body:
        if isinstance(node, FUNCTION) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{node.lineno}: {node.name} has no docstring"


def imports_at_the_top(tree: ast.Module) -> Iterator[str]:
    """No import inside a function."""
    for function in ast.walk(tree):
        if isinstance(function, FUNCTION):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{node.lineno}: an import inside {function.name}"


def never_commits(tree: ast.Module) -> Iterator[str]:
    """Nobody but the unit of work ends a transaction."""
    yield from _calls(tree, {"commit", "rollback"})


def never_writes(tree: ast.Module) -> Iterator[str]:
    """A question changes nothing and flushes nothing."""
    yield from _calls(tree, {"add", "add_all", "delete", "flush", "merge"}, of="tx")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            for alias in node.names:
                if alias.name in {"delete", "insert", "update"}:
                    yield f"{node.lineno}: imports {alias.name}"


def never_reads_the_clock(tree: ast.Module) -> Iterator[str]:
    """A rule is told what time it is."""
    yield from _calls(tree, {"now", "today", "utcnow", "time_ns", "monotonic"})


def asks_who_is_signed_in_through_shared(tree: ast.Module) -> Iterator[str]:
    """`current_user` is used in one place only."""
    for node in ast.walk(tree):
        match node:
            case ast.alias(name="current_user") | ast.Attribute(attr="current_user"):
                yield f"{node.lineno}: current_user"


def loads_nothing_by_surprise(tree: ast.Module) -> Iterator[str]:
    """A relationship raises unless the query said that it loads it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "relationship":
            lazy = {word.arg: word.value for word in node.keywords}.get("lazy")
            if not (isinstance(lazy, ast.Constant) and lazy.value == "raise"):
                yield f'{node.lineno}: a relationship without lazy="raise"'


def _calls(tree: ast.Module, methods: set[str], of: str | None = None) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            owner = node.func.value
            if of is None or (isinstance(owner, ast.Name) and owner.id == of):
                yield f"{node.lineno}: calls {node.func.attr}"
