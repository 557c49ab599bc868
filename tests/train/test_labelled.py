"""Labels of scar types: whose photos have one, in which fold they lie, and what a network is taught by them."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import torch

from scarscore.datasets.photos import Collection, Cut, Photo, Rated, Reading, load
from scarscore.model.attach import FEATURES, path_weights, with_features
from scarscore.model.bundle import load_bundle
from scarscore.model.engine import OUTPUTS, open_session
from scarscore.model.graph import only
from scarscore.model.heads import PATHS, SCAR_TYPES
from scarscore.train.config import load_config
from scarscore.train.evaluate.panel import open_panel
from scarscore.train.labelled import labelled, with_labels, with_unread
from scarscore.train.samples import NO_TYPE, trainable
from scarscore.train.seen import seen_checksums
from scarscore.train.start import begun, start_of


def photo(number: int, label: str, group: int, source: str = "scarnet") -> Photo:
    return Photo(f"{number}.jpg", source, f"g{group}", label, f"s{number}", 320, 320, f"{number:064d}")


def read(of: Photo) -> Rated:
    reading = Reading(of.rating_id, "A", True, "closeup", 40, 0, 2, (), 0, 0, 0, 3)
    return Rated(of.rating_id, of, None, (reading,), None)


PHOTOS = (
    photo(0, "boxcar", 0),  # read
    photo(1, "keloid", 1),  # read by nobody
    photo(2, "rolling", 2),
    photo(3, "icepick", 2),  # the same picture under another label
    photo(4, "acne", 3, "acne04"),
)
COLLECTION = Collection(Path(), PHOTOS, (), (), (), ())


def test_photos_that_scarnet_calls_by_two_names_have_no_label() -> None:
    assert labelled(COLLECTION) == (PHOTOS[0], PHOTOS[1])


def test_read_photos_get_their_label_and_unread_ones_are_taught_by_it_alone() -> None:
    part = replace(read(PHOTOS[0]), key="c0", cut=Cut("c0", "0.jpg", "g0", 0, 0, 9, 9))
    samples = {
        each.rated.key: each for each in with_labels(COLLECTION, [*map(read, PHOTOS[:1]), part, read(PHOTOS[4])])
    }
    assert {key: each.label for key, each in samples.items()} == {
        "s0": SCAR_TYPES.index("boxcar"), "c0": NO_TYPE, "s4": NO_TYPE, "1.jpg": SCAR_TYPES.index("keloid"),
    }  # fmt: skip
    assert samples["s0"].severity == 40.0
    assert isnan(samples["1.jpg"].severity)


def test_labelled_groups_that_nobody_read_are_dealt_to_folds_beside_those_that_were_read() -> None:
    assert with_unread(COLLECTION, {"g0": 3}, 5) == {"g0": 3, "g1": 0}


def test_no_network_of_a_fold_knows_a_labelled_photo_of_its_fold(data_root: Path) -> None:
    collection = load(data_root)
    panel = open_panel(trainable(collection, load_config("severity").sources))
    homes = with_unread(collection, panel.fold_of_group, panel.folds.count)
    photos = labelled(collection)
    assert len({homes[each.group] for each in photos}) == panel.folds.count
    for fold, engine in enumerate(panel.of_fold):
        known = seen_checksums(engine.bundle.metadata, collection)
        assert [each.sha256 in known for each in photos] == [homes[each.group] != fold for each in photos]
    assert {each.sha256 for each in photos} <= seen_checksums(panel.shipped.bundle.metadata, collection)


def test_labels_are_taught_on_the_features_that_the_heads_read() -> None:
    shipped = load_bundle()
    network = begun(start_of(shipped), folded=False).eval()
    photo = np.random.default_rng(3).normal(size=(1, 3, 320, 320)).astype(np.float32)
    bare = only(shipped.data, OUTPUTS)
    both = open_session(with_features(bare, path_weights(bare))).run([FEATURES], {"photo": photo})[0]
    with torch.inference_mode():
        taught = network.see(network.stem(torch.from_numpy(photo))).deep
    for read in np.split(np.asarray(both), PATHS, axis=1):  # the second path with the first's weights
        np.testing.assert_allclose(taught.numpy(), read, atol=1e-3)
