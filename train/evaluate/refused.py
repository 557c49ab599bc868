"""Which rated photos the product refuses: asked of the product itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scarscore.datasets.photos import Rated
from scarscore.train.product import answers, refused


def refused_photos(root: Path, rated: Sequence[Rated]) -> dict[str, str]:
    """The reason for each rated photo (by key) that `scarscore score` refuses."""
    told = answers([root / item.photo.file for item in rated])
    return {item.key: row["reason"] for item, row in zip(rated, told, strict=True) if refused(row)}
