"""The demo, end to end with the real network: six falling severities, and a page that stands alone."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from rich.console import Console

from scarscore.serve.demo.chart import chart
from scarscore.serve.demo.command import demo, present
from scarscore.serve.demo.course import ScoredVisit, rises, scored_course
from scarscore.serve.demo.page import render_page
from scarscore.serve.scoring.result import DISCLAIMER, PhotoScore
from scarscore.serve.scoring.score import Scorer, score_photo

VOID = {"meta", "br", "img", "line", "circle", "path", "polyline"}


@dataclass(frozen=True)
class Ran:
    result: Result
    folder: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("demo") / "new" / "folder"
    return Ran(CliRunner().invoke(demo, ["--out", str(folder)], env={"COLUMNS": "100"}), folder)


@pytest.fixture(scope="module")
def visits() -> tuple[ScoredVisit, ...]:
    return scored_course(6, Scorer.load())


@dataclass
class Page(HTMLParser):
    """A page's tags, open elements, rows of cells, and everything it refers to."""

    tags: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "data"}]
        if tag not in VOID:
            self.unclosed.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.unclosed and self.unclosed[-1] == "td":
            self.cells[-1] += data


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


def test_the_six_severities_fall_and_the_demo_ends_well(ran: Ran) -> None:
    assert ran.result.exit_code == 0, ran.result.output
    severities = [float(found) for found in re.findall(r"%\s+(\d+\.\d) \(", ran.result.output)]
    assert len(severities) == 6
    assert all(before > after for before, after in pairwise(severities))
    assert str(ran.folder / "course.html") in ran.result.output
    assert "Not a diagnosis" in ran.result.output


def test_the_course_begins_scarred_and_ends_with_little(visits: tuple[ScoredVisit, ...]) -> None:
    assert visits[0].score.severity > visits[-1].score.severity + 20
    assert not rises(visits)


def test_the_photos_are_scored_as_any_photo_is(ran: Ran, visits: tuple[ScoredVisit, ...]) -> None:
    for visit in visits:
        saved = (ran.folder / f"visit-{visit.number}.jpg").read_bytes()
        assert saved == visit.photo
        assert score_photo(saved) == visit.score


def test_there_is_an_overlay_for_every_photo_and_one_picture_of_all(ran: Ran) -> None:
    names = sorted(path.name for path in ran.folder.iterdir())
    assert len(names) == 14
    with Image.open(ran.folder / "course.png") as picture:
        assert picture.width > 6 * 200
    for number in range(1, 7):
        with Image.open(ran.folder / f"visit-{number}-overlay.png") as picture:
            picture.load()
            assert picture.width >= 600


def test_the_page_needs_no_network_and_no_script(ran: Ran) -> None:
    html = (ran.folder / "course.html").read_text("utf-8")
    page = parsed(html)
    assert not page.unclosed
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[A-Za-z0-9+/=]+", "", html))
    assert len(page.references) == 12
    for reference in page.references:
        head, _, data = reference.partition(",")
        assert head == "data:image/jpeg;base64"
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as picture:
            picture.load()


def test_the_page_says_what_it_is_and_which_network_it_was(ran: Ran, visits: tuple[ScoredVisit, ...]) -> None:
    html = (ran.folder / "course.html").read_text("utf-8")
    model = visits[0].score.model
    for told in ("Synthetic skin", DISCLAIMER, model.name, model.version, model.sha256, model.licence_class):
        assert told in html


def test_the_table_says_what_the_chart_shows(visits: tuple[ScoredVisit, ...]) -> None:
    page = parsed(render_page(visits, 1, "In order."))
    rows = [page.cells[start : start + 7] for start in range(0, len(page.cells), 7)]
    assert [row[1] for row in rows] == [visit.visit.date.isoformat() for visit in visits]
    assert [row[3] for row in rows] == [f"{visit.score.severity:.1f}" for visit in visits]
    assert [row[4] for row in rows] == [visit.interval for visit in visits]
    assert page.tags.count("circle") == len(visits)


def test_what_comes_from_a_model_file_is_escaped(visits: tuple[ScoredVisit, ...]) -> None:
    hostile = replace(visits[0].score, model=replace(visits[0].score.model, name="<script>alert(1)</script>"))
    html = render_page([replace(visits[0], score=hostile), *visits[1:]], 1, "<b>order</b>")
    page = parsed(html)
    assert "script" not in page.tags
    assert "b" not in page.tags


def test_a_severity_that_does_not_fall_is_said_and_fails(visits: tuple[ScoredVisit, ...], tmp_path: Path) -> None:
    third = replace(visits[2], score=replace(visits[2].score, severity=visits[1].score.severity))
    level = (*visits[:2], third, *visits[3:])
    terminal = Console(file=io.StringIO(), width=100)
    assert rises(level) == (3,)
    assert not present(level, 1, tmp_path, terminal)
    assert isinstance(terminal.file, io.StringIO)
    assert "visit 3" in terminal.file.getvalue()
    assert "visit 3" in (tmp_path / "course.html").read_text("utf-8")


@pytest.mark.parametrize(("low", "value", "high"), [(0.0, 0.0, 4.0), (40.0, 50.0, 60.0), (96.0, 100.0, 100.0)])
def test_the_terminal_chart_puts_the_dot_within_its_bar_and_the_axis(
    visits: tuple[ScoredVisit, ...], low: float, value: float, high: float
) -> None:
    score: PhotoScore = replace(visits[0].score, severity=value, severity_low=low, severity_high=high)
    line, rule, numbers = chart([replace(visits[0], score=score)], 80, plain=True).plain.splitlines()
    bar = line[12:]
    assert bar.count("o") == 1
    assert bar.index("o") == round(value / 100 * (len(rule) - 12 - 1))
    assert len(line) <= 80
    assert len(numbers) <= 80
    assert numbers.split() == ["0", "20", "40", "60", "80", "100"]


def test_a_folder_that_cannot_be_made_is_an_error_of_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(demo, ["--out", str(tmp_path / "file" / "demo")])
    assert result.exit_code != 0
    assert result.exception is not None
    assert "cannot write the demo" in str(result.exception)


def test_the_overlays_are_pictures_of_their_own_visit(visits: tuple[ScoredVisit, ...]) -> None:
    assert all(visit.overlay.dtype == np.uint8 for visit in visits)
    assert (visits[0].overlay != visits[-1].overlay).any()
