"""Asks the product itself what it says of photos, in a process of its own.

Training may not import serving; and what is refused counts only as the user would see it.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scarscore.datasets.errors import DataError
from scarscore.model.bundle import DEFAULT

SCORED_ALL, SOME_REFUSED = 0, 1

Answer = dict[str, str]  # a row of `scarscore score`, by its columns


def answers(files: Sequence[Path], model: str = DEFAULT) -> list[Answer]:
    """What `scarscore score` says of each file with that bundle, in their order. Raises `DataError` where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scores.csv"
        command = [sys.executable, "-m", "scarscore.serve", "score", "-", "--out", str(out), "--model", model]
        listed = "\n".join(str(path) for path in files)
        done = subprocess.run(command, input=listed, text=True, capture_output=True, check=False)  # noqa: S603  our own command, no shell
        if done.returncode not in (SCORED_ALL, SOME_REFUSED) or not out.exists():
            raise DataError(f"scarscore score failed: {done.stderr.strip()}")
        with out.open(newline="", encoding="utf-8") as lines:
            rows = {Path(row["path"]).resolve(): row for row in csv.DictReader(lines)}
    return [rows[path.resolve()] for path in files]


def refused(answer: Answer) -> bool:
    """Whether the product gives no score."""
    return answer["status"] != "scored"
