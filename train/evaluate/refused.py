"""Which photos the product refuses: asked of the product itself, in a process of its own.

Training may not import serving; and a refusal counts only as the user would see it.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Rated

SCORED_ALL, SOME_REFUSED = 0, 1


def refused_photos(root: Path, rated: Sequence[Rated]) -> dict[str, str]:
    """The reason for each rated photo (by key) that `scarscore score` refuses."""
    files = [root / item.photo.file for item in rated]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scores.csv"
        command = [sys.executable, "-m", "scarscore.serve", "score", "-", "--out", str(out)]
        listed = "\n".join(str(path) for path in files)
        done = subprocess.run(command, input=listed, text=True, capture_output=True, check=False)  # noqa: S603
        if done.returncode not in (SCORED_ALL, SOME_REFUSED):
            raise DataError(f"scarscore score failed: {done.stderr.strip()}")
        with out.open(newline="", encoding="utf-8") as lines:
            rows = {Path(row["path"]).resolve(): row for row in csv.DictReader(lines)}
    answers = {item.key: rows[path.resolve()] for item, path in zip(rated, files, strict=True)}
    return {key: row["reason"] for key, row in answers.items() if row["status"] != "scored"}
