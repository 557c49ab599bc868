"""A whole training run of the region network: photos and labels in, one ONNX file with its metadata out."""

from __future__ import annotations

from pathlib import Path

from scarscore.datasets.cards import licence_class
from scarscore.datasets.photos import Collection
from scarscore.model.bundle import REGIONS, write_metadata
from scarscore.model.export import export
from scarscore.model.region_engine import OUTPUTS, RegionMetadata, open_region_bundle
from scarscore.model.regions import REGION_SIDE
from scarscore.train.install import Network, install
from scarscore.train.regions.labels import ALL_SOURCES, WEAK_SOURCE, Say, read_entries
from scarscore.train.regions.loop import train_regions
from scarscore.train.regions.material import RegionConfig, material_of
from scarscore.train.regions.samples import (
    SHORT,
    fingerprint,
    trained_on,
    training_samples,
    weak_samples,
)
from scarscore.train.run import read_start_weights

VERSION = "0.2.0"
FILE = f"{REGIONS}.onnx"
TEACHER = "YuNet face detector (MIT) and MediaPipe Face Mesh (Apache-2.0), with a skin gate of this project"


def train_run(collection: Collection, labels: Path, start: Path, config: RegionConfig, folder: Path, say: Say) -> Path:
    """Train, export and describe the region network; whatever is already in the folder is gone on from. Its file."""
    entries = read_entries(labels)
    weights = read_start_weights(start)
    say("reading photos and their labels")
    photos = training_samples(collection, entries, labels, config.sources)
    weak = weak_samples(collection, entries) if WEAK_SOURCE in config.sources else ()
    say(f"{len(photos)} photos with labels, {len(weak)} of scars alone")
    network = train_regions(weights, material_of(photos, weak), config, folder, say)
    data = write_metadata(export(network, OUTPUTS, REGION_SIDE), _metadata(collection, labels, config))
    path = folder / FILE
    path.write_bytes(open_region_bundle(data).data)
    return path


def install_regions(path: Path) -> Path:
    """Put a finished network where the package finds it. The manifest."""
    return install({REGIONS: Network(FILE, path.read_bytes())})


def _metadata(collection: Collection, labels: Path, config: RegionConfig) -> RegionMetadata:
    seen = trained_on(collection, read_entries(labels), config.sources)
    return RegionMetadata(
        name=REGIONS if config.sources == ALL_SOURCES else "-".join((REGIONS, *config.sources)),
        version=VERSION,
        licence_class=licence_class(config.sources).value,
        sources=config.sources,
        training_fingerprint=fingerprint(seen),
        seed=config.seed,
        photos=tuple(sorted(photo.sha256[:SHORT] for photo in seen)),
        teacher=TEACHER,
    )
