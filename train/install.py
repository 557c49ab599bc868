"""Puts finished networks where the package finds them, with their checksums in the manifest."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scarscore.datasets.errors import DataError
from scarscore.model import bundle as files
from scarscore.model.bundle import DEFAULT, REGIONS, WEIGHTS
from scarscore.model.bundles import read_shipped, write_shipped
from scarscore.train.cost import Cost, cost_of
from scarscore.train.run import Run, network_file

BUNDLE = re.compile(r"(?!fold)[a-z][a-z0-9-]*(?<!regions)")  # what the manifest keeps for folds and regions is left out
HEADER = "# Written by the commands that install networks: each one's file and the SHA-256 of its bytes.\n"


@dataclass(frozen=True)
class Network:
    """A network to install: its file, relative to the folder of weights, its bytes, and what training it cost."""

    file: str
    data: bytes
    cost: Cost | None = None


def install_run(run: Run, weights: Path = WEIGHTS) -> Path:
    """Install the networks of all folds and of all photos; the one of all photos becomes the default. The manifest."""
    networks = {
        f"fold{k}": Network(f"folds/{network_file(k)}", run.file(k).read_bytes()) for k in range(run.config.folds)
    }
    whole = Network(network_file(None), run.file(None).read_bytes(), cost_of(run.folder))
    return install({DEFAULT: whole} | networks, weights)


def check_name(name: str) -> None:
    """Raise `DataError` for a bundle's name that files and manifest cannot hold."""
    if not BUNDLE.fullmatch(name):
        raise DataError(
            f"no bundle can be installed as {name!r}: a name is of small letters, digits and hyphens, begins with a "
            f"letter but not with fold, and does not end in {REGIONS}"
        )


def install_as(run: Run, name: str, regions: str) -> Path:
    """Install a run's network of all photos, with the region network of its skin, as a bundle of that name.

    Its card says that nothing is known of it, until it is evaluated and `scarscore evaluate --cards` writes one.
    """
    check_name(name)
    severity = Network(f"{name}.onnx", run.file(None).read_bytes(), cost_of(run.folder))
    cost = cost_of(Path(regions).parent) if regions.endswith(".onnx") else None
    found = Network(f"{name}-regions.onnx", run.finder.bundle.data, cost)
    weights = files.WEIGHTS
    install({name: severity, f"{name}-{REGIONS}": found}, weights)
    card = f"# {name}\nNothing is known of it yet: it was not evaluated.\n".encode()
    (weights / f"{name}.md").write_bytes(card)
    entry = {"severity": name, "regions": f"{name}-{REGIONS}", "card": f"{name}.md"}
    entry["card_sha256"] = hashlib.sha256(card).hexdigest()
    return write_shipped(read_shipped() | {name: entry})


def install(networks: Mapping[str, Network], weights: Path = WEIGHTS) -> Path:
    """Write networks and their entries in the manifest, by name; what else the manifest names stays. The manifest."""
    manifest = weights / "manifest.toml"
    entries = tomllib.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    for name, network in networks.items():
        (weights / network.file).parent.mkdir(parents=True, exist_ok=True)
        (weights / network.file).write_bytes(network.data)
        entries[name] = {"file": network.file, "sha256": hashlib.sha256(network.data).hexdigest()} | _seconds(network)
    parts = [f"[{name}]\n" + "".join(map(_line, entry.items())) for name, entry in entries.items()]
    manifest.write_text(HEADER + "\n" + "\n".join(parts), encoding="utf-8")
    return manifest


def installed_cost(name: str, weights: Path = WEIGHTS) -> Cost | None:
    """What training a network of the manifest cost; None where it was not recorded."""
    entry = tomllib.loads((weights / "manifest.toml").read_text(encoding="utf-8"))[name]
    return Cost(entry["clock_seconds"], entry["processor_seconds"]) if "clock_seconds" in entry else None


def _seconds(network: Network) -> dict[str, float]:
    if network.cost is None:
        return {}
    return {"clock_seconds": round(network.cost.clock, 1), "processor_seconds": round(network.cost.processor, 1)}


def _line(entry: tuple[str, object]) -> str:
    name, value = entry
    return f'{name} = "{value}"\n' if isinstance(value, str) else f"{name} = {value}\n"
