"""Where things may stand, and what they may not be called."""

from __future__ import annotations

import subprocess

import pytest

from tests.house import sources

TOP = {
    "clinic", "templates", "translations", "migrations", "tests", "docs", "bench", "wsgi.py", "pyproject.toml",
    "requirements.lock", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
SAYS_NOTHING = {"common", "utils", "util", "helpers", "helper", "misc", "stuff", "lib"}


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert not _strangers(_files_of_the_project())


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    assert not _says_nothing(_files_of_the_project())


@pytest.mark.parametrize("wrong", ["notes.txt", "scripts/run.py", "setup.cfg"])
def test_a_stranger_at_the_top_is_noticed(wrong: str) -> None:
    assert _strangers([wrong])


@pytest.mark.parametrize(
    "wrong", ["clinic/utils.py", "clinic/common/times.py", "templates/misc/a.html", "tests/Helpers.py"]
)
def test_a_name_that_says_nothing_is_noticed(wrong: str) -> None:
    assert _says_nothing([wrong])


def _strangers(paths: list[str]) -> list[str]:
    tops = {path.split("/")[0] for path in paths}
    return sorted(top for top in tops if top not in TOP and not top.startswith("."))


def _says_nothing(paths: list[str]) -> list[str]:
    return [path for path in paths if any(part.lower().split(".")[0] in SAYS_NOTHING for part in path.split("/"))]


def _files_of_the_project() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=sources.ROOT, check=True, capture_output=True, text=True)
    return answer.stdout.splitlines()
