"""A bundle on sets that it was not trained on: no picture among them that it has seen, in whichever set it repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import load
from scarscore.model.bundles import open_model
from scarscore.train.evaluate.unseen import evaluate_unseen
from scarscore.train.seen import seen_checksums


def test_repeats_of_pictures_that_were_trained_on_are_left_out(data_root: Path) -> None:
    collection, bundle = load(data_root), open_model()
    told = evaluate_unseen(bundle, "default", collection)
    rated = [r.photo.sha256 for r in collection.rated() if r.photo.source == "habibsatya" and r.usable]
    repeats = seen_checksums(bundle.severity.metadata, collection) & {*rated}
    assert repeats
    assert [(each.source, each.photos) for each in told.sets] == [("habibsatya", len(rated) - len(repeats))]


def test_a_bundle_that_went_on_with_own_photos_is_refused_since_they_may_be_of_any_set(data_root: Path) -> None:
    bundle = open_model()
    metadata = replace(bundle.severity.metadata, sources=("london", "drawn", "own"))
    tuned = replace(bundle, severity=replace(bundle.severity, metadata=metadata))
    with pytest.raises(DataError, match="mine went on with photos that are of no data set"):
        evaluate_unseen(tuned, "mine", load(data_root))
