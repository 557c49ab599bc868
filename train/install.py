"""Puts a finished run's networks where the package finds them, with their checksums in the manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from scarscore.model.bundle import DEFAULT, WEIGHTS
from scarscore.train.run import Run, network_file

HEADER = "# Written by `scarscore train --install`: each network's file and the SHA-256 of its bytes.\n"


def install_run(run: Run, weights: Path = WEIGHTS) -> Path:
    """Copy the networks of all folds and of all photos; the one of all photos becomes the default. The manifest."""
    entries = []
    for fold in [None, *range(run.config.folds)]:
        data = run.file(fold).read_bytes()
        file = network_file(fold) if fold is None else f"folds/{network_file(fold)}"
        (weights / file).parent.mkdir(parents=True, exist_ok=True)
        (weights / file).write_bytes(data)
        name = DEFAULT if fold is None else f"fold{fold}"
        entries.append(f'[{name}]\nfile = "{file}"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n')
    manifest = weights / "manifest.toml"
    manifest.write_text(HEADER + "\n" + "\n".join(entries), encoding="utf-8")
    return manifest
