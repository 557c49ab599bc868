"""Labels of scar types: whose photos have one, in which fold they lie, and what a network is taught by them."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest
import torch

from scarscore.datasets.photos import Collection, Cut, Photo, Rated, Reading, load
from scarscore.model.heads import SCAR_TYPES
from scarscore.model.network import DEEP_CHANNELS, Maps, Seen, SeverityNetwork
from scarscore.train.config import load_config
from scarscore.train.evaluate.panel import open_panel
from scarscore.train.labelled import label_loss, labelled, with_labels, with_unread
from scarscore.train.losses import Batch
from scarscore.train.samples import NO_TYPE, trainable
from scarscore.train.seen import seen_checksums

NAN = float("nan")


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


@pytest.fixture
def network() -> SeverityNetwork:
    return SeverityNetwork().eval()


def seen() -> Seen:
    """Two photos whose left half is scarred; the features differ by half."""
    severity = torch.zeros(2, 40, 40)
    severity[..., :20] = 50.0
    deep = torch.zeros(2, DEEP_CHANNELS, 10, 10)
    deep[:, 0, :, :5] = 1.0
    maps = Maps(severity.requires_grad_(), torch.ones(2, 40, 40).requires_grad_(), torch.zeros(2, 3, 40, 40))
    return Seen(maps, deep.requires_grad_())


def batch(labels: tuple[int, int]) -> Batch:
    nothing = torch.full((2,), NAN)
    skin = torch.ones(2, 40, 40, dtype=torch.int64)
    return Batch(
        torch.zeros(2, dtype=torch.int64), nothing, nothing > 0, torch.ones(2), skin, skin > 1,
        torch.full((2, 9), NAN), torch.full((2, 3), NAN), torch.tensor(labels),
    )  # fmt: skip


def test_without_a_label_nothing_is_taught(network: SeverityNetwork) -> None:
    assert float(label_loss(network, seen(), batch((NO_TYPE, NO_TYPE))).detach()) == 0.0


def test_the_loss_is_the_cross_entropy_of_what_lies_where_scars_are(network: SeverityNetwork) -> None:
    with torch.no_grad():
        network.labels.weight.zero_()
        network.labels.bias.zero_()
        network.labels.weight[2, 0] = 4.0
    right, wrong = (float(label_loss(network, seen(), batch((kind, NO_TYPE))).detach()) for kind in (2, 0))
    logits = torch.tensor([[0.0, 0.0, 4.0, 0.0, 0.0]])  # the clear half, of another feature, has no say
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([2]), label_smoothing=0.1)
    assert right == pytest.approx(float(expected), abs=1e-3)
    assert wrong > right + 2.0


def test_labels_teach_the_features_and_not_the_maps(network: SeverityNetwork) -> None:
    looked = seen()
    torch.autograd.backward(label_loss(network, looked, batch((0, 4))))
    assert looked.deep.grad is not None
    assert looked.deep.grad.abs().sum() > 0
    assert looked.maps.severity.grad is None
    assert looked.maps.weight.grad is None
