"""What was measured of shipped networks once they were finished: how far their scores stray from photo to photo.

The bench needs the finished network, so that its figure cannot stand in the network's own file. `scarscore evaluate`
writes it to `weights/measured.toml`, by the SHA-256 of the network before its heads: the same local severities.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from scarscore.model.bundle import WEIGHTS

FILE = "measured.toml"
HEADER = "# Written by `scarscore evaluate`: the bench's SEM of one photo, in points, by the network's base_sha256.\n\n"


def measured_sem(base_sha256: str) -> float | None:
    """Standard error of measurement of one photo's severity, in points; None where nobody has measured the network."""
    return _all(WEIGHTS / FILE).get(base_sha256)


def write_sem(base_sha256: str, sem: float, folder: Path = WEIGHTS) -> Path:
    """Note what was measured of a network, beside what is known of others. The file."""
    path = folder / FILE
    told = {**_read(path), base_sha256: round(sem, 3)}
    path.write_text(HEADER + "".join(f'"{key}" = {value}\n' for key, value in sorted(told.items())), encoding="utf-8")
    _all.cache_clear()
    return path


def _read(path: Path) -> dict[str, float]:
    if not path.exists():
        return {}
    return {key: float(value) for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}


_all = cache(_read)
