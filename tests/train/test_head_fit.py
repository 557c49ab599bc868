"""Heads are fitted on what a network may see and told by what it may not; labels that contradict each other are out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import log_loss, roc_auc_score

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Cut, Photo, Rated, Reading
from scarscore.model.heads import CHANNELS, PATHS, SCAR_TYPES
from scarscore.train.head_features import Features, head_photos
from scarscore.train.head_fit import answers, fit_heads, fit_limits
from scarscore.train.labelled import with_unread
from scarscore.train.samples import NO_TYPE

KINDS = np.concatenate([np.repeat(np.arange(5), 40), np.full(200, NO_TYPE)])


def made(seed: int, noise: float = 0.5) -> Features:
    """Features of two paths: in either the first five channels say the type, with noise of its own."""
    random = np.random.default_rng(seed)
    value = random.normal(0, noise, (len(KINDS), PATHS * CHANNELS))
    for kind in range(5):
        for path in range(PATHS):
            value[kind == KINDS, path * CHANNELS + kind] += 2.0
    return Features(value, value[:, :CHANNELS], np.where((KINDS == NO_TYPE)[:, None], np.nan, value))


def test_heads_tell_types_and_raised_scars_of_photos_they_have_not_seen() -> None:
    heads = fit_heads(made(1), KINDS, np.ones(len(KINDS), bool))
    told = answers(made(2), heads)
    typed = KINDS != NO_TYPE
    assert (told.types.argmax(axis=1)[typed] == KINDS[typed]).mean() > 0.8
    assert roc_auc_score(KINDS >= 3, told.raised) > 0.95


def test_both_paths_have_a_say_and_together_they_err_less() -> None:
    features, new, typed = made(5, noise=1.6), made(6, noise=1.6), KINDS != NO_TYPE
    heads = fit_heads(features, KINDS, np.ones(len(KINDS), bool))
    right = []
    for paths in ((1, 1), (1, 0), (0, 1)):
        part = np.repeat(np.array(paths, float), CHANNELS)
        told = answers(replace(new, scars=new.scars * part), heads)
        right.append(float((told.types.argmax(axis=1)[typed] == KINDS[typed]).mean()))
    assert right[0] > max(right[1:]) > 0.3


def test_what_a_fold_may_not_see_does_not_change_its_heads() -> None:
    seen = np.arange(len(KINDS)) % 5 != 0
    features = made(1)
    other = replace(features, scars=np.where(seen[:, None], features.scars, 99.0))
    first, second = (fit_heads(each, KINDS, seen) for each in (features, other))
    assert np.array_equal(first.logits, second.logits)
    assert np.array_equal(first.place, second.place)


def test_a_photo_far_from_the_others_lies_far() -> None:
    features = made(3)
    heads = fit_heads(features, KINDS, np.ones(len(KINDS), bool))
    usual = answers(features, heads).distance
    assert np.sqrt((usual**2).mean()) == pytest.approx(1.0, abs=0.05)
    strange = replace(features, skin=features.skin + 6.0)
    assert answers(strange, heads).distance.min() > usual.max()


def test_limits_leave_all_but_a_few_familiar_and_probabilities_calibrated() -> None:
    unseen = np.arange(len(KINDS)) % 2 == 0
    heads = fit_heads(made(4, noise=1.5), KINDS, ~unseen)
    told = answers(made(4, noise=1.5), heads)
    limits = fit_limits([(told, unseen)], KINDS, told.distance[~unseen])
    assert (told.distance[unseen] > limits.farthest).mean() <= 0.01
    assert (told.distance[~unseen] <= limits.farthest).all()
    far = fit_limits([(told, unseen)], KINDS, 2 * told.distance)
    assert far.farthest >= 2 * told.distance.max() > limits.farthest
    slope, offset = limits.raised
    chance = 1 / (1 + np.exp(-(slope * told.raised[unseen] + offset)))
    assert chance.mean() == pytest.approx((KINDS[unseen] >= 3).mean(), abs=0.02)
    typed = unseen & (KINDS != NO_TYPE)
    surprise = [log_loss(KINDS[typed], softmax(each * told.types[typed], axis=1)) for each in (1.0, limits.sharpness)]
    assert surprise[1] <= surprise[0]


def test_too_few_photos_are_refused() -> None:
    with pytest.raises(DataError, match="every scar type"):
        fit_heads(made(1), KINDS, KINDS != 2)


def photo(number: int, label: str, group: int) -> Photo:
    return Photo(f"{number}.jpg", "scarnet", f"g{group}", label, "", 300, 300, f"{number:064}")


def read(number: int, group: int, raised: int) -> Rated:
    reading = Reading(f"r{number}", "A", True, "face", 10, raised, 2, (), 0, 0, 0, 3)
    return Rated(
        f"r{number}",
        Photo(f"r{number}.jpg", "london", f"h{group}", "", f"r{number}", 9, 9, "0" * 64),
        None,
        (reading,),
        None,
    )


def test_contradicting_labels_are_left_out_and_groups_stay_together() -> None:
    photos = [
        photo(n, SCAR_TYPES[n % 5], n // 10 * 5 + n % 5) for n in range(50)
    ]  # ten groups of five labels, two each
    torn = [photo(90, "keloid", 99), photo(91, "rolling", 99)]
    part = replace(read(1, 1, 0), key="c1", cut=Cut("c1", "r1.jpg", "h1", 0, 0, 9, 9))
    rated = [read(1, 1, 0), read(2, 2, 40), part]
    collection = Collection(Path(), (*photos, *torn), (), (), (), ())
    homes = with_unread(collection, {"h1": 1, "h2": 0}, 5)
    told = head_photos(collection, rated, homes, 1000)
    assert {each.rated.key for each in told} == {*(p.file for p in photos), "r1", "c1"}, "a close-up is one more photo"
    assert all(each.kind == NO_TYPE or SCAR_TYPES[each.kind] == each.rated.photo.label for each in told)
    folds: dict[str, set[int]] = {}
    for each in told:
        folds.setdefault(each.rated.photo.group, set()).add(each.fold)
    assert all(len(home) == 1 for home in folds.values())
    assert {each.fold for each in told} == set(range(5))
    fewer = head_photos(collection, rated, homes, 3)
    assert [sum(each.kind == kind for each in fewer) for kind in range(5)] == [3] * 5
