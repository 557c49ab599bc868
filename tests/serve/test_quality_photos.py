"""The checks on whole files, by the region network: real photos pass, bad ones and what is no skin are refused."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.files import read_file
from scarscore.serve.scoring.quality.checks import Quality, failed, measure
from scarscore.serve.scoring.result import Reason, Refusal
from scarscore.train.quality.notskin import KINDS, drawn, photographed
from tests import make

SOURCES = {"scarnet", "acne_new", "acne04", "london", "habibsatya"}


@cache
def finder() -> RegionEngine:
    return RegionEngine.load()


def judge(pixels: Pixels) -> Quality:
    height, width = pixels.shape[:2]
    return measure(Decoded(np.ascontiguousarray(pixels), width, height), finder().look(pixels))


def passes(path: Path) -> bool:
    data = read_file(path)
    assert isinstance(data, bytes)
    decoded = decode(data)
    return not isinstance(decoded, Refusal) and failed(judge(decoded.pixels)) is None


@pytest.fixture(scope="module")
def usable(data_root: Path) -> dict[str, list[Path]]:
    """The rated photos that most readers called usable, by source."""
    votes: dict[str, list[bool]] = defaultdict(list)
    with (data_root / "ratings.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            votes[row["rating_id"]].append(row["usable"] == "1")
    photos: dict[str, list[Path]] = defaultdict(list)
    for row in rows(data_root):
        said = votes[row["rating_id"]] if row["rating_id"] else []
        if sum(said) * 2 > len(said):
            photos[row["source"]].append(data_root / row["file"])
    return photos


def rows(data_root: Path) -> Iterator[dict[str, str]]:
    with (data_root / "photos.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def test_at_least_97_percent_of_the_usable_rated_photos_pass(usable: dict[str, list[Path]]) -> None:
    """Of every source, every sixth: `promises/test_figures.py` asks the product about all. Of few, one may fail."""
    assert set(usable) == SOURCES
    some = {source: paths[::6] for source, paths in usable.items()}
    failures = {source: sum(not passes(path) for path in paths) for source, paths in some.items()}
    for source, paths in some.items():
        assert failures[source] <= max(0.03 * len(paths), 1), failures


@pytest.mark.parametrize("source", ["london", "acne04"])
def test_at_least_97_percent_of_all_photos_of_a_source_pass(source: str, data_root: Path) -> None:
    """Every third, so that it takes seconds."""
    photos = [data_root / row["file"] for row in rows(data_root) if row["source"] == source][::3]
    failures = [path.name for path in photos if not passes(path)]
    assert len(photos) > 40
    assert len(failures) <= 0.03 * len(photos), failures


def test_the_real_photos_are_refused_when_blurred_or_wrongly_exposed(usable: dict[str, list[Path]]) -> None:
    """On every ninth of them, so that it takes seconds. What is burnt or black is no skin to the network either."""
    unseen = (Reason.NO_SKIN, Reason.NOT_SKIN)
    told: dict[str, list[bool]] = defaultdict(list)
    for path in (path for paths in usable.values() for path in paths[::9]):
        decoded = decode(path.read_bytes())
        assert isinstance(decoded, Decoded)
        for name, pixels, reasons in (
            ("blurred", make.blurred(decoded.pixels, 6), (Reason.BLURRED, *unseen)),
            ("dark", make.exposed(decoded.pixels, -4), (Reason.TOO_DARK, *unseen)),
            ("bright", make.exposed(decoded.pixels, 4), (Reason.OVEREXPOSED, Reason.CLIPPED, *unseen)),
        ):
            told[name].append(failed(judge(pixels)) in reasons)
    assert {name: np.mean(answers) > 0.98 for name, answers in told.items()} == dict.fromkeys(told, True)


def test_drawn_pictures_without_skin_are_refused() -> None:
    """98 % of them all, and of no kind more than one in six passes."""
    passed: dict[str, list[bool]] = defaultdict(list)
    for picture in drawn(6):
        passed[picture.kind].append(failed(judge(picture.pixels)) is None)
    assert set(passed) == set(KINDS)
    assert np.mean([answer for answers in passed.values() for answer in answers]) <= 0.02, passed
    assert max(np.mean(answers) for answers in passed.values()) <= 1 / 6, passed


def test_photographs_that_come_with_packages_are_refused() -> None:
    pictures = list(photographed())
    assert len(pictures) >= 10  # scikit-learn's two, whole and in quarters
    passed = [picture.kind for picture in pictures if failed(judge(picture.pixels)) is None]
    assert len(passed) <= max(1, 0.02 * len(pictures)), passed
