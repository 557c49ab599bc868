"""`scarscore course` as it is typed: from a rendered folder to verdict and report, with the real networks."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from scarscore.datasets.synthetic.course import PLAN, healing_course
from scarscore.model.bundle import WEIGHTS
from scarscore.serve import cli
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.scoring.result import DISCLAIMER
from tests.serve.course.rendered import Kind, write_course
from tests.serve.course.shots import photos as photos_of

SEED = 4
EXTRA = """
[[finding]]
date = 2025-01-13
item = "icepick"
value = 24
by = "<b>AB</b>"
[[caution]]
name = "active acne"
present = true
by = "AB"
"""


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


class Page(HTMLParser):
    """Tags, open tags, texts and attributes of a page; unclosed tags are kept in `open`."""

    VOID = frozenset({"meta", "img", "br", "link", "line", "rect", "circle", "path", "polyline"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.sources: list[str] = []
        self.images: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = dict(attrs)
        assert not any(name.startswith("on") or name == "style" for name in told), tag
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "img":
            self.images.append(told.get("alt") or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A healing course with a visit too soon, a provisional one, a photo too dark and one of another person."""
    cv2.setNumThreads(1)
    folder = write_course(tmp_path_factory.mktemp("rendered") / "P-1", Kind.HEALING, SEED, "P-1")
    again = healing_course(SEED, 3, replace(PLAN, relief=(0.9, 0.8)))
    for name, pixels in (
        ("2025-01-16/closeup left_cheek.jpg", again[0].pixels),
        ("2025-02-20/closeup left_cheek.jpg", again[1].pixels),
        ("2025-07-06/closeup left_cheek 2.jpg", np.full((560, 640, 3), 12, np.uint8)),
        ("2025-07-06/closeup left_cheek 3.jpg", healing_course(SEED + 1, 2)[0].pixels),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(as_jpeg(pixels))
    with (folder / "course.toml").open("a", encoding="utf-8") as file:
        file.write(EXTRA)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: Path | str) -> Ran:
        status = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(status, " ".join(out.split()), err)

    return run


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scores") / "scores.jsonl"


@pytest.fixture
def reported(run: Callable[..., Ran], folder: Path, scores: Path, tmp_path: Path) -> Callable[..., tuple[Ran, str]]:
    def reported(suffix: str, *options: str) -> tuple[Ran, str]:
        out = tmp_path / f"report{suffix}"
        ran = run("course", folder, "--out", out, "--scores", scores, *options)
        return ran, out.read_text(encoding="utf-8") if out.exists() else ""

    return reported


def test_a_healing_course_is_called_improved_on_a_page_for_the_patient(
    reported: Callable[..., tuple[Ran, str]],
) -> None:
    ran, text = reported(".html")
    assert ran.status == 1, ran.err
    assert "Improved. Your scars measured" in ran.out
    assert "closeup left_cheek 2.jpg: refused, too_dark" in ran.out
    assert "closeup left_cheek 3.jpg: not comparable" in ran.out
    page = Page(text)
    assert page.open == []
    assert not {"script", "iframe", "form", "link", "object"} & set(page.tags)
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    assert len(page.images) == 5  # then, now, the map of change; one photo too soon, one provisional
    assert all(page.images)
    assert any(DISCLAIMER in told for told in page.texts)
    for needed in (
        "Improved", "too soon after a session, not scored", "provisional, not counted", "ECCA", "yes", "network",
        "boxcar seen", "left cheek", "In the days after a session",
    ):  # fmt: skip
        assert needed in page.texts, needed
    assert "<b>AB</b>" not in text


def test_the_page_allows_its_own_style_and_nothing_else(reported: Callable[..., tuple[Ran, str]]) -> None:
    _, text = reported(".html", "--no-photos")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert Page(text).images == []
    assert "data:image" not in text


def test_the_table_has_a_row_for_each_visit(reported: Callable[..., tuple[Ran, str]]) -> None:
    _, text = reported(".csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["timing"] for row in rows] == [
        "preferred", "not_scored", "preferred", "provisional", "preferred", "preferred", "preferred",
    ]  # fmt: skip
    assert rows[1]["severity"] == ""
    counts = [rows[-1][column] for column in ("photos", "used", "refused", "not_comparable")]
    assert counts == ["3", "1", "1", "1"]
    assert float(rows[-1]["severity"]) < float(rows[0]["severity"])


def test_json_holds_verdict_matches_and_scales(reported: Callable[..., tuple[Ran, str]]) -> None:
    told = json.loads(reported(".json")[1])
    assert told["verdict"]["kind"] == "improved"
    assert {match["shot"]["photo"] for match in told["matches"] if match["reason"]} == {
        "2025-07-06/closeup left_cheek 3.jpg"
    }
    assert {each["scale"]["name"] for each in told["scales"]} >= {"ECCA", "Goodman-Baron qualitative"}
    assert told["model"]["sha256"]


def test_scores_are_kept_and_no_photo_is_scored_twice(
    reported: Callable[..., tuple[Ran, str]], scores: Path, run: Callable[..., Ran], folder: Path
) -> None:
    reported(".csv")
    lines = scores.read_text().splitlines()
    assert len(lines) == 8  # of 9 photos one was taken too soon
    reported(".csv")
    assert scores.read_text().splitlines() == lines
    assert run("course", folder, "--scores", scores, "--rescore").status == 1
    assert scores.read_text().splitlines()[:8] == lines
    assert len(scores.read_text().splitlines()) == 16


def test_scores_of_two_networks_are_never_mixed(
    reported: Callable[..., tuple[Ran, str]], scores: Path, tmp_path: Path, run: Callable[..., Ran], folder: Path
) -> None:
    reported(".csv")
    own = tmp_path / "scores.jsonl"
    own.write_bytes(scores.read_bytes())
    other = sorted((WEIGHTS / "folds").glob("*.onnx"))[0]
    ran = run("course", folder, "--scores", own, "--model", other)
    assert ran.status == 2
    assert "never mixed" in ran.err
    assert "--rescore" in ran.err
    assert own.read_bytes() == scores.read_bytes()
    ran = run("course", folder, "--scores", own, "--model", other, "--rescore")
    assert ran.status == 1, ran.err
    assert own.read_bytes().startswith(scores.read_bytes())


def test_the_course_as_it_stood_on_an_earlier_day(run: Callable[..., Ran], folder: Path, scores: Path) -> None:
    ran = run("course", folder, "--on", "2025-01-20", "--scores", scores)
    assert ran.status == 0, ran.err
    assert "Too early" in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "report.pdf"), "must end in .html, .csv, .json"),
        (("--out", "course.toml"), "must end in"),
        (("--on", "2999-01-01"), "lies in the future"),
        (("--scores", "scores.csv"), "must end in .jsonl"),
        (("--model", "no.onnx"), "no.onnx"),
    ],
)
def test_wrong_usage_is_told_before_any_work(
    run: Callable[..., Ran], folder: Path, options: tuple[str, str], said: str
) -> None:
    ran = run("course", folder, *options)
    assert ran.status == 2
    assert said in ran.err


def test_a_mistake_in_the_course_leaves_an_old_report_as_it_was(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "P" / f"{date(2025, 1, 1)}").mkdir(parents=True)
    (tmp_path / "P" / "2025-01-01" / "side.jpg").write_bytes(b"x")
    ran = run("course", tmp_path / "P", "--out", tmp_path / "report.html")
    assert ran.status == 2
    assert "2025-01-01/side.jpg: the name must begin with the view" in ran.err
    assert (tmp_path / "report.html").read_text() == "old"


def test_another_person_s_real_photo_is_a_verdict_that_names_the_row(
    run: Callable[..., Ran], data_root: Path, tmp_path: Path
) -> None:
    first, second = photos_of(data_root, "london", 2)
    (tmp_path / "visits.csv").write_text(
        f"date,session,needling,view,photo\n2025-01-01,1,before,front,{first}\n2025-05-01,,,front,{second}\n"
    )
    path = tmp_path / "course.toml"
    path.write_text(f'patient = "P-2"\nphotos = {json.dumps(str(data_root))}\nvisits = "visits.csv"\n')
    ran = run("course", path)
    assert ran.status == 1, ran.err
    assert "Not comparable." in ran.out
    assert "visits.csv line 3: not comparable" in ran.out
