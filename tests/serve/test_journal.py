"""The journal: nothing finished is lost, nothing torn is believed, and no other batch's work is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scarscore.serve.batch.journal import Done, Job, Journal, Stamp, digest_of, stamp_of
from scarscore.serve.batch.rows import row_of
from scarscore.serve.errors import OutputError, UsageError
from scarscore.serve.scoring.result import Reason, refusal

JOB = Job("0.1.0", "ab" * 32, digest_of(["a", "b"]), "none", "1/1")


def done(index: int, size: int = 5) -> Done:
    return Done(index, Stamp(size, 7), row_of(f"{index}.jpg", refusal(Reason.NO_SKIN)))


def anything(_: Done) -> bool:
    return True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scores.csv.journal"


def written(path: Path, *indices: int) -> bytes:
    with closing(Journal.begin(path, JOB)) as journal:
        for index in indices:
            journal.add(done(index))
    return path.read_bytes()


def resumed(path: Path, job: Job = JOB, still_good: Callable[[Done], bool] = anything) -> list[str]:
    with closing(Journal.resume(path, job, still_good)) as journal:
        return [row.path for row in journal.rows()]


def test_rows_come_back_as_they_were_in_the_order_of_the_list(path: Path) -> None:
    with closing(Journal.begin(path, JOB)) as journal:
        for index in (2, 0, 1):
            journal.add(done(index))
        assert list(journal.rows()) == [done(index).row for index in range(3)]
        assert [index in journal for index in range(4)] == [True, True, True, False]


def test_every_line_is_on_its_way_to_the_disk_before_the_next_photo(path: Path) -> None:
    with closing(Journal.begin(path, JOB)) as journal:
        for index in range(3):
            journal.add(done(index))
            assert len(path.read_bytes().splitlines()) == index + 2


@pytest.mark.parametrize("ending", [b"", b'{"index": 1, "si', b"\0\0\0\0\n", b'{"index": 1}\n', b"[]\n"])
def test_a_torn_end_is_dropped_and_written_over(path: Path, ending: bytes) -> None:
    whole = written(path, 0)
    path.write_bytes(whole + ending)
    assert resumed(path) == ["0.jpg"]
    assert path.read_bytes() == whole


def test_a_journal_cut_anywhere_is_resumed_with_what_is_whole(path: Path) -> None:
    whole = written(path, 0, 1, 2)
    ends = [position + 1 for position, byte in enumerate(whole) if byte == 0x0A]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        lines = sum(end <= cut for end in ends)
        assert len(resumed(path)) == max(0, lines - 1), f"cut at byte {cut}"


def test_a_photo_that_is_no_longer_good_is_done_again_and_its_last_row_counts(path: Path) -> None:
    written(path, 0, 1)
    with closing(Journal.resume(path, JOB, lambda entry: entry.index != 0)) as journal:
        assert 0 not in journal
        journal.add(replace(done(0, size=6), row=row_of("again.jpg", refusal(Reason.BLURRED))))
    assert resumed(path, still_good=lambda entry: entry.stamp.size == 6) == ["again.jpg"]
    assert resumed(path) == ["again.jpg", "1.jpg"]


def test_a_journal_that_lies_there_is_not_touched_and_both_ways_on_are_named(path: Path) -> None:
    whole = written(path, 0)
    with pytest.raises(UsageError, match=r"--resume to go on.*or delete that file"):
        Journal.begin(path, JOB)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("job", "difference"),
    [
        (replace(JOB, model="cd" * 32), "another network"),
        (replace(JOB, photos=digest_of(["a"])), "another list of photos"),
        (replace(JOB, shard="1/2"), "another --shard"),
        (replace(JOB, pictures="overlays heat"), "other --overlays"),
        (replace(JOB, program="0.2.0"), "another version"),
    ],
)
def test_another_jobs_journal_is_refused_by_what_differs(path: Path, job: Job, difference: str) -> None:
    whole = written(path, 0)
    with pytest.raises(UsageError, match=difference):
        resumed(path, job)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("content", [b"my notes\n", b"[1]\n", b"{}\n"])
def test_a_file_that_is_no_journal_is_never_touched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError):
        resumed(path)
    assert path.read_bytes() == content


def test_resuming_without_a_journal_begins_one(path: Path) -> None:
    assert resumed(path) == []
    assert json.loads(path.read_bytes())["model"] == JOB.model


def test_two_runs_of_one_batch_do_not_write_over_each_other(path: Path) -> None:
    with closing(Journal.begin(path, JOB)), pytest.raises(UsageError, match="another scarscore"):
        Journal.resume(path, JOB, anything)
    assert resumed(path) == []


def test_a_full_disk_is_told_and_what_was_written_stays_good(path: Path) -> None:
    written(path, 0)
    journal = Journal.resume(path, JOB, anything)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, journal._file.fileno())
    os.close(full)
    with closing(journal), pytest.raises(OutputError, match=r"No space left.*--resume"):
        journal.add(done(1))
    assert resumed(path) == ["0.jpg"]


def test_a_journal_that_is_discarded_is_gone(path: Path) -> None:
    Journal.begin(path, JOB).discard()
    assert not path.exists()


def test_a_changed_file_has_another_stamp(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"12345")
    before = stamp_of(str(photo))
    os.utime(photo, ns=(0, before.mtime_ns + 1))
    assert before.size == 5
    assert stamp_of(str(photo)) != before
    assert stamp_of(str(tmp_path / "gone")) == stamp_of("x" * 5000) == Stamp(-1, -1)
