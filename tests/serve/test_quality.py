"""Skin passes the checks, in every tone and light that clinics meet; each thing that can ail a photo fails alone."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from PIL import Image

from scarscore.model.regions import Pose, RegionMap
from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.quality.checks import LIMITS, NAMES, Quality, failed, measure
from scarscore.serve.scoring.quality.skin import skin_of
from scarscore.serve.scoring.result import HINTS, Reason, View
from tests import make

FRONT = Pose(1, "front", 0.95, 0.0, 0.0, 300.0)
LEFT = Pose(1, "left", 0.95, 0.0, -45.0, 300.0)
VERY_LIGHT = np.array((243, 224, 208))


@dataclass(frozen=True, eq=False)
class Case:
    """A photo with what the region network would say of it, and the view that the user gave."""

    pixels: make.Pixels
    regions: RegionMap
    view: View | None = None
    front_camera: bool = False

    @property
    def quality(self) -> Quality:
        height, width = self.pixels.shape[:2]
        decoded = Decoded(np.ascontiguousarray(self.pixels), width, height, self.front_camera)
        return measure(decoded, self.regions, self.view)


def close_up(pixels: make.Pixels) -> Case:
    """All of it skin, no face."""
    return Case(pixels, make.seen(pixels))


def judge(pixels: make.Pixels) -> Quality:
    return close_up(pixels).quality


def value(quality: Quality, name: str) -> float:
    return next(check.value for check in quality.checks if check.name == name)


def beyond(quality: Quality) -> list[str]:
    """The checks that do not pass."""
    return [check.name for check in quality.checks if not check.passed]


def corner_of_skin() -> Case:
    """A hand's breadth of skin before a wall."""
    pixels = make.tinted(np.repeat(make.skin().mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8), (0.9, 1, 1.1))
    skin = np.zeros(pixels.shape[:2], np.bool_)
    skin[100:200, 100:220] = True
    pixels[skin] = make.skin()[skin]
    return Case(pixels, make.seen(pixels, skin=skin))


def very_light() -> make.Pixels:
    """Light skin in so much light that little contrast is left, just short of burning out."""
    contrast = make.skin() / np.array(make.LIGHT_SKIN) - 1
    return np.clip(np.rint(VERY_LIGHT * (1 + 0.45 * contrast)), 0, 255).astype(np.uint8)


def one_dye() -> make.Pixels:
    """Relief, light and shade like those of skin, all in one hue."""
    light = make.skin().mean(axis=2, keepdims=True) / np.mean(make.LIGHT_SKIN)
    return np.clip(np.rint(light * np.array(make.LIGHT_SKIN)), 0, 255).astype(np.uint8)


def hidden_chin() -> Case:
    regions = make.face(480, 360, FRONT)
    label = regions.label.copy()
    label[250:] = 0
    return Case(make.skin(), make.labelled(label, FRONT))


# What each picture ails from: the check that fails, alone, and the reason that is told for it.
ALONE = {
    "resolution": (lambda: close_up(make.skin(1024, 130)), Reason.TOO_SMALL),
    "brightness_low": (lambda: close_up(make.exposed(make.skin(), -4)), Reason.TOO_DARK),
    "skin_share": (corner_of_skin, Reason.NO_SKIN),
    "certainty": (lambda: Case(make.skin(), make.seen(make.skin(), sure=0.7)), Reason.NOT_SKIN),
    "faces": (lambda: Case(make.skin(), make.couple(480, 360, FRONT)), Reason.SEVERAL_FACES),
    "off_view": (lambda: Case(make.skin(), make.face(480, 360, LEFT), View.RIGHT), Reason.WRONG_VIEW),
    "brightness_high": (lambda: close_up(very_light()), Reason.OVEREXPOSED),
    "clipping": (lambda: close_up(make.specks(make.skin(), 0.35, (255, 255, 190), 8)), Reason.CLIPPED),
    "glare": (lambda: close_up(make.specks(make.skin(), 0.4, (244, 240, 236))), Reason.GLARE),
    "shadow": (lambda: close_up(make.one_sided(make.skin(), 0.95)), Reason.SHADOW),
    "cast": (lambda: close_up(make.tinted(make.skin(), (0.7, 1.0, 0.7))), Reason.COLOUR_CAST),
    "hue_range": (lambda: close_up(one_dye()), Reason.NOT_SKIN),
    "sharpness": (lambda: close_up(make.blurred(make.skin(), 6)), Reason.BLURRED),
    "mirrored": (lambda: Case(make.skin(), make.face(480, 360, LEFT), View.RIGHT, True), Reason.MAYBE_MIRRORED),
    "chin_shown": (hidden_chin, Reason.CHIN_HIDDEN),
    "beard": (lambda: Case(make.stubble(make.skin(), 0.68), make.face(480, 360, FRONT)), Reason.BEARD),
}


@pytest.mark.parametrize("name", ALONE)
def test_each_reason_has_a_picture_that_triggers_it_alone(name: str) -> None:
    case, reason = ALONE[name]
    quality = case().quality
    limit = next(limit for limit in LIMITS if limit.name == name)
    assert beyond(quality) == [name], quality.checks
    assert limit.reason is reason
    assert failed(quality) is (None if limit.flag else reason)
    assert len(HINTS[reason]) > 40


def test_every_check_has_such_a_picture() -> None:
    assert tuple(ALONE) == NAMES


@pytest.mark.parametrize(
    "tone",
    [make.LIGHT_SKIN, make.DARK_SKIN, (225, 190, 170), (160, 110, 85), (80, 54, 44), (190, 150, 110)],
)
def test_skin_of_every_tone_passes(tone: tuple[int, int, int]) -> None:
    assert beyond(judge(make.skin(480, 360, tone))) == []


@pytest.mark.parametrize("gains", [(1.12, 1.0, 0.85), (0.92, 1.0, 1.12), (1.05, 1.0, 0.7)])
def test_skin_passes_in_an_odd_white_balance(gains: tuple[float, float, float]) -> None:
    assert beyond(judge(make.tinted(make.skin(), gains))) == []


@pytest.mark.parametrize("tone", [make.LIGHT_SKIN, make.DARK_SKIN])
def test_skin_of_any_tone_is_refused_four_stops_off_and_out_of_focus(tone: tuple[int, int, int]) -> None:
    skin = make.skin(480, 360, tone)
    assert failed(judge(make.exposed(skin, -4))) is Reason.TOO_DARK
    assert failed(judge(make.exposed(skin, 4))) in (Reason.OVEREXPOSED, Reason.CLIPPED)
    assert failed(judge(make.blurred(skin, 6))) is Reason.BLURRED


@pytest.mark.parametrize("colour", [(128, 128, 128), (30, 60, 200), (60, 160, 60)])
def test_what_has_no_colour_of_skin_is_refused_even_where_the_network_calls_it_skin(
    colour: tuple[int, int, int],
) -> None:
    assert failed(judge(make.skin(480, 360, colour))) is Reason.COLOUR_CAST


def test_a_black_picture_is_called_dark_and_a_white_wall_without_skin_is_told_so() -> None:
    black, white = (np.full((360, 480, 3), level, np.uint8) for level in (0, 255))
    nowhere = np.zeros((360, 480), np.bool_)
    assert failed(Case(black, make.seen(black, skin=nowhere)).quality) is Reason.TOO_DARK
    assert failed(Case(white, make.seen(white, skin=nowhere)).quality) is Reason.NO_SKIN


def test_without_skin_or_face_what_is_only_true_of_them_is_left_out() -> None:
    nowhere = Case(make.skin(), make.seen(make.skin(), skin=np.zeros((360, 480), np.bool_)))
    assert {check.name for check in nowhere.quality.checks}.isdisjoint({"glare", "shadow", "cast", "certainty"})
    assert {check.name for check in judge(make.skin()).checks}.isdisjoint({"chin_shown", "beard", "off_view"})


def test_the_checks_come_in_a_fixed_order_with_their_limits() -> None:
    whole = Case(make.skin(), make.face(480, 360, FRONT), View.FRONT).quality
    assert tuple(check.name for check in whole.checks) == NAMES
    assert all(math.isfinite(check.value) and check.passed for check in whole.checks)
    assert [check.limit for check in whole.checks] == [limit.limit for limit in LIMITS]
    assert [check.name for check in whole.checks if check.flag] == ["mirrored", "chin_shown", "beard"]


def test_of_several_failures_the_first_in_order_is_told() -> None:
    dark_and_blurred = judge(make.blurred(make.exposed(make.skin(), -4), 6))
    assert beyond(dark_and_blurred)[:1] == ["brightness_low"]
    assert failed(dark_and_blurred) is Reason.TOO_DARK


def test_the_skin_is_the_networks_at_the_photos_size() -> None:
    skin = np.zeros((60, 90), np.bool_)
    skin[10:50, 30:80] = True
    regions = make.seen(np.zeros((60, 90, 3), np.uint8), skin=skin)
    found = skin_of(make.skin(450, 300), regions)
    assert found.shape == (300, 450)
    assert (found == np.kron(skin, np.ones((5, 5), np.bool_))).mean() > 0.98
    assert value(Case(make.skin(450, 300), regions).quality, "skin_share") == pytest.approx(skin.mean(), abs=0.02)


@pytest.mark.parametrize(("yaw", "view", "agrees"), [
    (0, View.FRONT, True), (30, View.FRONT, True), (-45, View.FRONT, False),
    (-45, View.LEFT, True), (-10, View.LEFT, True), (0, View.LEFT, False), (45, View.LEFT, False),
    (45, View.RIGHT, True), (-45, View.RIGHT, False), (-45, View.CLOSEUP, True), (45, None, True),
])  # fmt: skip
def test_the_view_that_is_given_is_held_to_the_turn_of_the_head(yaw: float, view: View | None, agrees: bool) -> None:
    pose = Pose(1, "front" if abs(yaw) < 20 else "right" if yaw > 0 else "left", 0.9, 0.0, yaw, 300.0)
    reason = failed(Case(make.skin(), make.face(480, 360, pose), view).quality)
    assert reason is (None if agrees else Reason.WRONG_VIEW)


def test_a_front_camera_excuses_the_other_side_and_nothing_else() -> None:
    turned = Case(make.skin(), make.face(480, 360, LEFT), View.FRONT, front_camera=True)
    assert failed(turned.quality) is Reason.WRONG_VIEW
    right = Case(make.skin(), make.face(480, 360, LEFT), View.LEFT, front_camera=True)
    assert beyond(right.quality) == []


def test_the_hint_for_the_other_side_names_the_mirrored_selfie() -> None:
    assert "selfie" in HINTS[Reason.WRONG_VIEW]


def test_fragments_of_one_nose_are_one_face_and_a_close_up_has_none() -> None:
    label = make.face(480, 360, FRONT).label.copy()
    label[175:180] = 0
    assert value(Case(make.skin(), make.labelled(label, FRONT)).quality, "faces") == 1
    assert value(judge(make.skin()), "faces") == 0


def test_clipping_is_the_share_of_skin_that_is_pure() -> None:
    assert value(judge(make.skin()), "clipping") < 0.001
    pixels = make.skin().copy()
    pixels[np.random.default_rng(0).random(pixels.shape[:2]) < 0.05] = 255
    assert value(judge(pixels), "clipping") == pytest.approx(0.05, abs=0.005)


def test_skin_before_a_pure_white_wall_is_not_called_clipped() -> None:
    pixels = np.full((400, 600, 3), 255, np.uint8)
    skin = np.zeros((400, 600), np.bool_)
    skin[60:340, 200:400] = True
    pixels[skin] = make.skin(600, 400, seed=2)[skin]  # of skin's own range of hues also where it is cut out
    assert beyond(Case(pixels, make.seen(pixels, skin=skin)).quality) == []


def test_glare_and_shadow_and_cast_grow_with_what_causes_them() -> None:
    skin = make.skin()
    wet = [value(judge(make.specks(skin, share, (244, 240, 236))), "glare") for share in (0, 0.1, 0.2, 0.3)]
    dark = [value(judge(make.one_sided(skin, share)), "shadow") for share in (0, 0.3, 0.6, 0.9)]
    green = [value(judge(make.tinted(skin, (1 - tint, 1, 1 - tint))), "cast") for tint in (0, 0.15, 0.25, 0.35)]
    for series in (wet, dark, green):
        assert series == sorted(series)
        assert series[-1] > 2 * series[1] or series[1] == 0 < series[-1]
    assert wet[2] == pytest.approx(0.2, abs=0.06)


def test_sharpness_falls_with_blur_and_not_with_size_contrast_or_light() -> None:
    large = make.skin(1024, 768)
    sharp = value(judge(large), "sharpness")
    series = [value(judge(make.blurred(large, sigma)), "sharpness") for sigma in (1, 2, 4)]
    assert sharp > series[0] > series[1] > series[2]
    half = cv2.resize(large, (512, 384), interpolation=cv2.INTER_AREA)
    assert value(judge(half), "sharpness") == pytest.approx(sharp, rel=0.05)
    assert value(judge((large * 0.6).astype(np.uint8)), "sharpness") == pytest.approx(sharp, rel=0.1)


def test_a_face_is_looked_at_in_its_own_scale() -> None:
    """The same face, once alone in a photo and once small in a larger one, is equally sharp."""
    near, wide = make.skin(512, 512), np.full((1024, 1024, 3), 60, np.uint8)
    wide[256:768, 256:768] = near
    skin = np.zeros((1024, 1024), np.bool_)
    skin[256:768, 256:768] = True
    pose = Pose(1, "front", 0.95, 0.0, 0.0, 400.0)
    alone = value(Case(near, make.face(512, 512, pose)).quality, "sharpness")
    small = value(Case(wide, make.seen(wide, pose, skin)).quality, "sharpness")
    assert small == pytest.approx(alone, rel=0.05)


def test_measuring_takes_less_than_five_decodings_and_repeats_exactly() -> None:
    """Both in processor time, by turns, the best of nine: about three, however fast the machine is."""
    pixels = make.skin(1024, 1024)
    case = Case(pixels, make.face(112, 112, Pose(1, "front", 0.95, 0.0, 0.0, 700.0)))
    file = make.jpeg(Image.fromarray(pixels))
    first, times = case.quality, []
    for _ in range(9):
        times.append((seconds(lambda: case.quality), seconds(lambda: decode(file))))
    assert case.quality.checks == first.checks
    measuring, decoding = map(min, zip(*times, strict=True))
    assert measuring < 5 * decoding


def seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
