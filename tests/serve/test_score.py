"""The door to the network: bytes in, a score or a refusal out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scarscore.datasets.photos import load
from scarscore.datasets.synthetic.course import CoursePlan, healing_course
from scarscore.model.bundle import load_bundle
from scarscore.model.preprocess import Pixels
from scarscore.serve.scoring.result import PhotoScore, Reason, Refusal, View
from scarscore.serve.scoring.score import Scorer, score_photo
from tests import make


def photo(pixels: Pixels) -> bytes:
    return make.jpeg(Image.fromarray(pixels), quality=95)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


def test_a_photo_is_scored_with_everything_that_the_contract_names(scorer: Scorer) -> None:
    data = photo(make.skin())
    seen = scorer.examine(data, view=View.CLOSEUP)
    assert isinstance(seen.answer, PhotoScore)
    told = seen.answer
    assert 0 <= told.severity_low <= told.severity <= told.severity_high <= 100
    assert set(told.grade_set) <= set(range(5))
    assert told.grade_set
    assert told.photo_sha256 == hashlib.sha256(data).hexdigest()
    assert all(check.passed for check in told.quality)
    assert told.view is View.CLOSEUP
    assert told.model.sha256 == load_bundle().sha256
    assert told.model.licence_class == "research"


@pytest.mark.parametrize("seed", range(6))
def test_a_close_up_of_nearly_clear_skin_is_not_told_to_show_raised_scars(seed: int, scorer: Scorer) -> None:
    """Heads that learnt raised scars from close-ups and clear skin from whole faces took every close-up for raised."""
    last = healing_course(seed, 2, CoursePlan(relief=(1.0, 0.05)))[-1]
    told = scorer.examine(photo(last.pixels), view=View.CLOSEUP).answer
    assert isinstance(told, PhotoScore)
    assert told.raised is False


def test_the_map_covers_the_picture_with_severities_or_nothing(scorer: Scorer) -> None:
    seen = scorer.examine(photo(make.skin(400, 800)))
    assert seen.severity_map is not None
    assert seen.severity_map.shape == (40, 20)
    judged = seen.severity_map[~np.isnan(seen.severity_map)]
    assert judged.size > 0
    assert judged.min() >= 0
    assert judged.max() <= 100


def test_a_photo_that_was_scored_before_is_mapped_alike_and_not_judged_again(scorer: Scorer) -> None:
    seen = scorer.examine(photo(make.skin(400, 800)))
    assert seen.pixels is not None
    severity, regions = scorer.map(seen.pixels)
    assert np.array_equal(severity, seen.severity_map, equal_nan=True)
    assert regions.resized(*severity.shape).label.shape == severity.shape
    dark = np.asarray(make.skin() // 8, np.uint8)
    assert isinstance(scorer.examine(photo(dark)).answer, Refusal)
    assert scorer.map(dark)[0].size


def test_the_same_bytes_score_the_same(scorer: Scorer) -> None:
    data = photo(make.skin())
    assert scorer.examine(data).answer == scorer.examine(data).answer == score_photo(data)


def test_a_refusal_is_an_answer_with_its_hint_and_never_a_number() -> None:
    told = score_photo(b"no photo at all")
    assert isinstance(told, Refusal)
    assert told.reason is Reason.NOT_AN_IMAGE
    assert "not a photo" in told.hint
    assert not hasattr(told, "severity")


def test_a_refusal_for_quality_says_what_was_measured() -> None:
    told = score_photo(photo(make.blurred(make.skin(), 8)))
    assert isinstance(told, Refusal)
    assert told.reason is Reason.BLURRED
    assert {check.name: check.passed for check in told.quality}["sharpness"] is False


def test_real_scarred_photos_score_above_real_clear_ones(scorer: Scorer, data_root: Path) -> None:
    """Fifteen of each; the network was trained on them, so this says that the chain is whole, not how good it is."""
    rated = sorted(load(data_root).rated(), key=lambda r: r.severity)
    rated = [r for r in rated if r.cut is None and r.usable and r.photo.source != "habibsatya"]
    answers = [scorer.examine((data_root / r.photo.file).read_bytes()).answer for r in [*rated[:15], *rated[-15:]]]
    scores = [a.severity if isinstance(a, PhotoScore) else None for a in answers]
    clear = [s for s in scores[:15] if s is not None]
    scarred = [s for s in scores[15:] if s is not None]
    assert len(clear) >= 13
    assert len(scarred) >= 13
    assert max(clear) < 20
    assert min(scarred) > 45
