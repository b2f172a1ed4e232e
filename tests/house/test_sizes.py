"""Files, functions and templates stay short enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house import sources

FILE, TEST_FILE, TEMPLATE = 300, 400, 120
FUNCTION, CREATE_APP = 40, 50
STYLE_SHEET_BYTES = 20_000
MOST_EXCEPTIONS = 0  # only ever lower this


def test_no_file_function_or_template_is_too_long() -> None:
    too_long = _too_long(sources.code("clinic", "migrations", ".ci"), FILE)
    too_long |= _too_long(sources.code("tests"), TEST_FILE) | _too_long(sources.templates(), TEMPLATE)
    for path in sources.code("clinic", "tests", "migrations", ".ci"):
        too_long |= _long_functions(path, sources.tree(path))

    assert too_long == _exceptions()


def test_the_list_of_exceptions_does_not_grow() -> None:
    assert len(_exceptions()) <= MOST_EXCEPTIONS


@pytest.mark.parametrize("name", ["app.css", "staff.css", "print.css"])
def test_each_style_sheet_is_small(name: str) -> None:
    assert (sources.ROOT / "clinic/static" / name).stat().st_size <= STYLE_SHEET_BYTES


@pytest.mark.parametrize(("function", "lines", "is_too_long"), [
    ("book", 40, False), ("book", 41, True), ("create_app", 50, False), ("create_app", 51, True),
])  # fmt: skip
def test_a_function_that_is_too_long_is_noticed(function: str, lines: int, *, is_too_long: bool) -> None:
    tree = ast.parse(f"def {function}():" + "\n    pass" * (lines - 1))

    assert bool(_long_functions(sources.ROOT / "x.py", tree)) is is_too_long


def test_a_file_that_is_too_long_is_noticed(tmp_path: Path) -> None:
    assert _too_long([sources.ROOT / "pyproject.toml"], 10)
    assert not _too_long([sources.ROOT / "pyproject.toml"], 1000)


def _too_long(paths: list[Path], most: int) -> dict[str, int]:
    sizes = {sources.name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return {name: size for name, size in sizes.items() if size > most}


def _long_functions(path: Path, tree: ast.Module) -> dict[str, int]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    return {
        f"{sources.name(path)}:{function}": size
        for function, size in sizes.items()
        if size > (CREATE_APP if function == "create_app" else FUNCTION)
    }


def _exceptions() -> dict[str, int]:
    lines = (sources.ROOT / "tests/house/exceptions.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines if line and not line.startswith("#")]
    return {where: int(size) for where, size in entries}
