"""What may stand in a course's TOML, CSV and folders, and that each mistake is told with its file and row."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from scarscore.serve.course.manifest import read
from scarscore.serve.course.records import Depth, ErrorSource, Needling, Session
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "course.md"
TODAY = date(2026, 11, 24)
SESSIONS = "[[session]]\ndate = 2026-03-01\n[[session]]\ndate = 2026-03-29\n"
VISITS = """date,session,needling,view,photo,camera
2026-03-01,1,before,front,a.jpg,clinic
2026-03-01,1,before,left,b.jpg,clinic
2026-03-29,2,before,front,c.jpg,clinic
2026-05-01,,,front,d.jpg,phone
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with four photos that no two are alike; what they show is not asked here."""
    for name in "abcd":
        (tmp_path / f"{name}.jpg").write_bytes(name.encode())
    return tmp_path


def toml(folder: Path, text: str = "", visits: str | None = VISITS) -> Path:
    path = folder / "course.toml"
    head = 'patient = "P-1"\n' + ("" if visits is None else 'visits = "visits.csv"\n')
    path.write_text(head + text, encoding="utf-8")
    if visits is not None:
        (folder / "visits.csv").write_text(visits, encoding="utf-8")
    return path


def test_a_csv_manifest_tells_visits_shots_and_sessions(folder: Path) -> None:
    course = read(toml(folder), TODAY).course
    assert course.patient == "P-1"
    assert course.sessions == (Session(1, date(2026, 3, 1)), Session(2, date(2026, 3, 29)))
    assert [(v.date.isoformat(), v.needling, len(v.shots)) for v in course.visits] == [
        ("2026-03-01", Needling.BEFORE, 2), ("2026-03-29", Needling.BEFORE, 1), ("2026-05-01", None, 1),
    ]  # fmt: skip
    last = course.visits[-1].shots[0]
    assert (last.photo, last.view, last.camera, last.row) == ("d.jpg", View.FRONT, "phone", "visits.csv line 5")


def test_the_first_example_of_the_document_is_a_course(tmp_path: Path) -> None:
    blocks = DOCUMENT.read_text(encoding="utf-8").split("```")[1::2]
    top, *names = (line.strip() for line in blocks[0].strip().splitlines())
    for name in names:
        path = tmp_path / top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(blocks[1].removeprefix("toml") if path.suffix == ".toml" else name, encoding="utf-8")
    course = read(tmp_path / top, TODAY).course
    assert course.patient == "P-017"
    assert [(visit.date.isoformat(), visit.needling) for visit in course.visits] == [
        ("2026-03-01", Needling.BEFORE), ("2026-03-29", Needling.BEFORE), ("2026-07-25", None),
    ]  # fmt: skip


def test_all_parts_of_the_toml_are_read(folder: Path) -> None:
    text = """
camera = "clinic"
[plan]
sessions = 3
spacing_days = 14
maintenance_per_year = 3
[[session]]
date = 2026-03-01
device = "pen"
depth = { left_cheek = 1.5, chin = 0.5 }
treatments = ["peel"]
[[visit]]
date = 2026-03-01
needling = "before"
[[visit.photo]]
photo = "a.jpg"
view = "closeup"
region = "chin"
[[finding]]
date = 2026-03-01
item = "icepick"
value = 12
by = "AB"
[[finding]]
date = 2026-04-01
item = "stretch_flattens"
value = true
by = "AB"
[[caution]]
name = "active acne"
present = false
by = "AB"
[clinic.timing]
provisional = 10
[[clinic.error]]
sem = 4.5
view = "front"
camera = "clinic"
subjects = 12
shots = 2
"""
    course = read(toml(folder, text, None), TODAY).course
    assert (course.plan.sessions, course.plan.spacing_days, course.plan.maintenance_per_year) == (3, 14, 3)
    assert course.plan.cautions[0].present is False
    assert course.sessions[0].depths == (Depth("left_cheek", 1.5), Depth("chin", 0.5))
    assert course.sessions[0].treatments == ("peel",)
    assert course.visits[0].shots[0].region == "chin"
    assert course.visits[0].shots[0].camera == "clinic"
    assert [len(visit.findings) for visit in course.visits] == [1, 1]
    assert course.visits[1].findings[0].value == 1
    assert course.clinic.timing.provisional == 10
    error = course.clinic.errors[0]
    assert (error.sem, error.view, error.source) == (4.5, View.FRONT, ErrorSource.CLINIC)


def test_a_clinic_s_settings_may_lie_in_a_file_of_their_own(folder: Path) -> None:
    (folder / "clinic.toml").write_text("[[error]]\nsem = 5\nsubjects = 20\n", encoding="utf-8")
    manifest = read(toml(folder, 'clinic = "clinic.toml"\n'), TODAY)
    assert manifest.course.clinic.errors[0].sem == 5
    assert folder / "clinic.toml" in manifest.files


def test_a_folder_per_visit_needs_nothing_else(tmp_path: Path) -> None:
    for name in ("2026-03-01 before/front.jpg", "2026-03-01 before/left-2.JPG", "2026-05-01/closeup chin 1.png"):
        (tmp_path / "P-9" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "P-9" / name).write_bytes(name.encode())
    (tmp_path / "P-9" / "sessions.csv").write_text(
        "date,device,treatments,depth_left_cheek\n2026-03-01,pen,peel; serum,1.5\n", encoding="utf-8"
    )
    course = read(tmp_path / "P-9", TODAY).course
    assert course.patient == "P-9"
    assert [(shot.view, shot.region) for visit in course.visits for shot in visit.shots] == [
        (View.FRONT, None), (View.LEFT, None), (View.CLOSEUP, "chin"),
    ]  # fmt: skip
    assert course.sessions == (Session(1, date(2026, 3, 1), "pen", (Depth("left_cheek", 1.5),), ("peel", "serum")),)


BAD_ROWS = {
    "unknown view": (3, "2026-03-01,1,before,side,b.jpg,clinic", "line 3: the view 'side' is none of front, left"),
    "dates out of order": (5, "2026-03-15,,,front,d.jpg,", "line 5: dates out of order: 2026-03-15 is before"),
    "future date": (5, "2027-05-01,,,front,d.jpg,", "line 5: 2027-05-01 lies in the future"),
    "a photo twice": (5, "2026-05-01,,,front,a.jpg,", "line 5: 2026-05-01: the photo 'a.jpg' stands in visits.csv"),
    "missing photo": (5, "2026-05-01,,,front,e.jpg,", "line 5: there is no photo 'e.jpg'"),
    "no date": (5, "1 May 2026,,,front,d.jpg,", "line 5: date must be a date like 2026-03-01, not '1 May 2026'"),
    "no photo": (5, "2026-05-01,,,front,,", "line 5: 'photo' is empty"),
    "session day without needling": (4, "2026-03-29,2,,front,c.jpg,", "line 4: 2026-03-29 is the day of a session"),
    "needling without session": (5, "2026-05-01,,after,front,d.jpg,", "line 5: 2026-05-01 says after needling, but"),
    "needling misspelt": (4, "2026-03-29,2,befor,front,c.jpg,", "line 4: the needling 'befor' is none of before"),
    "session skipped": (4, "2026-03-29,3,before,front,c.jpg,", "line 4: session 3 cannot follow session 1"),
    "session on two days": (4, "2026-03-29,1,before,front,c.jpg,", "line 4: session 1 stands with two dates"),
    "region of a whole view": (5, "2026-05-01,,,front,d.jpg,,chin", "line 5: this row has more or fewer cells"),
    "too few cells": (5, "2026-05-01,,front", "line 5: this row has more or fewer cells"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BAD_ROWS)
def test_a_bad_row_is_told_with_its_file_and_line(folder: Path, mistake: str) -> None:
    line, row, said = BAD_ROWS[mistake]
    lines = VISITS.splitlines()
    lines[line - 1] = row
    with pytest.raises(UsageError) as error:
        read(toml(folder, visits="\n".join(lines) + "\n"), TODAY)
    assert f"course.toml: visits.csv {said}" in str(error.value)


BAD_TOML = {
    "unknown key": ("pathient = 1\n", "there is no 'pathient' here; known are patient"),
    "unknown key within": ("[plan]\nsesions = 4\n", "plan: there is no 'sesions' here"),
    "no TOML": ("[plan\n", "course.toml cannot be read"),
    "sessions out of order": (
        "[[session]]\ndate = 2026-03-29\n[[session]]\ndate = 2026-03-01\n", "session 2: dates out of order",
    ),
    "session in the future": ("[[session]]\ndate = 2027-03-29\n", "is not so under [[session]]"),
    "sessions that disagree": ("[[session]]\ndate = 2026-03-02\n", "session 1 of 2026-03-01 in the visits is not so"),
    "unknown region of a depth": (
        "[[session]]\ndate = 2026-03-01\ndepth = { cheek = 1 }\n", "session 1: the region 'cheek' is none of forehead",
    ),
    "unknown finding": (
        '[[finding]]\ndate = 2026-03-01\nitem = "icepicks"\nvalue = 2\nby = "AB"\n', "finding 1: no scale asks for",
    ),
    "finding of nobody": (
        '[[finding]]\ndate = 2026-03-01\nitem = "icepick"\nvalue = 2\n', "finding 1: 'by' is missing",
    ),
    "caution without an answer": ('[[caution]]\nname = "x"\npresent = "no"\n', "caution 1: present must be true"),
    "timing that descends": ("[clinic.timing]\nnot_scored = 20\n", "must ascend"),
    "an error of few": ("[[clinic.error]]\nsem = 4\nsubjects = 3\n", "3 subjects say too little"),
    "an error of nothing": ("[[clinic.error]]\nsem = 0\nsubjects = 13\n", "sem is 0 points"),
    "a plan of too many": ("[plan]\nsessions = 40\n", "plan: sessions is 40; it must lie from 1 to 12"),
    "a plan of yes": ("[plan]\nsessions = true\n", "plan: sessions must be a whole number, not true"),
    "visits twice": ("[[visit]]\ndate = 2026-03-01\n", "say the visits once"),
    "a clinic that is not there": ('clinic = "no.toml"\n', "no.toml cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BAD_TOML)
def test_a_bad_table_is_told_with_its_place(folder: Path, mistake: str) -> None:
    text, said = BAD_TOML[mistake]
    with pytest.raises(UsageError) as error:
        read(toml(folder, text), TODAY)
    assert str(error.value).startswith("course.toml: ")
    assert said in str(error.value)


BAD_FILES = {
    "2026-13-01/front.jpg": "2026-13-01: a visit's folder is named by its date",
    "first visit/front.jpg": "first visit: a visit's folder is named by its date",
    "2026-03-01/selfie.jpg": "2026-03-01/selfie.jpg: the name must begin with the view",
    "2026-03-01/left_cheek.jpg": "2026-03-01/left_cheek.jpg: the name must begin with the view",
    "2026-03-01/front.tiff": "2026-03-01/front.tiff: this is no photo",
    "2027-03-01/front.jpg": "2027-03-01: 2027-03-01 lies in the future",
    "2026-03-01 before/front.jpg": "2026-03-01 says before needling, but there is no session",
    "front.jpg": "front.jpg: a photo must lie in the folder of its visit",
    "2026-03-01/left chin.jpg": "only a close-up is of one region",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_folder_is_told_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "P-9" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    with pytest.raises(UsageError) as error:
        read(tmp_path / "P-9", TODAY)
    assert str(error.value).startswith("P-9: ")
    assert BAD_FILES[name] in str(error.value)


def test_the_same_photo_under_two_names_is_told(folder: Path) -> None:
    (folder / "d.jpg").write_bytes((folder / "a.jpg").read_bytes())
    with pytest.raises(
        UsageError, match=r"visits.csv line 5: the photo 'd.jpg' is the same as that of visits.csv line 2"
    ):
        read(toml(folder), TODAY)


def test_a_file_of_another_kind_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "course.txt").write_text("x")
    with pytest.raises(UsageError, match=r"neither a folder nor a .toml file"):
        read(tmp_path / "course.txt", TODAY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="there is no visit in it"):
        read(tmp_path / "empty", TODAY)


def test_a_folder_whose_name_no_file_can_hold_is_refused_before_any_work(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"P-\xff")
    (folder / "2026-03-01").mkdir(parents=True)
    (folder / "2026-03-01" / "front.jpg").write_bytes(b"a")
    with pytest.raises(UsageError, match="is not written in UTF-8: rename the folder, or say patient"):
        read(folder, TODAY)
    (folder / "course.toml").write_text('patient = "P-1"')
    assert read(folder, TODAY).course.patient == "P-1"
