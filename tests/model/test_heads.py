"""The light heads: what is told of types, raised scars and strange photos, and that they change no severity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scarscore.model.attach import FEATURES, HeadWeights, attach, path_weights, with_features
from scarscore.model.bundle import Bundle, load_bundle, parse
from scarscore.model.engine import OUTPUTS, open_session
from scarscore.model.errors import ModelError
from scarscore.model.graph import only
from scarscore.model.heads import (
    CHANNELS,
    DIMENSIONS,
    PATHS,
    SCAR_TYPES,
    HeadLimits,
    distance,
    looked_at,
    named_types,
    raised_probability,
    spread_out,
    type_map,
    type_probabilities,
)
from scarscore.model.heads import OUTPUTS as HEAD_OUTPUTS
from scarscore.model.preprocess import Floats

LIMITS = HeadLimits(1.0, (0.3,) * 5, (1.0, 0.0), 0.5, 2.0)
ONES = np.ones((4, 4), np.float32)


def test_half_of_the_look_goes_to_the_scars_and_half_over_the_skin() -> None:
    severity = np.zeros((2, 2), np.float32)
    severity[0, 0] = 50.0
    share = looked_at(severity, np.ones((2, 2), np.float32), np.ones((2, 2), np.float32))
    assert share.sum() == pytest.approx(1.0)
    assert share[0, 0] == pytest.approx(0.5 + 0.125)


def test_without_scars_the_look_goes_over_the_skin_and_without_skin_nowhere() -> None:
    nothing = np.zeros((2, 2), np.float32)
    assert looked_at(nothing, nothing, np.ones((2, 2), np.float32)).tolist() == [[0.25] * 2] * 2
    assert looked_at(nothing, nothing, nothing).sum() == 0.0


def test_types_are_read_where_the_scars_are() -> None:
    logits = np.zeros((6, 1, 2), np.float32)
    logits[1, 0, 0], logits[2, 0, 1] = 5.0, 5.0
    there = looked_at(np.array([[60.0, 0.0]], np.float32), np.ones((1, 2), np.float32), np.ones((1, 2), np.float32))
    told = type_probabilities(logits, there, LIMITS)
    assert sum(told) == pytest.approx(1.0)
    assert told[1] > told[2] > told[0]


def test_a_sharper_calibration_tells_the_same_order_more_clearly() -> None:
    logits = np.random.default_rng(0).normal(0, 1, (6, 4, 4)).astype(np.float32)
    soft, sharp = (type_probabilities(logits, ONES / 16, replace(LIMITS, sharpness=s)) for s in (1.0, 4.0))
    assert np.argsort(soft).tolist() == np.argsort(sharp).tolist()
    assert max(sharp) > max(soft)


def test_a_raised_scar_is_told_by_its_own_logit_alone() -> None:
    logits = np.zeros((6, 4, 4), np.float32)
    logits[5] = 3.0
    assert raised_probability(logits, ONES / 16, LIMITS) == pytest.approx(1 / (1 + np.exp(-3.0)))
    logits[:5] = 9.0
    assert raised_probability(logits, ONES / 16, LIMITS) == pytest.approx(1 / (1 + np.exp(-3.0)))


def test_named_types_are_likeliest_first_and_only_what_may_be_there() -> None:
    told = (0.35, 0.4, 0.1, 0.05, 0.5)
    assert named_types(told, LIMITS, depressed=True, raised=True) == ("keloid", "boxcar", "icepick")
    assert named_types(told, LIMITS, depressed=True, raised=False) == ("boxcar", "icepick")
    assert named_types(told, LIMITS, depressed=False, raised=False) == ()


def test_the_distance_is_the_root_mean_square_of_the_mean_place() -> None:
    place = np.full((DIMENSIONS, 2, 2), 3.0, np.float32)
    place[:, 1] = -3.0
    judged = np.array([[1.0, 1.0], [0.0, 0.0]], np.float32)
    assert distance(place, judged) == pytest.approx(3.0)
    assert distance(place, np.ones((2, 2), np.float32)) == pytest.approx(0.0, abs=1e-6)
    assert distance(place, np.zeros((2, 2), np.float32)) == float("inf")


def test_a_map_of_types_sums_to_one_on_skin_and_is_nothing_elsewhere() -> None:
    judged = np.ones((4, 4), np.float32)
    judged[0] = 0.2
    told = type_map(np.random.default_rng(1).normal(0, 2, (6, 4, 4)).astype(np.float32), judged, LIMITS)
    assert np.isnan(told[:, 0]).all()
    np.testing.assert_allclose(told[:, 1:].sum(axis=0), 1.0, atol=1e-5)


def test_a_coarse_map_is_spread_over_the_positions_that_it_covers() -> None:
    fine = spread_out(np.arange(100, dtype=np.float32).reshape(1, 10, 10), 38, 20)
    assert fine.shape == (1, 38, 20)
    assert fine[0, 37, 19] == 10 * 9 + 4


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle()


@pytest.fixture(scope="module")
def weights() -> HeadWeights:
    random = np.random.default_rng(4)
    shapes = (6, PATHS * CHANNELS), (6,), (DIMENSIONS, CHANNELS), (DIMENSIONS,)
    return HeadWeights(*(random.normal(0, 0.1, shape).astype(np.float32) for shape in shapes))


@pytest.fixture(scope="module")
def second(shipped: Bundle) -> dict[str, Floats]:
    """Other weights for the second path."""
    return {name: 0.9 * value for name, value in path_weights(only(shipped.data, OUTPUTS)).items()}


def test_heads_change_no_severity_and_say_what_they_were_given(
    shipped: Bundle, weights: HeadWeights, second: dict[str, Floats]
) -> None:
    bare = only(shipped.data, OUTPUTS)
    photos = {"photo": np.random.default_rng(2).uniform(-1, 1, (2, 3, 320, 320)).astype(np.float32)}
    before = open_session(bare).run(OUTPUTS, photos)
    *after, logits, place = open_session(attach(bare, weights, second)).run([*OUTPUTS, *HEAD_OUTPUTS], photos)
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old, new)
    (told,) = open_session(with_features(bare, second)).run([FEATURES], photos)
    assert told.shape[0] == len(logits) == len(place) == 1  # of the first picture alone
    x = told[0].reshape(PATHS * CHANNELS, -1)
    wanted = weights.logits @ x + weights.logits_bias[:, None]
    np.testing.assert_allclose(logits[0].reshape(6, -1), wanted, rtol=1e-3, atol=1e-3)
    wanted = weights.place @ x[:CHANNELS] + weights.place_bias[:, None]
    np.testing.assert_allclose(place[0].reshape(DIMENSIONS, -1), wanted, rtol=1e-3, atol=1e-3)


def test_the_second_path_is_the_same_blocks_with_other_weights(shipped: Bundle, second: dict[str, Floats]) -> None:
    bare = only(shipped.data, OUTPUTS)
    own, photo = path_weights(bare), {"photo": np.zeros((1, 3, 320, 320), np.float32)}
    assert len(own) > 50
    same, other = (open_session(with_features(bare, each)).run([FEATURES], photo)[0] for each in (own, second))
    np.testing.assert_allclose(same[:, :CHANNELS], same[:, CHANNELS:], atol=1e-5)
    assert np.array_equal(same[:, :CHANNELS], other[:, :CHANNELS])
    assert not np.allclose(other[:, :CHANNELS], other[:, CHANNELS:])


def test_the_part_of_a_network_says_what_the_whole_says_and_holds_nothing_else(shipped: Bundle) -> None:
    part = only(shipped.data, OUTPUTS[:2])
    photo = {"photo": np.random.default_rng(3).uniform(-1, 1, (1, 3, 512, 640)).astype(np.float32)}
    whole, alone = open_session(shipped.data), open_session(part)
    assert [output.name for output in alone.get_outputs()] == list(OUTPUTS[:2])
    for one, other in zip(whole.run(OUTPUTS[:2], photo), alone.run(None, photo), strict=True):
        assert np.array_equal(one, other)
    assert len(part) < 0.85 * len(shipped.data)
    assert not any(each.name.startswith("heads.") for each in parse(part).graph.initializer)


def test_the_shipped_network_and_its_folds_have_heads(shipped: Bundle) -> None:
    assert shipped.metadata.calibration.heads is not None
    assert len(shipped.metadata.calibration.heads.types) == len(SCAR_TYPES)
    assert load_bundle("fold3").metadata.calibration.heads is not None


def test_a_network_without_such_features_takes_no_heads(weights: HeadWeights, second: dict[str, Floats]) -> None:
    from scarscore.model.bundle import REGIONS, verified_bytes

    with pytest.raises(ModelError, match="no block of features"):
        attach(verified_bytes(REGIONS), weights, second)
