"""A network file and what it says of itself: verified bytes, no external data, typed metadata.

The SHA-256 of the bytes is checked against `weights/manifest.toml`, and what is handed on are those same bytes, so
that nothing can change between the check and the session. ONNX files may name other files to be read; ONNX Runtime
would read a plain relative name from the current directory (seen on 1.31), so a file that does is refused here.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnx
from onnx.external_data_helper import uses_external_data

from scarscore.model.errors import BadMetadata, ExternalData, ModelError, ModelTampered
from scarscore.model.grades import Grades
from scarscore.model.heads import HeadLimits
from scarscore.model.preprocess import INPUT_SIDE, MEAN, STD, STRIDE
from scarscore.model.severity import POWER, TYPES, Calibration, Curve

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

WEIGHTS = Path(__file__).resolve().parent / "weights"
DEFAULT = "default"
REGIONS = "regions"  # the default region network in the manifest, and the end of every other one's name
METADATA_KEY = "scarscore"
SCHEMA = 2


@dataclass(frozen=True)
class Metadata:
    """What a severity network's file says of itself.

    `fold` is the fold that it has not seen (None: trained on all); `training_fingerprint` is the SHA-256 over what it
    was trained on (photo checksums and readings); `licence_class` is the most restricted use among its sources;
    `regions_sha256` names the region network that found the skin of its photos; `base_sha256` the exported network
    before heads and calibration were added: where it is the same, so are all local severities.
    """

    name: str
    version: str
    fold: int | None
    licence_class: str
    sources: tuple[str, ...]
    training_fingerprint: str
    seed: int
    regions_sha256: str
    base_sha256: str
    calibration: Calibration
    schema: int = SCHEMA
    input_side: int = INPUT_SIDE
    stride: int = STRIDE
    mean: float = MEAN
    std: float = STD
    power: float = POWER
    types: tuple[str, ...] = TYPES
    intended_use: str = "Documentation and research. Not a diagnosis, and no treatment advice."


@dataclass(frozen=True)
class Bundle:
    """A network ready to be run: the verified bytes of its ONNX file, their SHA-256 and their metadata."""

    data: bytes
    sha256: str
    metadata: Metadata


def load_bundle(model: str = DEFAULT) -> Bundle:
    """The network of that name in the manifest, or at that path. Raises `ModelError` where it cannot be trusted.

    A network of the manifest must have the SHA-256 that stands there; one given by path (`.onnx`) is the caller's own.
    """
    return open_bundle(verified_bytes(model))


def verified_bytes(model: str) -> bytes:
    """The bytes of the network of that name in the manifest, their SHA-256 compared, or of the file at that path."""
    if model.endswith(".onnx"):
        return _read(Path(model))
    entries = _manifest()
    if model not in entries:
        raise ModelError(
            f"no model named {model!r}: there are {', '.join(sorted(entries))}, or give a path to an .onnx file"
        )
    file, expected = entries[model]["file"], entries[model]["sha256"]
    data = _read(WEIGHTS / file)
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected:
        raise ModelTampered(f"{file} has SHA-256 {digest}, expected {expected}: install scarscore again")
    return data


def names() -> tuple[str, ...]:
    """The severity networks of the manifest."""
    return tuple(name for name in _manifest() if not name.endswith(REGIONS))


def open_bundle(data: bytes) -> Bundle:
    """Check a network's bytes and read their metadata."""
    proto = parse(data)
    return Bundle(data, hashlib.sha256(data).hexdigest(), read_metadata(proto))


def parse(data: bytes) -> onnx.ModelProto:
    """The ONNX model in these bytes. Raises `ModelError` if they are none, `ExternalData` if it names other files."""
    try:
        proto = onnx.load_model_from_string(data)
    except Exception as error:  # noqa: BLE001 - protobuf's DecodeError has no stable home between its versions
        raise ModelError(f"not an ONNX file: {error}") from None
    for tensor in _tensors(proto):
        if uses_external_data(tensor):
            raise ExternalData(f"tensor {tensor.name!r} names another file to be read: refused")
    return proto


def write_metadata(data: bytes, metadata: DataclassInstance) -> bytes:
    """The same network with this metadata in its file, and nothing of the machine that exported it.

    The exporter writes stack traces, and so paths, into every node.
    """
    proto = parse(data)
    for part in _parts(proto):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    entry = proto.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, json.dumps(asdict(metadata), sort_keys=True)
    written: bytes = proto.SerializeToString(deterministic=True)
    return written


def read_metadata(proto: onnx.ModelProto) -> Metadata:
    """The metadata in a severity network's file. Raises `BadMetadata` where it has none, or another version's."""
    try:
        metadata = _metadata(metadata_values(proto))
    except (KeyError, TypeError, ValueError) as error:
        raise BadMetadata(f"the file's metadata cannot be read: {error}") from None
    here = (SCHEMA, INPUT_SIDE, STRIDE, MEAN, STD, POWER, TYPES)
    there = (
        metadata.schema,
        metadata.input_side,
        metadata.stride,
        metadata.mean,
        metadata.std,
        metadata.power,
        metadata.types,
    )
    if here != there:
        raise BadMetadata(f"the file was made for other pre-processing: {there}, here {here}")
    return metadata


def metadata_values(proto: onnx.ModelProto) -> dict[str, Any]:
    """The metadata in a network's file, not yet typed. Raises `BadMetadata` where there is none, or no table."""
    text = next((entry.value for entry in proto.metadata_props if entry.key == METADATA_KEY), None)
    if text is None:
        raise BadMetadata("the file carries no scarscore metadata: it is not one of our networks")
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BadMetadata(f"the file's metadata cannot be read: {error}") from None
    if not isinstance(values, dict):
        raise BadMetadata("the file's metadata is no table")
    return values


def _manifest() -> dict[str, dict[str, str]]:
    return tomllib.loads((WEIGHTS / "manifest.toml").read_text(encoding="utf-8"))


def _metadata(values: dict[str, Any]) -> Metadata:
    if set(values) != {field.name for field in fields(Metadata)}:
        raise ValueError("unknown or missing keys")
    stated = values.pop("calibration")
    curves = {name: Curve(tuple(stated[name]["x"]), tuple(stated[name]["y"])) for name in ("severity", "low", "high")}
    grades, heads = Grades(**_lists(stated["grades"])), stated["heads"]
    calibration = Calibration(**curves, grades=grades, heads=HeadLimits(**_lists(heads)) if heads else None)
    return Metadata(**_lists(values), calibration=calibration)


def _lists(values: dict[str, Any]) -> dict[str, Any]:
    """The values with lists as the tuples that they were."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _parts(proto: onnx.ModelProto) -> Iterator[Any]:
    """The model and everything in it that can carry a text: graphs, functions, nodes, values, initialisers."""
    yield proto
    for body in [*_graphs(proto), *proto.functions]:
        yield body
        yield from body.node
        yield from body.value_info
    for graph in _graphs(proto):
        yield from [*graph.input, *graph.output, *graph.initializer]


def _graphs(proto: onnx.ModelProto) -> list[onnx.GraphProto]:
    """The main graph and every subgraph, also those in functions."""
    graphs = [proto.graph]
    nodes = [node for body in [proto.graph, *proto.functions] for node in body.node]
    while nodes:
        for attribute in nodes.pop().attribute:
            inner = [attribute.g, *attribute.graphs] if attribute.g.node else list(attribute.graphs)
            graphs.extend(inner)
            nodes.extend(node for graph in inner for node in graph.node)
    return graphs


def _tensors(proto: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Every tensor that a file can hold: initialisers, and attributes of nodes."""
    for graph in _graphs(proto):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
    for body in [*_graphs(proto), *proto.functions]:
        for node in body.node:
            for attribute in node.attribute:
                yield from [attribute.t, *attribute.tensors]
                for sparse in [attribute.sparse_tensor, *attribute.sparse_tensors]:
                    yield from (sparse.values, sparse.indices)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from None
