"""A network file is trusted for its verified bytes alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from scarscore.model import bundle as bundle_module
from scarscore.model.bundle import WEIGHTS, Bundle, load_bundle, names, open_bundle, write_metadata
from scarscore.model.errors import BadMetadata, ExternalData, ModelError, ModelTampered


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle()


def small_model(*, location: str | None = None, inside_branch: bool = False) -> bytes:
    """A network with one weight, which may name another file to be read."""
    weight = numpy_helper.from_array(np.ones(4, np.float32), "weight")
    if location is not None:
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        entry = weight.external_data.add()
        entry.key, entry.value = "location", location
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])
    if inside_branch:
        branch = helper.make_graph([helper.make_node("Identity", ["weight"], ["y"])], "then", [], [y], [weight])
        node = helper.make_node("If", ["condition"], ["y"], then_branch=branch, else_branch=branch)
        condition = helper.make_tensor_value_info("condition", TensorProto.BOOL, [])
        graph = helper.make_graph([node], "main", [condition], [y])
    else:
        graph = helper.make_graph([helper.make_node("Identity", ["weight"], ["y"])], "main", [], [y], [weight])
    written: bytes = helper.make_model(graph).SerializeToString()
    return written


def test_the_shipped_network_opens_and_says_what_it_is(shipped: Bundle) -> None:
    metadata = shipped.metadata
    assert metadata.fold is None
    assert metadata.licence_class == "research"
    assert metadata.sources == ("scarnet", "acne_new", "acne04", "london")
    assert len(metadata.training_fingerprint) == len(shipped.sha256) == 64
    assert "Not a diagnosis" in metadata.intended_use
    assert len(shipped.data) < 20_000_000


def test_every_network_of_the_manifest_opens() -> None:
    assert names() == ("default", "fold0", "fold1", "fold2", "fold3", "fold4")
    assert [load_bundle(name).metadata.fold for name in names()] == [None, 0, 1, 2, 3, 4]


def test_one_flipped_bit_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Bundle) -> None:
    (tmp_path / "manifest.toml").write_text((WEIGHTS / "manifest.toml").read_text())
    changed = bytearray(shipped.data)
    changed[len(changed) // 2] ^= 1
    (tmp_path / "severity.onnx").write_bytes(changed)
    monkeypatch.setattr(bundle_module, "WEIGHTS", tmp_path)
    with pytest.raises(ModelTampered, match=shipped.sha256):
        load_bundle()


@pytest.mark.parametrize("location", ["weight.bin", "../weight.bin", str(Path("weight.bin").resolve())])
@pytest.mark.parametrize("inside_branch", [False, True])
def test_a_file_that_names_other_files_is_refused(
    location: str, inside_branch: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weight.bin").write_bytes(np.ones(4, np.float32).tobytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExternalData, match="weight"):
        open_bundle(small_model(location=location, inside_branch=inside_branch))


def test_a_network_without_our_metadata_is_refused() -> None:
    with pytest.raises(BadMetadata, match="no scarscore metadata"):
        open_bundle(small_model())


def test_bytes_that_are_no_network_are_refused() -> None:
    with pytest.raises(ModelError):
        open_bundle(b"\x89PNG and so on")


def test_a_name_or_path_that_does_not_exist_is_told() -> None:
    with pytest.raises(ModelError, match="no model named 'dflt': there are default"):
        load_bundle("dflt")
    with pytest.raises(ModelError, match="cannot be read"):
        load_bundle("nowhere/else.onnx")


def test_metadata_survives_being_written_and_read(shipped: Bundle) -> None:
    changed = replace(shipped.metadata, version="9.9.9", seed=7)
    again = open_bundle(write_metadata(shipped.data, changed))
    assert again.metadata == changed
    assert again.sha256 != shipped.sha256


@pytest.mark.parametrize("change", [{"stride": 16}, {"mean": 0.0}, {"types": ("a", "b", "c")}, {"schema": 1}])
def test_a_network_made_for_other_preprocessing_is_refused(shipped: Bundle, change: dict[str, object]) -> None:
    other = write_metadata(shipped.data, replace(shipped.metadata, **change))  # type: ignore[arg-type]  # one field each
    with pytest.raises(BadMetadata, match="other pre-processing"):
        open_bundle(other)


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"name": "severity"}'])
def test_metadata_that_cannot_be_read_is_refused(shipped: Bundle, text: str) -> None:
    proto = onnx.load_model_from_string(shipped.data)
    proto.metadata_props[0].value = text
    with pytest.raises(BadMetadata):
        open_bundle(proto.SerializeToString())
