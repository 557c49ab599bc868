"""Which rated photos the product refuses: asked of the product itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scarscore.datasets.photos import Rated
from scarscore.model.bundle import DEFAULT
from scarscore.train.product import answers, refused
from scarscore.train.run import network_file


def refused_photos(root: Path, rated: Sequence[Rated], run: Path | None = None) -> dict[str, str]:
    """The reason for each rated photo (by key) that `scarscore score` refuses, with a run's network where one is given.

    A network knows by itself which photos are unlike all that it was trained on.
    """
    model = DEFAULT if run is None else str(run / network_file(None))
    told = answers([root / item.photo.file for item in rated], model)
    return {item.key: row["reason"] for item, row in zip(rated, told, strict=True) if refused(row)}
