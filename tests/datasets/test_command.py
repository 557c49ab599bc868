"""`scarscore datasets`: the real data verify, and every planted damage is named on its own line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scarscore.datasets.command import datasets
from scarscore.datasets.groups import NOTHING
from scarscore.datasets.photos import load
from scarscore.datasets.verify import shown, twins

Edit = Callable[[Path, Callable[[list[list[object]]], None]], None]
COUNTS = {
    "acne04": (412, 352, 108, "research"),
    "acne_new": (567, 177, 0, "research"),
    "habibsatya": (126, 17, 0, "evaluation"),
    "london": (174, 25, 0, "release"),
    "scarnet": (189, 102, 0, "research"),
}


def scarscore(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command line in a fresh process, so that exit statuses are the user's."""
    return subprocess.run(
        [sys.executable, "-m", "scarscore.serve", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def verify(data: Path) -> Result:
    return CliRunner().invoke(datasets, ["verify", "--data", str(data)])


def set_value(column: str, value: object, row: int = 1) -> Callable[[list[list[object]]], None]:
    def change(rows: list[list[object]]) -> None:
        rows[row][rows[0].index(column)] = value

    return change


def test_the_real_data_are_as_stated(data_root: Path) -> None:
    done = scarscore("datasets", "verify", "--data", str(data_root))
    assert (done.returncode, done.stdout) == (
        0,
        "1468 photos: every file, reference and count is as stated\n",
    )


def test_the_real_copy_has_two_pairs_of_twins_that_its_card_tells_of(data_root: Path) -> None:
    notes = list(twins(load(data_root, NOTHING)))
    assert len(notes) == 2
    assert list(twins(load(data_root))) == []  # united by groups.toml
    assert all("acne04/level" in note for note in notes)


def test_the_list_counts_photos_readings_cuts_and_states_use_and_licence(data_root: Path) -> None:
    done = scarscore("datasets", "list", "--json", SCARSCORE_DATA=str(data_root))
    rows = {row["source"]: row for row in json.loads(done.stdout)}
    assert {n: (r["photos"], r["rated"], r["cuts"], r["use"]) for n, r in rows.items()} == COUNTS
    assert rows["london"]["licence"] == "CC BY 4.0, signed consent"


def test_the_table_shows_every_source_and_its_permitted_use(small_data: Path) -> None:
    done = CliRunner().invoke(datasets, ["list", "--data", str(small_data)])
    assert done.exit_code == 0
    for name, (_, _, _, use) in COUNTS.items():
        assert any(name in line and use in line for line in done.output.splitlines())


@pytest.mark.parametrize("command", ["list", "verify"])
def test_missing_data_end_with_status_2_and_say_how_to_name_them(tmp_path: Path, command: str) -> None:
    done = scarscore("datasets", command, "--data", str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"no photos.csv in {tmp_path}" in done.stderr
    assert "--data or SCARSCORE_DATA" in done.stderr


def damage_byte(root: Path, edit: Edit) -> None:
    path = root / "scarnet/rolling/one.jpg"
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)


def damage_missing(root: Path, edit: Edit) -> None:
    (root / "acne04/three.jpg").unlink()


def damage_header(root: Path, edit: Edit) -> None:
    (root / "acne_new/two.jpg").write_bytes(b"not a photo at all")


def damage_size(root: Path, edit: Edit) -> None:
    edit(root / "photos.csv", set_value("width", 47))


def damage_surplus(root: Path, edit: Edit) -> None:
    (root / "acne_new/again.jpg").write_bytes(b"x")


def damage_rating(root: Path, edit: Edit) -> None:
    edit(root / "photos.csv", set_value("rating_id", "r99"))


def damage_repeated_row(root: Path, edit: Edit) -> None:
    edit(root / "photos.csv", lambda rows: rows.append(rows[1]))


def damage_cut(root: Path, edit: Edit) -> None:
    edit(root / "cuts.csv", set_value("x1", 65))


def damage_cut_group(root: Path, edit: Edit) -> None:
    edit(root / "cuts.csv", set_value("group", "g1"))


def damage_box(root: Path, edit: Edit) -> None:
    edit(root / "boxes.csv", set_value("file", "acne_new/none.jpg"))


def damage_label(root: Path, edit: Edit) -> None:
    edit(root / "photos.csv", set_value("label", "crater"))


def damage_class(root: Path, edit: Edit) -> None:
    edit(root / "boxes.csv", set_value("cls", "freckle"))


def damage_source(root: Path, edit: Edit) -> None:
    edit(root / "photos.csv", set_value("source", "elsewhere"))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (damage_byte, ["scarnet/rolling/one.jpg: checksum differs"]),
        (damage_missing, ["acne04/three.jpg: cannot be read: No such file or directory"]),
        (damage_header, ["acne_new/two.jpg: checksum differs", "acne_new/two.jpg: is no photo"]),
        (damage_size, ["scarnet/rolling/one.jpg: is 48 x 32 pixels, not 47 x 32"]),
        (damage_surplus, ["acne_new/again.jpg: surplus, no row of photos.csv names it"]),
        (
            damage_rating,
            [
                "rating id r99: ratings.csv has no reading of it",
                "rating id r1: read in ratings.csv, but no photo or cut has it",
                "rating id r1: read in grid.csv, but no photo or cut has it",
            ],
        ),
        (
            damage_repeated_row,
            [
                "photos.csv: scarnet/rolling/one.jpg has more than one row",
                "rating id r1 belongs to more than one photo or cut",
            ],
        ),
        (damage_cut, ["cuts.csv: c1 leaves its photo acne04/three.jpg"]),
        (damage_cut_group, ["cuts.csv: c1 is of group g1, its photo of group g3"]),
        (damage_box, ["boxes.csv: acne_new/none.jpg is no row of photos.csv"]),
        (damage_label, ["scarnet: the card explains no label 'crater'"]),
        (damage_class, ["acne_new: the card explains no box class 'freckle'"]),
        (damage_source, ["elsewhere: 1 photos, but no card"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_every_planted_damage_is_named_on_its_own_line(
    small_data: Path, edit: Edit, damage: Callable[[Path, Edit], None], expected: list[str]
) -> None:
    before = verify(small_data)
    damage(small_data, edit)
    after = verify(small_data)
    assert after.exit_code == 1
    # A folder of three photos never fits the cards' counts and checksums: those lines stand before and after.
    added = [line for line in after.output.splitlines()[:-1] if line not in before.output and "card says" not in line]
    assert len(added) == len(expected)
    for text in expected:
        assert sum(line.startswith(text) for line in added) == 1


def test_counts_and_checksums_that_do_not_fit_the_cards_are_named(small_data: Path) -> None:
    lines = verify(small_data).output.splitlines()
    assert "scarnet: 1 photos, the card says 189" in lines
    assert "scarnet: the checksum over its rows is not the card's" in lines
    assert lines[-1] == "10 problems"


def test_a_malformed_table_is_one_problem_with_its_line(small_data: Path, edit: Edit) -> None:
    edit(small_data / "ratings.csv", set_value("atrophic", "many"))
    done = verify(small_data)
    assert done.exit_code == 1
    assert done.output.splitlines() == ["ratings.csv line 2: atrophic is 'many', not a number", "1 problem"]


def test_the_same_file_in_two_groups_is_noted(small_data: Path, edit: Edit) -> None:
    def add_twin(rows: list[list[object]]) -> None:
        copy = list(rows[1])
        copy[rows[0].index("group")] = "g9"
        copy[rows[0].index("file")] = "scarnet/rolling/twin.jpg"
        rows.append(copy)

    edit(small_data / "photos.csv", add_twin)
    (note,) = twins(load(small_data))
    assert "one.jpg and scarnet/rolling/twin.jpg are the same file" in note
    assert "g1 and g9" in note


def test_a_surplus_file_with_a_hostile_name_is_shown_escaped(small_data: Path) -> None:
    name = b"\xff\x1b[2J.jpg"
    (small_data / "acne_new" / os.fsdecode(name)).write_bytes(b"x")
    done = scarscore("datasets", "verify", "--data", str(small_data))
    assert done.returncode == 1
    assert r"'acne_new/\udcff\x1b[2J.jpg': surplus" in done.stdout
    assert shown("plain näme.jpg") == "plain näme.jpg"
