"""The lock, the licence and the scripts are what the README promises."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house import sources

LOCK = (sources.ROOT / "requirements.lock").read_text(encoding="utf-8")
RUNNING, MARK, DEVELOPMENT = LOCK.partition("# development\n")
PROJECT = tomllib.loads((sources.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"  # agpl-3.0.txt, as the FSF publishes it
FIXED = re.compile(r"[a-z0-9-]+==\S+( ; [^\n]+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+$")
SCRIPTS = [path for path in (sources.ROOT / ".ci").iterdir() if path.is_file() and path.suffix != ".py"]


def test_what_running_takes_is_in_the_first_part_of_the_lock() -> None:
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["install"]

    assert _names(wanted) <= _names(_entries(RUNNING))


def test_what_only_development_takes_is_in_the_second_part() -> None:
    wanted = PROJECT["dependency-groups"]["development"] + PROJECT["project"]["optional-dependencies"]["postgresql"]

    assert MARK
    assert _names(wanted) <= _names(_entries(DEVELOPMENT))
    assert not _names(_entries(RUNNING)) & _names(_entries(DEVELOPMENT))


def test_each_version_is_fixed_and_has_digests() -> None:
    blocks = re.findall(r"^[^#\s].*(?:\n    .*)*", LOCK, re.MULTILINE)

    assert blocks
    assert [block for block in blocks if not FIXED.match(block)] == []


def test_the_lock_names_no_package_index() -> None:
    assert "://" not in LOCK


def test_the_licence_is_the_text_of_the_agpl() -> None:
    assert hashlib.sha256((sources.ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL


def test_commit_hooks_fetch_nothing() -> None:
    hooks = (sources.ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")

    assert set(re.findall(r"repo: *(\S+)", hooks)) == {"local"}


@pytest.mark.parametrize("script", SCRIPTS, ids=sources.name)
def test_scripts_can_be_run_and_stop_at_the_first_error(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(script)], check=True)


def _entries(part: str) -> list[str]:
    return re.findall(r"^[a-z0-9-]+==", part, re.MULTILINE)


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}
