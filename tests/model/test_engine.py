"""The shipped network, run for real."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from scarscore.model.bundle import load_bundle, open_bundle, parse
from scarscore.model.engine import Engine, open_session
from scarscore.model.preprocess import BESIDE, INPUT_SIDE, Frame, Pixels, everywhere, fit, normalise
from tests.make import patch


def shown(pixels: Pixels) -> Frame:
    return fit(pixels, everywhere(pixels))


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_bundle())


@pytest.fixture(scope="module")
def photos() -> list[Pixels]:
    random = np.random.default_rng(5)
    sizes = [(320, 320), (200, 333), (1024, 700), (161, 1000), (640, 640)]
    return [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


def test_the_maps_cover_exactly_the_photo(engine: Engine) -> None:
    maps = engine.look(shown(np.full((1024, 512, 3), 140, np.uint8)))
    assert maps.severity.shape == maps.weight.shape == (40, 20)
    assert maps.heads is not None
    assert maps.heads.logits.shape == (6, 40, 20)
    assert maps.heads.place.shape == (32, 40, 20)
    assert (maps.severity >= 0).all()
    assert ((maps.weight >= 0) & (maps.weight <= 1)).all()


def test_a_photo_scores_the_same_twice_and_in_threads(engine: Engine, photos: list[Pixels]) -> None:
    alone = [engine.judge(engine.look(shown(p))) for p in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda p: engine.judge(engine.look(shown(p))), photos * 3))
    assert together == alone * 3


def test_a_photo_and_its_mirror_image_are_told_the_same(engine: Engine, photos: list[Pixels]) -> None:
    for photo in (each for each in photos if each.shape[0] == each.shape[1]):
        one, other = (engine.look(shown(np.ascontiguousarray(each))) for each in (photo, photo[:, ::-1]))
        assert one.severity == pytest.approx(other.severity[:, ::-1], abs=1e-3)
        assert one.weight == pytest.approx(other.weight[:, ::-1], abs=1e-4)
        assert one.pooled == pytest.approx(other.pooled, abs=1e-3)
        (alone,) = open_session(engine.bundle.data).run(["severity"], {"photo": normalise(shown(photo).square[None])})
        assert np.abs(np.asarray(alone)[0] - one.severity).max() > 0.1  # a single look tells another


def test_what_lies_beside_the_photo_never_counts(engine: Engine) -> None:
    """The same photo as a strip scores by its own positions alone: the filling beside it has no say in the pool."""
    maps = engine.look(shown(np.random.default_rng(1).integers(0, 256, (100, 1000, 3), dtype=np.uint8)))
    assert maps.severity.shape == (4, 40)


def test_a_nearer_look_counts_half_and_only_where_it_looked(engine: Engine) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (640, 500, 3), dtype=np.uint8)
    skin = np.zeros((640, 500), np.float32)
    skin[0:320, 0:256] = skin[608:, 0:256] = 1.0  # from top to bottom: the photo is shown whole
    twice = fit(pixels, skin, face=True, near_side=2 * INPUT_SIDE)  # four positions of it are one of the first look
    far, both, near = engine.look(fit(pixels, skin)), engine.look(twice), twice.nearer
    assert near is not None
    session = open_session(engine.bundle.data)
    (fine,) = session.run(["severity"], {"photo": normalise(near.picture[None])})
    seen = cv2.resize(np.asarray(fine)[0, :80, :32], (16, 40), interpolation=cv2.INTER_AREA)
    expected = 0.5 * far.severity[:, :16] + 0.5 * seen
    assert both.severity[:, :15] == pytest.approx(expected[:, :15], abs=1e-3)
    assert np.abs(both.severity - far.severity)[:20, :16].max() > 0.1
    assert np.array_equal(both.severity[:, 24:], far.severity[:, 24:])
    assert np.array_equal(both.judged, far.judged)
    assert (both.weight[25:35] == 0).all()


def test_the_maps_are_of_the_whole_photo_where_its_skin_alone_is_shown(engine: Engine) -> None:
    """The same piece of skin, alone and in a frame three times as wide: the maps say the same at its place."""
    piece = np.random.default_rng(4).integers(0, 256, (320, 320, 3), dtype=np.uint8)
    side = round(320 / (1 + 2 * BESIDE))  # of its skin: the rest is what is kept about it
    edge = (320 - side) // 2
    alone = engine.look(fit(piece, patch(320, 320, edge, edge, side, side)))
    wide = np.full((960, 960, 3), 90, np.uint8)
    wide[320:640, 480:800] = piece
    frame = fit(wide, patch(960, 960, 320 + edge, 480 + edge, side, side))
    framed = engine.look(frame)
    assert framed.severity.shape == framed.weight.shape == framed.judged.shape == (frame.rows, frame.columns)
    assert frame.rows == pytest.approx(3 * alone.severity.shape[0], abs=3)
    assert framed.heads is not None
    assert framed.heads.logits.shape[-2:] == framed.severity.shape
    rows, columns = np.nonzero(framed.judged > 0.5)
    assert rows.mean() / frame.rows == pytest.approx(480 / 960, abs=0.01)
    assert columns.mean() / frame.columns == pytest.approx(640 / 960, abs=0.01)
    assert framed.weight.sum() == pytest.approx(alone.weight.sum(), rel=0.1)
    assert framed.pooled == pytest.approx(alone.pooled, rel=0.1)
    assert framed.redness == pytest.approx(alone.redness, rel=0.1)
    assert (framed.weight[framed.judged == 0] == 0).all()


def test_a_network_that_takes_squares_alone_is_shown_no_nearer_look(engine: Engine) -> None:
    proto = parse(engine.bundle.data)
    for axis in (2, 3):
        proto.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = 320
    older = Engine(open_bundle(proto.SerializeToString()))
    pixels = np.random.default_rng(4).integers(0, 256, (640, 500, 3), dtype=np.uint8)
    face, far = fit(pixels, everywhere(pixels), face=True), shown(pixels)
    assert face.nearer is not None
    assert np.array_equal(older.look(face).severity, older.look(far).severity)
    (alone,) = open_session(older.bundle.data).run(["severity"], {"photo": normalise(far.square[None])})
    assert np.array_equal(older.look(far).severity, np.asarray(alone)[0, :, : far.columns])
    assert not np.array_equal(engine.look(face).severity, engine.look(far).severity)


def test_what_is_no_skin_has_no_weight(engine: Engine) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    skin = everywhere(pixels)
    skin[100:200, 100:200] = 0.0
    maps = engine.look(fit(pixels, skin))
    assert (maps.weight[11:19, 11:19] == 0).all()
    assert (maps.weight[:9] > 0).all()
