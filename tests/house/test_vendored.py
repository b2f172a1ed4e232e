"""Files of other projects are the ones that their README names, byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.house import sources

FOLDERS = ["clinic/static/vendor", "tests/vendor"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_vendored_files_have_the_digest_in_their_readme(folder: str) -> None:
    files = [path for path in (sources.ROOT / folder).iterdir() if path.name != "README.md"]

    readme = (sources.ROOT / folder / "README.md").read_text(encoding="utf-8")

    assert files
    assert not _changed(files, readme)


def test_a_changed_vendored_file_is_noticed(tmp_path: Path) -> None:
    script = tmp_path / "axe.min.js"
    script.write_text("changed", encoding="utf-8")

    readme = (sources.ROOT / "tests/vendor/README.md").read_text(encoding="utf-8")

    assert _changed([script], readme) == ["axe.min.js"]


def _changed(files: list[Path], readme: str) -> list[str]:
    lines = readme.splitlines()
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return [
        name for name, digest in digests.items() if not any(f"`{name}`" in line and digest in line for line in lines)
    ]
