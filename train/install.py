"""Puts finished networks where the package finds them, with their checksums in the manifest."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scarscore.model.bundle import DEFAULT, WEIGHTS
from scarscore.train.run import Run, network_file

HEADER = "# Written by the commands that install networks: each one's file and the SHA-256 of its bytes.\n"


@dataclass(frozen=True)
class Network:
    """A network to install: its file, relative to the folder of weights, and its bytes."""

    file: str
    data: bytes


def install_run(run: Run, weights: Path = WEIGHTS) -> Path:
    """Install the networks of all folds and of all photos; the one of all photos becomes the default. The manifest."""
    networks = {
        f"fold{k}": Network(f"folds/{network_file(k)}", run.file(k).read_bytes()) for k in range(run.config.folds)
    }
    return install({DEFAULT: Network(network_file(None), run.file(None).read_bytes())} | networks, weights)


def install(networks: Mapping[str, Network], weights: Path = WEIGHTS) -> Path:
    """Write networks and their entries in the manifest, by name; what else the manifest names stays. The manifest."""
    manifest = weights / "manifest.toml"
    entries = tomllib.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    for name, network in networks.items():
        (weights / network.file).parent.mkdir(parents=True, exist_ok=True)
        (weights / network.file).write_bytes(network.data)
        entries[name] = {"file": network.file, "sha256": hashlib.sha256(network.data).hexdigest()}
    parts = [f'[{name}]\nfile = "{entry["file"]}"\nsha256 = "{entry["sha256"]}"\n' for name, entry in entries.items()]
    manifest.write_text(HEADER + "\n" + "\n".join(parts), encoding="utf-8")
    return manifest
