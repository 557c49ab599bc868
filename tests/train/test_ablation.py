"""What each signal gives: who is taught what, the figures on real photos, and the report."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Cut, Photo, load
from scarscore.datasets.split import Folds
from scarscore.model.bundle import Bundle, load_bundle
from scarscore.model.engine import Engine
from scarscore.model.region_engine import RegionEngine
from scarscore.train import ablation
from scarscore.train.ablation import BASE, CHANGES, open_ablation, variants
from scarscore.train.calibrate import IDENTITY
from scarscore.train.config import load_config
from scarscore.train.drawn import DRAWN
from scarscore.train.evaluate import ablation as measured
from scarscore.train.evaluate import ablation_bench
from scarscore.train.evaluate.ablation import evaluate_ablation
from scarscore.train.evaluate.ablation_command import ablation as command
from scarscore.train.evaluate.ablation_report import as_markdown, write_ablation
from scarscore.train.options import DEFAULT_START
from scarscore.train.run import Run
from scarscore.train.samples import Sample, frame, part_of, trainable
from tests.train.tiny import made_sample

SOURCES = ("scarnet", "acne_new")


def test_each_variant_differs_from_the_base_in_one_signal(tmp_path: Path) -> None:
    base, *others = variants(tmp_path)
    assert base.name == BASE
    full = load_config("severity")
    assert base.config == replace(full, **ablation.SHORTER, **ablation.BEFORE)
    for variant in others:
        (changed,) = CHANGES[variant.name]
        assert getattr(variant.config, changed) != getattr(base.config, changed)
    files = {variant.file(held) for variant in (base, *others) for held in ablation.NETWORKS}
    assert len(files) == 2 * len(CHANGES)


def parts() -> dict[str, Sample]:
    """One sample of every kind."""
    read = made_sample(3)
    photo: Photo = read.rated.photo
    cut = Cut("s3+", photo.file, photo.group, 0, 0, 9, 9)
    drawn = replace(read, rated=replace(read.rated, key="d", photo=replace(photo, source=DRAWN)))
    return {
        "read": read,
        "cheek": part_of(photo, cut, read.rated.readings, 3.0),
        "cell": part_of(photo, replace(cut, rating_id="s3+7"), read.rated.readings, 3.0),
        "scarred cell": part_of(photo, replace(cut, rating_id="s3+8"), read.rated.readings, 40.0),
        "labelled": replace(read, severity=math.nan, label=2),
        "acne": part_of(photo, replace(cut, rating_id="3.jpg+"), (), 6.0, at_most=True),
        "drawn": drawn,
    }


@pytest.mark.parametrize(
    ("name", "taught"),
    [
        (BASE, {"read", "cheek"}),
        ("without ranking", {"read", "cheek"}),
        ("without clear cheeks", {"read"}),
        ("with low cells as close-ups", {"read", "cheek", "cell"}),
        ("with labels of types", {"read", "cheek", "labelled"}),
        ("with boxes of acne as close-ups", {"read", "cheek", "acne"}),
        ("with scars drawn on clear skin", {"read", "cheek", "drawn"}),
    ],
)
def test_a_variant_is_taught_its_own_part_of_what_is_there(tmp_path: Path, name: str, taught: set[str]) -> None:
    config = next(variant.config for variant in variants(tmp_path) if variant.name == name)
    assert {kind for kind, item in parts().items() if ablation.taught(item, config)} == taught


def test_without_labels_no_scars_are_drawn_and_the_user_is_told(data_root: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--region-labels"):
        open_ablation(data_root, tmp_path, None, lambda _: None)


def test_a_variant_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    asked = CliRunner().invoke(command, ["--only", "without luck", "--region-labels", str(tmp_path)])
    assert asked.exit_code == 2
    assert "'without luck' is none of base recipe, without ranking" in asked.output


@pytest.fixture(scope="module")
def run(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two variants, the second without a second network, on 42 photos of scars and 36 faces, all of them held out."""
    collection = load(data_root)
    photos = sorted((r for r in trainable(collection, SOURCES) if r.cut is None), key=lambda item: item.severity)
    of = {source: [r for r in photos if r.photo.source == source] for source in SOURCES}
    rated = (*of["scarnet"][:42], *of["acne_new"][::4][:36])
    folds = Folds(5, {r.key: ablation.FOLD for r in rated}, {r.key: r.photo.group for r in rated})
    folder = tmp_path_factory.mktemp("ablation")
    for fold, variant in enumerate(variants(folder)[:2]):
        variant.file().write_bytes(load_bundle(f"fold{fold}").data)
    variants(folder)[0].file(ablation.UNSEEN).write_bytes(load_bundle("fold1").data)
    return Run(collection, RegionEngine.load(), rated, folds, variants(folder)[0].config, folder)


def test_a_folder_that_lacks_a_variant_is_told_of(run: Run) -> None:
    with pytest.raises(DataError, match="without cells, without clear cheeks"):
        evaluate_ablation(run, lambda _: None)


def test_the_figures_of_two_networks_on_real_photos(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    two = variants(run.folder)[:2]
    monkeypatch.setattr(measured, "variants", lambda _: two)
    monkeypatch.setattr(measured, "SHOTS", 2)
    read = sorted(item.severity for item in run.rated)
    monkeypatch.setattr(ablation_bench, "SEVERE", read[-6])
    monkeypatch.setattr(measured, "STEPS", (0.0, 0.4, 0.8))
    told = evaluate_ablation(run, lambda _: None)
    first, second = told.given
    assert (told.photos, told.strangers, told.sources) == (78, 42, SOURCES)
    assert 0 < told.fading <= told.severe == 6
    assert 0.3 < first.rho[0].value < 1.0
    assert first.rho[0] != first.rho[-1]  # of one source, and of all
    # The second network of the first variant is the first of the second, and ranks the strangers as that does.
    assert first.unseen == second.rho[0]
    assert first.unseen_bias is not None
    assert abs(first.unseen_bias) < 60.0
    assert (second.unseen, second.unseen_bias) == (None, None)
    assert 0 < told.deep < told.photos
    assert first.deep != first.mae.value
    assert first.less.value == 0.0
    assert second.less.value == pytest.approx(second.mae.value - first.mae.value)
    assert second.rho != first.rho
    assert 0.0 < first.icc.value < 1.0
    assert first.ordered > 0.5
    assert first.redness > 0.5
    assert first.crops == 76
    assert not any(math.isnan(each.cells.value) for each in told.given)
    text = as_markdown(told)
    assert "| base recipe |" in text
    assert text.count("| without ranking |") == 2
    markdown, data = write_ablation(told, tmp_path)
    assert markdown.read_text(encoding="utf-8") == text
    assert '"alarms"' in data.read_text(encoding="utf-8")
    assert np.isfinite(first.sdc95.value)


def test_what_is_missing_is_trained_and_another_recipe_is_not_gone_on_from(
    data_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On eight photos of scars, half of them held out; what is there already stays as it is."""
    monkeypatch.setattr(ablation, "SHORTER", {"epochs": 2, "average_epochs": 0, "pair_epochs": 0, "fold_norms": True})
    monkeypatch.setattr(ablation, "CHANGES", {BASE: {}, "without masks": {"masks": False}})
    monkeypatch.setattr(ablation, "NETWORKS", (ablation.FOLD, "acne_new"))
    collection = load(data_root)
    rated = trainable(collection, ("scarnet",))[:8]
    folds = Folds(2, {r.key: i % 2 for i, r in enumerate(rated)}, {r.key: r.key for r in rated})
    base, bare = variants(tmp_path)
    run = Run(collection, RegionEngine.load(), rated, folds, base.config, tmp_path)
    for held in ablation.NETWORKS:
        base.file(held).write_bytes(b"there")
    said: list[str] = []
    ablation.train_ablation(run, DEFAULT_START, (base, bare), said.append)
    assert base.file().read_bytes() == b"there"
    assert bare.file("acne_new").exists()
    assert [text for text in said if text.startswith("without")] == ["without-masks", "without-masks-without-acne_new"]
    assert "epoch 2 of 2" in said[-1]
    headless = replace(load_bundle().metadata, calibration=IDENTITY)
    network = Engine(Bundle(bare.file().read_bytes(), "", headless))
    assert network.look(frame(collection, rated[0], run.finder)).pooled > 0.0
    assert not (tmp_path / "views").exists()  # the looks of this variant are its own
    monkeypatch.setattr(ablation, "CHANGES", {BASE: {}, "without masks": {"masks": False, "marks": 0.1}})
    with pytest.raises(DataError, match="another configuration"):
        ablation.train_ablation(run, DEFAULT_START, variants(tmp_path), said.append)
