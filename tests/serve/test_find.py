"""Which files a batch is about: every file once, in one order, whatever the folder holds."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from scarscore.serve.batch.find import Found, find, shard
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def found(*arguments: Path | str, stdin: bytes = b"", leave_out: tuple[Path, ...] = ()) -> list[str]:
    return [one.path for one in find([str(argument) for argument in arguments], io.BytesIO(stdin), leave_out)]


def below(folder: Path, paths: list[str]) -> list[str]:
    return [str(Path(path).relative_to(folder)) for path in paths]


def test_a_folder_gives_every_file_of_whatever_type_in_byte_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.jpg", "a/z.png", "a.txt", "B.jpg", "a/deep/er/y.heic", "é.jpg", "no suffix")
    expected = ["B.jpg", "a.txt", "a/deep/er/y.heic", "a/z.png", "b.jpg", "no suffix", "é.jpg"]
    assert below(tmp_path, found(tmp_path)) == expected


def test_hidden_files_and_folders_are_passed_over_unless_named(tmp_path: Path) -> None:
    touch(tmp_path, ".DS_Store", "._a.jpg", ".hidden/b.jpg", "c.jpg")
    assert below(tmp_path, found(tmp_path)) == ["c.jpg"]
    named = found(tmp_path / ".hidden", tmp_path / ".DS_Store")
    assert below(tmp_path, named) == [".DS_Store", ".hidden/b.jpg"]


def test_a_file_that_is_named_several_ways_comes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a/x.jpg", "a/y.jpg")
    monkeypatch.chdir(tmp_path)
    assert found("a", "a/x.jpg", "./a", "a/../a/x.jpg") == ["a/../a/x.jpg", "a/y.jpg"]


def test_loops_of_links_end_and_each_real_folder_comes_once_under_its_own_name(tmp_path: Path) -> None:
    touch(tmp_path, "real/x.jpg", "real/sub/y.jpg")
    (tmp_path / "0link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "up").symlink_to(tmp_path)
    (tmp_path / "real" / "sub" / "self").symlink_to(tmp_path / "real" / "sub" / "self")
    paths = below(tmp_path, found(tmp_path))
    assert paths == ["real/sub/self", "real/sub/y.jpg", "real/x.jpg"]  # `self` leads nowhere: a row, refused


def test_a_linked_file_is_the_file_and_a_dangling_link_gets_a_row(tmp_path: Path) -> None:
    touch(tmp_path, "x.jpg")
    (tmp_path / "a-link.jpg").symlink_to(tmp_path / "x.jpg")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    assert below(tmp_path, found(tmp_path)) == ["gone.jpg", "x.jpg"]


def test_a_folder_reached_only_by_a_link_is_searched(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/x.jpg")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "more").symlink_to(tmp_path / "elsewhere")
    assert below(tmp_path / "photos", found(tmp_path / "photos")) == ["more/x.jpg"]


def test_names_that_are_no_utf8_are_found(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\xff.jpg")
    touch(tmp_path, name)
    assert found(tmp_path) == [str(tmp_path / name)]


def test_what_the_batch_itself_writes_is_left_out_of_a_search(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "scores.csv", "heat/a.png", "sub/scores.csv")
    paths = found(tmp_path, leave_out=(tmp_path / "scores.csv", tmp_path / "heat"))
    assert below(tmp_path, paths) == ["a.jpg", "sub/scores.csv"]


def test_a_path_that_does_not_exist_is_a_usage_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.jpg.*does not exist"):
        found(tmp_path / "nothing.jpg")


def test_a_manifest_resolves_relative_paths_from_its_own_folder(tmp_path: Path) -> None:
    touch(tmp_path, "set/a.jpg", "other/b.jpg")
    absolute = tmp_path / "other" / "b.jpg"
    manifest = tmp_path / "set" / "list.CSV"
    manifest.write_text(f"\ufeffid,path\n1,a.jpg\n2,{absolute}\n\n3,gone.jpg\n", encoding="utf-8")
    assert below(tmp_path, found(manifest)) == ["other/b.jpg", "set/a.jpg", "set/gone.jpg"]


def test_a_manifest_may_hold_names_that_are_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"path\nna\xefve.jpg\n")
    assert found(tmp_path / "list.csv") == [str(tmp_path / os.fsdecode(b"na\xefve.jpg"))]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("file\na.jpg\n", "no column 'path'"),
        ("", "no column 'path'"),
        ("path,path\na.jpg,b.jpg\n", "the column 'path' twice"),
        ("path,view,view\na.jpg,front,left\n", "the column 'view' twice"),
        ("path,id\na.jpg,1\n,2\n", "line 3"),
        ("path\na\0b.jpg\n", "line 2"),
        ('path\n"a.jpg\n', "cannot be read"),
    ],
)
def test_a_broken_manifest_is_a_usage_error_saying_where(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(UsageError, match=complaint):
        found(tmp_path / "list.csv")


def test_a_csv_file_inside_a_folder_is_a_file_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("path\n/etc/passwd\n")
    assert below(tmp_path, found(tmp_path)) == ["list.csv"]


@pytest.mark.parametrize("listed", [b"b.jpg\na\xff.jpg\r\n\n", b"b.jpg\0a\xff.jpg\0"])
def test_standard_input_gives_paths_by_line_or_by_nul(listed: bytes) -> None:
    assert found("-", stdin=listed) == [os.fsdecode(b"a\xff.jpg"), "b.jpg"]


def test_with_nul_a_name_may_hold_a_line_feed() -> None:
    assert found("-", stdin=b"one\nname.jpg\0") == ["one\nname.jpg"]


def test_a_listed_name_that_no_file_system_can_hold_still_gets_its_row() -> None:
    assert found("-", stdin=b"x" * 5000) == ["x" * 5000]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_together_are_the_whole(count: int) -> None:
    paths = tuple(Found(f"{number:02}.jpg") for number in range(20))
    shares = [shard(paths, number + 1, count) for number in range(count)]
    assert sorted(one.path for share in shares for one in share) == [one.path for one in paths]
    assert shares[0][:2] == (paths[0], paths[count])


def test_a_folder_that_cannot_be_read_gets_a_row_instead_of_being_missed(tmp_path: Path) -> None:
    """Its path is longer than the system takes: unlike a folder without permission, root cannot read it."""
    touch(tmp_path, "a.jpg")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        here, last = os.open("d" * 250, os.O_RDONLY, dir_fd=here), here
        os.close(last)
    os.close(here)
    file, folder = found(tmp_path)
    assert file == str(tmp_path / "a.jpg")
    assert len(folder) > 3800
    assert folder.endswith("d" * 250)


def test_a_manifest_may_say_what_each_photo_shows(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    (tmp_path / "m.csv").write_text("path,view\nb.jpg, Left\na.jpg,\n")
    told = find([str(tmp_path / "m.csv"), str(tmp_path / "c.jpg")], io.BytesIO())
    assert [(Path(one.path).name, one.view) for one in told] == [("a.jpg", None), ("b.jpg", View.LEFT), ("c.jpg", None)]


def test_a_photo_listed_again_keeps_its_view_and_two_views_are_a_mistake(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "m.csv").write_text("path,view\na.jpg,right\n")
    both = find([str(tmp_path / "a.jpg"), str(tmp_path / "m.csv")], io.BytesIO())
    assert both == (Found(str(tmp_path / "a.jpg"), View.RIGHT),)
    (tmp_path / "m.csv").write_text("path,view\na.jpg,right\na.jpg,left\n")
    with pytest.raises(UsageError, match="two views"):
        find([str(tmp_path / "m.csv")], io.BytesIO())


def test_a_view_that_is_none_names_its_line(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "m.csv").write_text("path,view\na.jpg,sideways\n")
    with pytest.raises(UsageError, match=r"line 2 of the manifest .*'sideways' is none of front, left, right, closeup"):
        find([str(tmp_path / "m.csv")], io.BytesIO())
