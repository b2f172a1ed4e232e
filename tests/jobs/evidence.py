"""What the full volumes came to, as lines of `docs/evidence/outbox.md`."""

from __future__ import annotations

from tests.races.evidence import ROOT, commit

PAGE = ROOT / "docs" / "evidence" / "outbox.md"


def keep(what: str, came_to: str) -> None:
    """Replace the line of this name in the page of evidence, or add it."""
    begins = f"- {what}, at commit "
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if not line.startswith(f"- {what}, ")]
    PAGE.write_text("\n".join([*lines, f"{begins}{commit()}: {came_to}."]) + "\n", encoding="utf-8")
