"""`scarscore repeatability` as it is typed, and that a course reads what it wrote."""

from __future__ import annotations

import csv
import shutil
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from scarscore.datasets.synthetic.course import PLAN, healing_course
from scarscore.serve import cli
from scarscore.serve.course.entries import read_toml
from scarscore.serve.course.parts import clinic_settings
from scarscore.serve.course.repeatability import Repeat, repeatability
from scarscore.serve.course.repeats import bland_altman, clinic_toml, read_repeats, summary_csv
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

SMALL = replace(PLAN, shape=(320, 360), px_per_mm=6.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten subjects, from clear to scarred, two shots each in light and framing of their own."""
    cv2.setNumThreads(1)
    top = tmp_path_factory.mktemp("repeats")
    for subject in range(10):
        depth = 0.1 * (subject + 1)
        for number, visit in enumerate(healing_course(50 + subject, 2, replace(SMALL, relief=(depth, depth))), start=1):
            (top / f"S{subject}").mkdir(exist_ok=True)
            (top / f"S{subject}" / f"closeup-{number}.jpg").write_bytes(as_jpeg(visit.pixels))
    return top


def test_repeated_shots_give_icc_sem_and_a_clinic_file_that_a_course_reads(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {option: tmp_path / name for option, name in (
        ("--out", "out.csv"), ("--pairs-out", "pairs.csv"), ("--plot", "plot.svg"), ("--clinic", "clinic.toml"),
    )}  # fmt: skip
    options = [str(part) for pair in names.items() for part in pair]
    assert cli.run(["repeatability", str(folder), "--camera", 'a "camera"', *options]) == 0
    assert "ICC(2,1)" in capsys.readouterr().out
    row = next(csv.DictReader(names["--out"].open(newline="")))
    assert (row["view"], row["subjects"], row["shots"]) == ("closeup", "10", "2")
    assert -1 <= float(row["icc_low"]) <= float(row["icc"]) <= float(row["icc_high"]) <= 1
    assert float(row["sdc95"]) == pytest.approx(2.772 * float(row["sem"]), abs=0.01)
    assert len(list(csv.DictReader(names["--pairs-out"].open(newline="")))) == 10
    error = clinic_settings(read_toml(names["--clinic"])).errors[0]
    assert error.sem == pytest.approx(float(row["sem"]))
    assert (error.view, error.camera, error.subjects) == (View.CLOSEUP, 'a "camera"', 10)
    svg = ET.parse(names["--plot"]).getroot()
    assert len(svg.findall("{http://www.w3.org/2000/svg}circle")) == 10
    assert cli.run(["repeatability", str(folder), *options]) == 2
    assert "never overwritten" in capsys.readouterr().err
    names["--clinic"].unlink()
    options[options.index("--pairs-out") + 1] = str(names["--out"])
    assert cli.run(["repeatability", str(folder), *options]) == 2
    assert "--out and --pairs-out name the same file" in capsys.readouterr().err


def repeats(subjects: int) -> list[Repeat]:
    return [Repeat(f"S{n}", View.FRONT, "c", 5.0 * n + shot * (n % 3), "m") for n in range(subjects) for shot in (0, 1)]


def test_few_subjects_are_measured_but_give_no_clinic_settings() -> None:
    found = repeatability(repeats(4))
    assert "front,c,m,4,2" in summary_csv(found)
    with pytest.raises(UsageError, match="4 subjects say too little"):
        clinic_toml(found)


def test_too_few_subjects_are_told_before_any_photo_is_scored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for subject in range(3):
        shutil.copytree(folder / f"S{subject}", tmp_path / "few" / f"S{subject}")
    few, out, settings = (str(tmp_path / name) for name in ("few", "out.csv", "clinic.toml"))
    assert cli.run(["repeatability", few, "--out", out, "--clinic", settings]) == 2
    told = capsys.readouterr().err
    assert "the closeup view has 3 subjects with two photos or more; 10 are needed" in told
    assert not any(Path(file).exists() for file in (out, settings))
    assert cli.run(["repeatability", few, "--out", out]) == 0
    assert "3 subjects say too little of a camera" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "few" / "S1")
    (tmp_path / "few" / "S2" / "closeup-2.jpg").unlink()
    assert cli.run(["repeatability", few, "--out", out]) == 2
    assert "has 1 subject with two photos or more; 2 are needed" in capsys.readouterr().err


def test_the_networks_are_those_that_the_environment_names(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCARSCORE_MODEL", "nobody's")
    assert cli.run(["repeatability", str(folder), "--out", str(tmp_path / "out.csv")]) == 2
    assert """no model named "nobody's\"""" in capsys.readouterr().err


@pytest.mark.parametrize("camera", ['a "b" \\ c', "é\n[x]"])
def test_any_camera_s_name_is_written_as_toml(camera: str) -> None:
    found = repeatability([replace(repeat, camera=camera) for repeat in repeats(12)])
    assert tomllib.loads(clinic_toml(found))["error"][0]["camera"] == camera
    ET.fromstring(bland_altman([replace(each, camera=each.camera.replace("\n", " ")) for each in found]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subject,view,photo\nS1,side,a.jpg\n", "line 2: the view 'side' is none of"),
        ("subject,view,photo\nS1,front,b.jpg\n", "line 2: there is no photo 'b.jpg'"),
        (
            "subject,view,photo\nS1,front,a.jpg\nS1,front,a.jpg\n",
            "line 3: the photo 'a.jpg' stands in pairs.csv",
        ),
        ("subject,photo\nS1,a.jpg\n", "the column 'view' is missing"),
        ("subject,view,photo\n", "there are no photos"),
    ],
)
def test_a_bad_list_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "pairs.csv").write_text(text)
    with pytest.raises(UsageError) as error:
        read_repeats(tmp_path / "pairs.csv")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ("closeup chin-1", "closeup forehead-2"),
            "S1/closeup forehead-2.jpg: this close-up shows forehead, and S1/closeup chin-1.jpg shows chin",
        ),
        (("closeup", "closeup chin-2"), "closeup.jpg: this close-up shows a region that its name does not tell"),
    ],
)
def test_close_ups_of_other_skin_are_no_repetitions(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    (tmp_path / "S1").mkdir()
    for name in names:
        (tmp_path / "S1" / f"{name}.jpg").write_text(name)
    with pytest.raises(UsageError) as error:
        read_repeats(tmp_path)
    assert said in str(error.value)


def test_a_copy_is_no_repetition(tmp_path: Path) -> None:
    for name in ("S1/closeup chin-1", "S1/closeup chin-2", "S2/closeup nose-1", "S2/closeup nose-2"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.jpg").write_text(name)
    assert len(read_repeats(tmp_path)) == 4
    (tmp_path / "S2" / "closeup nose-2.jpg").write_text("S2/closeup nose-1")
    with pytest.raises(UsageError, match=r"nose-2.jpg: the photo .* is the same as that of S2/closeup nose-1.jpg"):
        read_repeats(tmp_path)
