"""Scores kept in a file: never lost, never read wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from scarscore.serve.course.book import Book, Line
from scarscore.serve.course.records import ShotScore
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import Check, Reason, RegionScore, View, refusal

SCORE = ShotScore(
    41.25, 30.0, 52.0, "severity 1 abc regions 1 def", (2, 3), ("boxcar",),
    (RegionScore("chin", 0.25, 0.9, 40.0, ("boxcar",), 1.5, -0.5, None),), (Check("sharpness", 0.5, 0.2, True),),
)  # fmt: skip
SCORED = Line("a" * 64, View.FRONT, "one", SCORE)
REFUSED = Line("b" * 64, View.LEFT, "one", refusal(Reason.BLURRED, (Check("sharpness", 0.1, 0.2, False),)))


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    book = Book.open(tmp_path / "scores.jsonl")
    for line in (SCORED, REFUSED):
        book.add(line)
    again = Book.open(tmp_path / "scores.jsonl")
    assert again.lines == [SCORED, REFUSED]
    assert again.of("a" * 64, View.FRONT) == (SCORED,)
    assert again.of("a" * 64, View.LEFT) == ()


def test_a_line_cut_short_is_passed_over_and_nothing_is_lost_after_it(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    Book.open(path).add(SCORED)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    book = Book.open(path)
    assert book.lines == [SCORED]
    book.add(REFUSED)
    assert path.read_bytes().startswith(whole)
    assert Book.open(path).lines == [SCORED, REFUSED]


@pytest.mark.parametrize("text", ["{}\n", "[1]\n", "scored\n", '{"photo_sha256": "a", "view": "side", "scored": {}}\n'])
def test_a_file_that_is_no_book_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scores.jsonl"
    Book.open(path).add(SCORED)
    path.write_text(path.read_text() + text)
    with pytest.raises(UsageError, match=r"line 2 of the scores"):
        Book.open(path)


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    Book.open(None).add(SCORED)
    assert list(tmp_path.iterdir()) == []


def test_no_name_or_path_of_a_photo_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    Book.open(path).add(SCORED)
    assert "jpg" not in path.read_text()
