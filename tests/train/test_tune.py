"""Going on with own photos: patients on one side only, better only where the interval says so, nothing seen before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from scarscore.datasets.cards import Use
from scarscore.datasets.errors import DataError, UseForbidden
from scarscore.datasets.own import OwnPhoto, OwnReading
from scarscore.datasets.photos import Collection, load
from scarscore.model.bundle import load_bundle
from scarscore.model.bundles import ModelBundle, open_model
from scarscore.model.engine import Judgement, open_session
from scarscore.model.preprocess import everywhere, fit, normalise
from scarscore.model.severity import Severity
from scarscore.train.claim import claim
from scarscore.train.command import train
from scarscore.train.config import load_config
from scarscore.train.predict import Outcome
from scarscore.train.seen import all_known, count_seen, require_permitted, seen_checksums
from scarscore.train.start import begun, start_of
from scarscore.train.tune import BETTER, OPEN, WORSE, Halves, Tuned, as_run, compared, halves, identity_of, tune
from scarscore.train.tuned_card import tuned_card


@pytest.fixture(scope="module")
def base() -> ModelBundle:
    return open_model("fold0")


def photo(number: int, patient: int, severity: float = 10.0) -> OwnPhoto:
    reading = OwnReading("A", severity, 2, number + 2)
    return OwnPhoto(Path(f"/nowhere/{number}.jpg"), f"P{patient}", f"{number:064}", (reading,))


def clinic(photos: int = 240, a_patient: int = 3) -> list[OwnPhoto]:
    return [photo(number, number // a_patient) for number in range(photos)]


def test_no_patient_lies_on_both_sides_and_about_the_share_is_held_out() -> None:
    split = halves(clinic(), 0.3, seed=1)
    assert {p.patient for p in split.taught}.isdisjoint(p.patient for p in split.held_out)
    assert len(split.taught) + len(split.held_out) == 240
    assert 0.15 < len(split.held_out) / 240 < 0.45
    with pytest.raises(DataError, match="1 patients lie on both sides"):
        Halves((photo(1, 7),), (photo(2, 7),))


def test_who_comes_later_moves_nobody_to_the_other_side() -> None:
    before, after = halves(clinic(240), 0.3, 1), halves(clinic(300), 0.3, 1)
    assert set(before.held_out) <= set(after.held_out)
    assert set(before.taught) <= set(after.taught)


@pytest.mark.parametrize(
    ("photos", "a_patient", "message"),
    [
        (60, 3, "to learn from: at least 100 photos of 10 patients"),
        (240, 24, "patients to learn from"),
        (120, 6, "patients to hold out: at least 10 photos of 10 patients"),
    ],
)
def test_too_few_photos_or_patients_are_refused(photos: int, a_patient: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        halves(clinic(photos, a_patient), 0.3, seed=1)


def outcome(value: float) -> Outcome:
    told = Judgement(Severity(value, value - 5.0, value + 5.0), 2, (2,), None, 1.0)
    return Outcome(None, value, 0.0, None, told, strange=False)  # type: ignore[arg-type]  # the figures ask for what is told alone


def figures(error_before: float, error_after: float, spread: float) -> Tuned:
    """Twenty patients whose photos were told too high by so much before and after, more or less."""
    random = np.random.default_rng(0)
    photos = [photo(n, n // 3, float(random.uniform(5, 60))) for n in range(60)]
    noise = random.normal(0, spread, (2, 60))
    before = [outcome(p.severity + error_before + e) for p, e in zip(photos, noise[0], strict=True)]
    after = [outcome(p.severity + error_after + e) for p, e in zip(photos, noise[1], strict=True)]
    return compared(before, after, photos, (100, 40), 0)


@pytest.mark.parametrize(
    ("before", "after", "spread", "verdict"),
    [(8.0, 4.0, 0.5, BETTER), (4.0, 8.0, 0.5, WORSE), (4.0, 4.0, 6.0, OPEN), (5.0, 4.6, 9.0, OPEN)],
)
def test_better_and_worse_are_said_only_where_the_interval_says_so(
    before: float, after: float, spread: float, verdict: str, base: ModelBundle
) -> None:
    told = figures(before, after, spread)
    assert told.verdict == verdict
    card = tuned_card(base, base, told, None)
    assert ("agrees better with the readings" in card) is (verdict == BETTER)
    assert ("agrees worse with the readings" in card) is (verdict == WORSE)
    assert ("It is not called better" in card) is (verdict == OPEN)
    assert f"MAE {told.mae_change.value:+.1f} [{told.mae_change.low:+.1f}, {told.mae_change.high:+.1f}]" in card
    assert "60 photos of 20 patients that were held out" in card
    assert base.severity.sha256 in card


def test_a_change_is_paired_and_patients_are_drawn_whole() -> None:
    """Both networks err alike on each photo, so that the change is sure though each error is not."""
    random = np.random.default_rng(1)
    photos = [photo(n, n // 3, float(random.uniform(20, 60))) for n in range(60)]
    shared = np.abs(random.normal(0, 15, 60))
    before, after = ([outcome(p.severity + e + d) for p, e in zip(photos, shared, strict=True)] for d in (1.0, 0.0))
    told = compared(before, after, photos, (100, 40), None)
    assert told.mae_change.value == pytest.approx(-1.0)
    assert told.mae_change.low == pytest.approx(-1.0)
    assert told.verdict == BETTER
    assert told.base.mae.high - told.base.mae.low > 3.0
    assert "was not checked" in tuned_card(open_model("fold0"), open_model("fold0"), told, None)


@pytest.mark.parametrize(
    ("of_base", "own", "expected"),
    [("release", Use.RESEARCH, "research"), ("release", Use.RELEASE, "release"), ("research", Use.RELEASE, "research")],
)
def test_the_licence_class_is_the_more_restricted_of_base_and_own_photos(
    of_base: str, own: Use, expected: str, base: ModelBundle
) -> None:
    severity = replace(base.severity, metadata=replace(base.severity.metadata, licence_class=of_base))
    regions = replace(base.regions, metadata=replace(base.regions.metadata, licence_class=of_base))
    told = identity_of(replace(base, severity=severity, regions=regions), "mine", own, clinic(6))
    assert told.licence_class == expected
    assert told.sources == (*base.severity.metadata.sources, "own")
    other = identity_of(base, "mine", own, [*clinic(6)[:5], photo(5, 1, 11.0)])
    assert told.version != other.version


def test_an_exported_network_is_gone_on_from_exactly(base: ModelBundle) -> None:
    network = begun(start_of(base.severity), folded=True).eval()
    pixels = np.random.default_rng(0).integers(0, 255, (320, 320, 3), dtype=np.uint8)
    frame = fit(pixels, everywhere(pixels))
    with torch.inference_mode():
        told = network(torch.from_numpy(normalise(frame.square[np.newaxis])))
    square = {"photo": normalise(frame.square[np.newaxis])}
    severity, types = open_session(base.severity.data).run(["severity", "types"], square)
    np.testing.assert_allclose(told.severity.numpy(), severity, atol=1e-3)
    np.testing.assert_allclose(told.types.numpy(), types, atol=1e-3)


def test_weights_of_another_network_are_refused(base: ModelBundle) -> None:
    start = start_of(base.severity)
    del start["head.weight"]
    with pytest.raises(DataError, match=r"head\.weight"):
        begun(start, folded=True)


@pytest.fixture(scope="module")
def collection(data_root: Path) -> Collection:
    return load(data_root)


def test_what_a_network_was_trained_on_counts_as_seen_and_a_folds_own_photos_do_not(collection: Collection) -> None:
    held = [p for p in collection.photos if p.source == "habibsatya"]
    whole, part = (seen_checksums(load_bundle(name).metadata, collection) for name in ("default", "fold0"))
    assert part < whole
    rated = [r.photo for r in collection.rated() if r.photo.source == "acne04" and r.cut is None and r.usable]
    own = [p.sha256 for p in rated]
    assert count_seen(own, load_bundle().metadata, collection) == len(own)
    of_fold = count_seen(own, load_bundle("fold0").metadata, collection)
    assert of_fold is not None
    assert 0.6 * len(own) < of_fold < 0.95 * len(own)
    assert any(p.sha256 not in whole for p in held)


def test_a_public_sets_photos_are_not_learnt_from_under_another_name_where_its_card_forbids_it(
    collection: Collection,
) -> None:
    def own(source: str) -> list[OwnPhoto]:
        return [OwnPhoto(Path("mine.jpg"), "p", p.sha256, ()) for p in collection.photos if p.source == source][:3]

    with pytest.raises(UseForbidden, match=r"habibsatya.*evaluation only"):
        require_permitted([*clinic(6), *own("habibsatya")], Use.RESEARCH, collection)
    with pytest.raises(UseForbidden, match=r"acne04.*release"):
        require_permitted(own("acne04"), Use.RELEASE, collection)
    require_permitted([*clinic(6), *own("acne04")], Use.RESEARCH, collection)
    require_permitted([*clinic(6), *own("london")], Use.RELEASE, collection)


def test_a_network_that_learnt_from_drawn_scars_has_seen_every_face_that_they_are_drawn_on(
    collection: Collection,
) -> None:
    faces = {p.sha256 for p in collection.photos if p.source == "london"}
    metadata = load_bundle().metadata
    read, drawn = (
        seen_checksums(replace(metadata, sources=sources), collection) for sources in (("london",), ("london", "drawn"))
    )
    assert faces - read
    assert faces <= drawn


def test_photos_of_people_whom_the_base_has_seen_are_not_held_out(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, base: ModelBundle
) -> None:
    from scarscore.train import own_command

    rated = [r.photo for r in collection.rated() if r.photo.source == "acne04" and r.cut is None and r.usable]
    own = [OwnPhoto(Path(p.file), p.group, p.sha256, ()) for p in rated]
    with pytest.raises(DataError, match=rf"default was trained on {len(own)} of the {len(own)} photos"):
        own_command._seen(open_model(), Halves((), tuple(own)), "default", collection)
    assert own_command._seen(base, Halves((), (photo(1, 1),)), "fold0", collection) == 0
    monkeypatch.setenv("SCARSCORE_DATA", "/nowhere")
    assert own_command._seen(base, Halves((), tuple(own)), "fold0", own_command._at_hand()) is None


@pytest.mark.parametrize("name", ["default", "fold0"])
def test_with_a_part_of_the_bases_sets_at_hand_none_is_said_to_be_unseen(collection: Collection, name: str) -> None:
    from scarscore.train import own_command

    photos = tuple(p for p in collection.photos if p.source == "london")
    ids = {p.rating_id for p in photos if p.rating_id}
    readings = tuple(r for r in collection.readings if r.rating_id in ids)
    part = Collection(collection.root, photos, readings, (), (), ())
    seen = [r.photo for r in collection.rated() if r.photo.source == "acne04" and r.cut is None and r.usable]
    own = Halves((), tuple(OwnPhoto(Path(p.file), p.group, p.sha256, ()) for p in seen))
    assert own_command._seen(open_model(name), own, name, part) is None
    # Scars are drawn on London's faces: a network of these two has all that it learnt from at hand.
    drawn = replace(load_bundle().metadata, sources=("london", "drawn"))
    assert count_seen([p.sha256 for p in own.held_out], drawn, part) == 0


def test_a_base_that_went_on_with_own_photos_is_not_said_to_have_seen_none(
    collection: Collection, base: ModelBundle
) -> None:
    from scarscore.train import own_command

    metadata = replace(base.severity.metadata, sources=(*base.severity.metadata.sources, "own"))
    tuned = replace(base, severity=replace(base.severity, metadata=metadata))
    assert own_command._seen(tuned, Halves((), (photo(1, 1),)), "mine", collection) is None
    assert (all_known(base.severity.metadata), all_known(metadata)) == (True, False)


def test_with_own_labels_the_environments_data_folder_is_not_taken_for_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCARSCORE_DATA", str(tmp_path / "elsewhere"))
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "my.csv").write_text("file,patient,severity\na.jpg,P1,3\n")
    asked = ["--labels", str(tmp_path / "my.csv"), "--out", str(tmp_path / "run")]
    assert "1 photos of 1 patients to learn from" in str(CliRunner().invoke(train, asked).exception)
    typed = CliRunner().invoke(train, [*asked, "--data", str(tmp_path / "elsewhere")])
    assert "there is no photo 'a.jpg'" in str(typed.exception)


def test_photos_that_cannot_be_opened_are_told_by_line_before_training(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for number in range(240):
        Image.fromarray(random.integers(0, 255, (24, 24, 3), dtype=np.uint8)).save(tmp_path / f"{number}.jpg")
    part, text = tmp_path / "100.jpg", tmp_path / "101.jpg"
    part.write_bytes(part.read_bytes()[:-200])
    text.write_text("no photo")
    lines = [f"{number}.jpg,P{number // 3},{number % 50}" for number in range(240)]
    (tmp_path / "my.csv").write_text("\n".join(["file,patient,severity", *lines]) + "\n")
    asked = ["--labels", str(tmp_path / "my.csv"), "--out", str(tmp_path / "run")]
    first, second = str(CliRunner().invoke(train, asked).exception).splitlines()
    assert first.startswith(f"my.csv line 102: {part} cannot be opened: image file is truncated")
    assert second.startswith(f"my.csv line 103: {text} cannot be opened: no photo")
    assert not (tmp_path / "run").exists()


def test_a_folder_is_never_gone_on_from_with_other_photos(tmp_path: Path) -> None:
    claim(tmp_path, "of.txt", "these")
    claim(tmp_path, "of.txt", "these")
    with pytest.raises(DataError, match="choose another --out"):
        claim(tmp_path, "of.txt", "others")


def test_a_patient_with_most_of_the_photos_leaves_nothing_to_calibrate_on_and_is_told_before_training(
    base: ModelBundle, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 40), (200, 150, 130)).save(tmp_path / "any.png")
    patients = [0] * 70 + [1 + n // 3 for n in range(30)]
    photos = [replace(photo(n, patient), path=tmp_path / "any.png") for n, patient in enumerate(patients)]
    run = as_run(photos, base, load_config("own"), tmp_path / "run", identity_of(base, "mine", Use.RESEARCH, photos))
    with pytest.raises(DataError, match=r"30 photos are too few to calibrate it on, at least 40 .* of one patient"):
        tune(run, base, [], 0, print)
    assert not run.folder.exists()


def test_a_run_keeps_the_patients_apart_and_the_grades_of_its_base(base: ModelBundle, tmp_path: Path) -> None:
    for number in range(12):
        Image.new("RGB", (40, 40), (200, 150, 130)).save(tmp_path / f"{number}.png")
    photos = [replace(photo(n, n // 2), path=tmp_path / f"{n}.png") for n in range(12)]
    run = as_run(photos, base, load_config("own"), tmp_path, identity_of(base, "mine", Use.RESEARCH, photos))
    folds = {
        item.photo.group: {run.folds.fold_of[o.key] for o in run.rated if o.photo.group == item.photo.group}
        for item in run.rated
    }
    assert all(len(each) == 1 for each in folds.values())
    assert run.told == base.severity.metadata.calibration
    assert [item.severity for item in run.rated] == [10.0] * 12
