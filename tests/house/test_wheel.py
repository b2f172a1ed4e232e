"""The wheel holds all that the application needs: it runs from it, away from the checkout."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.house import sources

RUN = "import clinic.cli; assert 'unpacked' in clinic.cli.__file__; clinic.cli.main()"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked far from the checkout; beside it an empty place for data."""
    away = tmp_path_factory.mktemp("away")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(away), str(sources.ROOT)], check=True)
    (wheel,) = away.glob("clinic-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(away / "unpacked")
    return away


def test_the_wheel_holds_templates_translations_and_migrations(house: Path) -> None:
    package = house / "unpacked/clinic"

    assert _names(package / "templates") == _names(sources.ROOT / "templates")
    assert _names(package / "migrations") == _names(sources.ROOT / "migrations")
    assert (package / "translations/fr/LC_MESSAGES/messages.mo").is_file()
    assert not (house / "unpacked/tests").exists()


def test_the_demo_runs_from_the_wheel(house: Path) -> None:
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(house / "unpacked"),
        "CLINIC_DATA": str(house / "data"),
        "PORT": str(port),
    }

    subprocess.run([sys.executable, "-c", RUN, "demo"], check=True, cwd=house, env=environment)
    with subprocess.Popen([sys.executable, "-c", RUN, "serve"], cwd=house, env=environment) as server:
        try:
            health = _answer(f"http://127.0.0.1:{port}/health")
            page = _answer(f"http://127.0.0.1:{port}/")
        finally:
            server.terminate()

    assert health
    assert b'<html lang="fr"' in page


def _names(folder: Path) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix() for path in files}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answer(address: str) -> bytes:
    for _ in range(100):
        try:
            with urlopen(address, timeout=10) as response:  # noqa: S310 (always the loopback address)
                body: bytes = response.read()
                return body
        except URLError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address}")
