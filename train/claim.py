"""A folder holds one run: what was begun with another configuration, photos or weights is not gone on from."""

from __future__ import annotations

from pathlib import Path

from scarscore.datasets.errors import DataError


def claim(folder: Path, mark: str, what: str) -> None:
    """Write into the folder's file `mark` what it is of; raises `DataError` where it says that it is of another run."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / mark
    if file.exists() and file.read_text(encoding="utf-8") != what:
        raise DataError(
            f"{folder} holds a run with another configuration, or on other photos, readings, groups, networks or start "
            "weights: choose another --out, or remove it"
        )
    file.write_text(what, encoding="utf-8")
