"""The README's commands are those that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_ci_runs_both_lines_of_the_readme() -> None:
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    lines = [block.strip() for block in blocks if "-m venv" in block]
    assert len(lines) == 2
    assert lines[0].endswith("scarscore demo")
    assert lines[1].endswith("pytest")
    ran = [line.strip() for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        assert "\n" not in line
        assert line in ran


def test_ci_counts_missing_photos_as_a_failure() -> None:
    assert "export SCARSCORE_REQUIRE_DATA=1" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
