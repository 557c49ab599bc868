"""Installing networks: checksums of the very bytes, and nothing that was installed before is lost."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection
from scarscore.datasets.split import Folds
from scarscore.model import bundle as files
from scarscore.model.bundle import load_bundle, names
from scarscore.model.bundles import open_model, shipped_names
from scarscore.model.region_engine import RegionEngine
from scarscore.train.config import load_config
from scarscore.train.cost import Cost
from scarscore.train.install import Network, check_name, install, install_as, installed_cost
from scarscore.train.run import Run


def test_each_network_gets_its_checksum_and_what_was_there_stays(tmp_path: Path) -> None:
    install({"regions": Network("regions.onnx", b"first")}, tmp_path)
    manifest = install({"fold0": Network("folds/f0.onnx", b"second"), "default": Network("d.onnx", b"third")}, tmp_path)
    entries = tomllib.loads(manifest.read_text())
    assert set(entries) == {"regions", "fold0", "default"}
    for entry in entries.values():
        assert entry["sha256"] == hashlib.sha256((tmp_path / entry["file"]).read_bytes()).hexdigest()


def test_a_network_installed_again_replaces_itself(tmp_path: Path) -> None:
    for data in (b"old", b"new"):
        manifest = install({"default": Network("d.onnx", data)}, tmp_path)
    assert (tmp_path / "d.onnx").read_bytes() == b"new"
    assert tomllib.loads(manifest.read_text())["default"]["sha256"] == hashlib.sha256(b"new").hexdigest()


def test_what_training_cost_is_kept_beside_the_checksum_and_over_later_installs(tmp_path: Path) -> None:
    install({"default": Network("d.onnx", b"a", Cost(61.25, 118.5))}, tmp_path)
    install({"regions": Network("r.onnx", b"b")}, tmp_path)
    assert installed_cost("default", tmp_path) == Cost(61.2, 118.5)
    assert installed_cost("regions", tmp_path) is None


def test_a_run_becomes_a_bundle_of_its_own_beside_those_that_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = names()
    (tmp_path / "weights").mkdir()
    for file in filter(Path.is_file, files.WEIGHTS.iterdir()):
        (tmp_path / "weights" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(files, "WEIGHTS", tmp_path / "weights")
    nothing = Collection(tmp_path, (), (), (), (), ())
    run = Run(nothing, RegionEngine.load(), (), Folds(2, {}, {}), load_config("quick"), tmp_path)
    run.file(None).write_bytes(load_bundle().data)
    install_as(run, "other", "regions")
    other = open_model("other")
    assert shipped_names()[0] == "default"
    assert shipped_names()[-1] == "other"
    assert other.severity.sha256 == load_bundle().sha256
    assert other.regions.sha256 == run.finder.bundle.sha256
    assert other.card is not None
    assert "not evaluated" in other.card
    assert names() == (*known, "other")


@pytest.mark.parametrize("name", ["../x", "a.b", "my bundle", "Mine", "", "fold7", "london-regions"])
def test_a_name_that_the_manifest_or_the_folder_could_not_hold_is_refused(name: str) -> None:
    check_name("rights-clean")
    with pytest.raises(DataError, match="no bundle can be installed as"):
        check_name(name)
