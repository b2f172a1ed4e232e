"""The bench runs, measures what it says, and the memory of the worker stays flat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT


def test_a_small_bench_sends_all_and_compares_itself(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    command = [sys.executable, "-m", "bench.bench", str(results)]

    subprocess.run(command, cwd=ROOT, env={**os.environ, "BENCH_SIZE": "50"}, check=True, timeout=120)

    found = json.loads(results.read_text(encoding="utf-8"))
    assert [set(each) for each in found] == [{"name", "ours", "floor", "ratio"}] * 3
    assert all(each["ours"] > 0 and each["floor"] > 0 for each in found)
    assert found[-1]["ratio"] < 1.2
