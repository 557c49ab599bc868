"""The light heads: what is told of types, raised scars and strange photos, and that they change no severity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scarscore.model.attach import FEATURES, HeadWeights, attach, with_features
from scarscore.model.bundle import Bundle, load_bundle
from scarscore.model.engine import OUTPUTS, open_session
from scarscore.model.errors import ModelError
from scarscore.model.heads import (
    CHANNELS,
    DIMENSIONS,
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
    kernels = [random.normal(0, 0.1, (6, CHANNELS)).astype(np.float32) for _ in range(2)]
    rest = [random.normal(0, 1, size).astype(np.float32) for size in (6, CHANNELS)]
    scale = random.uniform(0.5, 2, CHANNELS).astype(np.float32)
    place = random.normal(0, 0.1, (DIMENSIONS, CHANNELS)).astype(np.float32)
    return HeadWeights(*kernels, *rest, scale, place, np.zeros(DIMENSIONS, np.float32))


def bare(bundle: Bundle) -> bytes:
    """The network without its heads."""
    from scarscore.model.bundle import parse

    proto = parse(bundle.data)
    kept = [node for node in proto.graph.node if not any("heads." in name for name in (*node.input, *node.output))]
    outputs = [output for output in proto.graph.output if output.name in OUTPUTS]
    weights = [each for each in proto.graph.initializer if not each.name.startswith("heads.")]
    for part, values in (("node", kept), ("output", outputs), ("initializer", weights)):
        proto.graph.ClearField(part)
        getattr(proto.graph, part).extend(values)
    return bytes(proto.SerializeToString())


def test_heads_change_no_severity_and_say_what_they_were_given(shipped: Bundle, weights: HeadWeights) -> None:
    base = bare(shipped)
    photo = {"photo": np.random.default_rng(2).uniform(-1, 1, (1, 3, 320, 320)).astype(np.float32)}
    before = open_session(base).run(OUTPUTS, photo)
    session = open_session(attach(base, weights))
    *after, logits, place = session.run([*OUTPUTS, *HEAD_OUTPUTS], photo)
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old, new)
    (x,) = (each[0].reshape(CHANNELS, -1) for each in open_session(with_features(base)).run([FEATURES], photo))
    squares = ((x - weights.middle[:, None]) / weights.scale[:, None]) ** 2
    wanted = weights.on_value @ x + weights.on_square @ squares + weights.bias[:, None]
    np.testing.assert_allclose(logits[0].reshape(6, -1), wanted, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(place[0].reshape(DIMENSIONS, -1), weights.place @ x, rtol=1e-3, atol=1e-3)


def test_the_shipped_network_and_its_folds_have_heads(shipped: Bundle) -> None:
    assert shipped.metadata.calibration.heads is not None
    assert len(shipped.metadata.calibration.heads.types) == len(SCAR_TYPES)
    assert load_bundle("fold3").metadata.calibration.heads is not None


def test_a_network_without_such_features_takes_no_heads(weights: HeadWeights) -> None:
    from scarscore.model.bundle import REGIONS, verified_bytes

    with pytest.raises(ModelError, match="no block of features"):
        attach(verified_bytes(REGIONS), weights)
