"""Which network judges which photo: never one that has seen it, nor another photo of its group."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import load
from scarscore.datasets.split import grouped_folds
from scarscore.model.bundle import DEFAULT, load_bundle, names, write_metadata
from scarscore.model.engine import Engine
from scarscore.model.errors import ModelError
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.scoring.result import PhotoScore
from scarscore.serve.scoring.score import Scorer
from scarscore.train.evaluate.panel import Panel, networks_of, open_panel
from scarscore.train.evaluate.refused import refused_photos
from scarscore.train.run import network_file
from scarscore.train.samples import trainable
from tests import make


@pytest.fixture(scope="module")
def panel(data_root: Path) -> Panel:
    """The shipped networks over the real photos' folds."""
    bundle = load_bundle(DEFAULT)
    count = sum(name.startswith("fold") for name in names())
    folds = grouped_folds(trainable(load(data_root), bundle.metadata.sources), count, bundle.metadata.seed)
    engines = tuple(Engine(load_bundle(f"fold{fold}")) for fold in range(count))
    return Panel(Engine(bundle), engines, RegionEngine.load(), folds)


def test_a_rated_photo_is_judged_by_the_network_of_its_fold(panel: Panel, data_root: Path) -> None:
    rated = trainable(load(data_root), panel.shipped.bundle.metadata.sources)
    for item in rated:
        assert panel.engine(item.photo) is panel.of_fold[panel.folds.fold_of[item.key]]


def test_a_photo_that_repeats_a_trained_one_is_judged_by_a_network_that_saw_neither(
    panel: Panel, data_root: Path
) -> None:
    photos = load(data_root).photos
    trained = {panel.folds.group_of[key] for key in panel.folds.fold_of}
    repeats = [p for p in photos if p.source == "habibsatya" and p.group in trained]
    others = [p for p in photos if p.source == "habibsatya" and p.group not in trained]
    assert len(repeats) > 20
    assert all(panel.engine(p) is panel.of_fold[panel.fold_of_group[p.group]] for p in repeats)
    assert all(panel.engine(p) is panel.shipped for p in others)


def test_severity_is_what_the_product_would_tell(panel: Panel) -> None:
    photo = make.png(Image.fromarray(make.skin(640, 480, seed=3)))
    told = Scorer.load().examine(photo)
    assert isinstance(told.answer, PhotoScore)
    assert told.pixels is not None
    assert panel.severity(panel.shipped, told.pixels) == pytest.approx(told.answer.severity, abs=0.05)


def test_networks_that_were_trained_on_other_photos_are_refused(data_root: Path) -> None:
    rated = trainable(load(data_root), load_bundle(DEFAULT).metadata.sources)
    with pytest.raises(DataError, match="trained on other photos"):
        open_panel(rated[:-40])


def test_networks_that_were_trained_on_another_region_networks_skin_are_refused(data_root: Path) -> None:
    shipped = networks_of()
    rated = trainable(load(data_root), shipped.whole.metadata.sources)
    odd = replace(shipped.of_fold[1], metadata=replace(shipped.of_fold[1].metadata, regions_sha256="0" * 64))
    with pytest.raises(DataError, match="trained with another region network"):
        open_panel(rated, replace(shipped, of_fold=(shipped.of_fold[0], odd, *shipped.of_fold[2:])))


def test_what_is_refused_is_asked_of_the_runs_own_network(data_root: Path, tmp_path: Path) -> None:
    """Of one for which every photo is unlike all that it knows."""
    shipped = load_bundle()
    calibration = shipped.metadata.calibration
    assert calibration.heads is not None
    narrow = replace(calibration, heads=replace(calibration.heads, farthest=0.0))
    network = write_metadata(shipped.data, replace(shipped.metadata, calibration=narrow))
    (tmp_path / network_file(None)).write_bytes(network)
    rated = [r for r in load(data_root).rated() if r.photo.source == "london" and r.usable][:2]
    assert refused_photos(data_root, rated) == {}
    assert set(refused_photos(data_root, rated, tmp_path)) == {r.key for r in rated}


def test_the_networks_of_a_run_are_those_of_its_folder_each_of_its_fold(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"severity\.onnx"):
        networks_of(tmp_path)
    shipped = networks_of()
    for fold in (None, 0, 1):
        bundle = shipped.whole if fold is None else shipped.of_fold[fold]
        (tmp_path / network_file(fold)).write_bytes(bundle.data)
    found = networks_of(tmp_path)
    assert found.whole.sha256 == shipped.whole.sha256
    assert [each.metadata.fold for each in found.of_fold] == [0, 1]
    assert [each.sha256 for each in found.of_fold] == [each.sha256 for each in shipped.of_fold[:2]]
