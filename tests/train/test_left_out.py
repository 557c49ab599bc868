"""A network that never sees a data set: what is kept from it, how it is told, and that its report is of it alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Photo, Rated, Reading, load
from scarscore.datasets.split import grouped_folds
from scarscore.model.bundle import load_bundle, write_metadata
from scarscore.model.bundles import open_model
from scarscore.model.engine import Judgement
from scarscore.model.region_engine import RegionEngine
from scarscore.model.severity import Severity
from scarscore.train.command import train
from scarscore.train.config import load_config
from scarscore.train.evaluate.command import evaluate
from scarscore.train.evaluate.left_out import evaluate_left_out
from scarscore.train.evaluate.unseen import evaluate_unseen
from scarscore.train.predict import Outcome
from scarscore.train.run import Run, calibrate_run, network_file, train_run


def rated(number: int, source: str, group: int) -> Rated:
    photo = Photo(f"{number}.jpg", source, f"g{group}", "rolling", f"s{number}", 320, 320, "0" * 64)
    reading = Reading(f"s{number}", "A", True, "closeup", number % 20 * 5, 0, 2, (), 0, 0, 0, 3)
    return Rated(f"s{number}", photo, None, (reading,), None)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Eight photos of scarnet and eight of acne04, of which the last repeats one of scarnet."""
    items = [rated(n, "scarnet", n) for n in range(8)] + [rated(n, "acne04", n) for n in range(8, 15)]
    items.append(rated(15, "acne04", 0))
    collection = Collection(tmp_path_factory.mktemp("run"), tuple(i.photo for i in items), (), (), (), ())
    config = replace(load_config("quick"), folds=2)
    return Run(collection, RegionEngine.load(), tuple(items), grouped_folds(items, 2, 1), config, collection.root)


def test_a_data_set_is_kept_from_a_network_with_what_repeats_its_photos(run: Run) -> None:
    assert [item.key for item in run.seen("scarnet")] == [f"s{n}" for n in range(8, 15)]
    assert [item.key for item in run.seen("acne04")] == [f"s{n}" for n in range(1, 8)]
    assert run.seen("london") == run.seen(None) == run.rated


def test_networks_without_a_data_set_do_not_belong_to_a_finished_run(run: Run) -> None:
    assert run.networks == (0, 1, None)
    assert run.left_out == ()
    run.file("scarnet").with_suffix(".raw").write_bytes(b"")
    assert run.left_out == ("scarnet",)
    assert run.file("scarnet").name == "severity-without-scarnet.onnx"


def test_a_network_that_could_not_be_calibrated_is_not_trained(run: Run, tmp_path: Path) -> None:
    made = replace(run, folder=tmp_path / "run")
    with pytest.raises(DataError, match="network without scarnet: 7 photos are too few to calibrate it on"):
        train_run(made, ("scarnet",), {}, print)
    assert not made.folder.exists()


def test_one_that_is_there_without_photos_to_calibrate_it_does_not_keep_the_others_from_being_finished(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcomes are made up, since there are no files of these photos: 70 of scarnet, 30 of acne04."""
    items = tuple(rated(n, "acne04" if n % 10 < 3 else "scarnet", n) for n in range(100))
    config = replace(run.config, heads=0, sources=("scarnet", "acne04"))
    collection = replace(run.collection, photos=tuple(i.photo for i in items))
    made = replace(run, config=config, collection=collection, rated=items, folder=tmp_path)
    made = replace(made, folds=grouped_folds(items, 2, 1))
    random, judged = np.random.default_rng(0), Judgement(Severity(0.0, 0.0, 0.0), 0, (0,), None, 0.0)

    def told(run: Run, fold: int) -> list[Outcome]:
        held_out = [item for item in run.rated if item.key in run.folds.held_out(fold)]
        return [Outcome(i, i.severity + random.uniform(0, 3), 1.0, None, judged, strange=False) for i in held_out]

    monkeypatch.setattr("scarscore.train.run._outcomes", told)
    for held in (*made.networks, "scarnet", "acne04"):
        made.file(held).with_suffix(".raw").write_bytes(load_bundle("fold0").data)
    said: list[str] = []
    calibrate_run(made, {}, said.append)
    assert [made.file(held).exists() for held in (*made.networks, "acne04", "scarnet")] == [True] * 4 + [False]
    assert "network without scarnet is not finished: 30 photos are too few to calibrate it on" in said


def without_london(folder: Path, sources: tuple[str, ...] = ("scarnet", "acne_new", "acne04")) -> Path:
    """A shipped network that says that it never saw London: what is tested is the report, not the network."""
    bundle = load_bundle("fold0")
    path = folder / network_file("london")
    path.write_bytes(write_metadata(bundle.data, replace(bundle.metadata, sources=sources, fold=None)))
    return path


def test_each_set_is_measured_as_the_product_tells_it(data_root: Path, tmp_path: Path) -> None:
    network = without_london(tmp_path)
    command = ["--left-out", str(tmp_path), "--data", str(data_root), "--out", str(tmp_path / "docs")]
    done = CliRunner().invoke(evaluate, command)
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "docs" / "left-out.json").read_text())["networks"]
    assert [each["figures"]["source"] for each in told] == ["london"]
    assert told[0]["sha256"] == load_bundle(str(network)).sha256
    whole = evaluate_unseen(open_model(str(network)), str(network), load(data_root))
    london = next(each for each in whole.sets if each.source == "london")
    assert told[0]["figures"]["mae"]["value"] == london.mae.value
    assert told[0]["figures"]["photos"] == london.photos == 25
    text = (tmp_path / "docs" / "left-out.md").read_text()
    assert f"`{told[0]['sha256']}`" in text
    assert "| london | 25" in text
    assert "by this run's recipe" in text  # which need not be that of the shipped network


def test_what_is_no_such_network_is_refused_by_name(data_root: Path, tmp_path: Path) -> None:
    collection = load(data_root)
    with pytest.raises(DataError, match="no network that was trained without a data set"):
        evaluate_left_out(tmp_path, collection, print)
    without_london(tmp_path, ("scarnet", "acne_new", "acne04", "london"))
    with pytest.raises(DataError, match="was trained on london"):
        evaluate_left_out(tmp_path, collection, print)
    (tmp_path / network_file("london")).rename(tmp_path / network_file("nowhere"))
    with pytest.raises(DataError, match="no rated photo of 'nowhere'"):
        evaluate_left_out(tmp_path, collection, print)


def test_train_names_the_networks_that_there_are(data_root: Path, tmp_path: Path) -> None:
    command = ["--data", str(data_root), "--preset", "quick", "--out", str(tmp_path), "--networks"]
    done = CliRunner().invoke(train, [*command, "without-nowhere"])
    assert done.exit_code == 2
    assert "without-scarnet" in done.output
