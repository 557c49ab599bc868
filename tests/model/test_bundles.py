"""A bundle is used only whole: every part there, unchanged, and both networks made for each other."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scarscore.datasets.cards import Use
from scarscore.model import bundle as files
from scarscore.model import bundles
from scarscore.model.bundle import open_bundle, write_metadata
from scarscore.model.bundles import LICENCE_CLASSES, ModelBundle, open_model, pack_bundle, shipped_names
from scarscore.model.command import models
from scarscore.model.engine import Engine
from scarscore.model.errors import BadBundle, ModelError, ModelTampered
from scarscore.model.preprocess import everywhere, fit

Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def shipped() -> ModelBundle:
    return open_model()


@pytest.fixture
def folder(shipped: ModelBundle, tmp_path: Path) -> Path:
    return pack_bundle(replace(shipped, name="mine", version="7.1", card="# mine\n"), tmp_path / "mine")


def test_every_shipped_bundle_is_whole_and_small_and_its_card_names_its_networks() -> None:
    assert shipped_names()[0] == "default"
    for name in shipped_names():
        bundle = open_model(name)
        assert bundle.card is not None
        assert bundle.severity.sha256 in bundle.card
        assert bundle.regions.sha256 in bundle.card
        assert f"licence class *{bundle.licence_class}*" in bundle.card
        assert len(bundle.severity.data) + len(bundle.regions.data) < 20_000_000


def test_licence_classes_are_those_of_the_cards_in_their_order() -> None:
    assert list(LICENCE_CLASSES) == [use.value for use in Use]


@pytest.mark.parametrize("name", ["mine", "mine.zip"])
def test_a_bundle_is_read_back_as_it_was_packed_and_scores_alike(
    name: str, shipped: ModelBundle, tmp_path: Path
) -> None:
    mine = replace(shipped, name="mine", version="7.1", card="# mine\n")
    path = pack_bundle(mine, tmp_path / name)
    again = open_model(str(path))
    assert again == mine
    photo = np.full((64, 48, 3), 150, np.uint8)
    frame = fit(photo, everywhere(photo))
    told = [Engine(bundle.severity).look(frame).severity for bundle in (again, shipped)]
    np.testing.assert_array_equal(*told)


def test_the_same_bundle_is_the_same_file(shipped: ModelBundle, tmp_path: Path) -> None:
    first, second = (pack_bundle(shipped, tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second


@pytest.mark.parametrize("file", ["severity.onnx", "regions.onnx", "card.md"])
def test_one_flipped_bit_in_any_part_is_found(file: str, folder: Path) -> None:
    data = bytearray((folder / file).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file).write_bytes(data)
    with pytest.raises(ModelTampered, match=f"{file} has SHA-256"):
        open_model(str(folder))


def in_table(old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        table = folder / "bundle.toml"
        text = table.read_text()
        assert old in text
        table.write_text(text.replace(old, new, 1))

    return spoil


def without(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without("bundle.toml"), r"bundle\.toml cannot be read: No such file"),
        (without("card.md"), r"card\.md cannot be read: No such file"),
        (without("regions.onnx"), r"regions\.onnx cannot be read"),
        (in_table("schema = 1", "schema = 2"), "schema 2, this scarscore reads 1"),
        (in_table('licence_class = "research"', 'licence_class = "release"'), "says licence class 'release'"),
        (in_table("[card]", "[cart]"), "says nothing of 'card'"),
        (in_table('name = "mine"', "name = "), "cannot be read"),
        (in_table('file = "card.md"', 'file = "../card.md"'), "does not lie in the bundle"),
        (in_table('file = "card.md"', 'file = "\\u0000"'), "does not lie in the bundle"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said(spoil: Spoil, message: str, folder: Path) -> None:
    spoil(folder)
    with pytest.raises(BadBundle, match=message):
        open_model(str(folder))


def test_an_empty_card_is_no_card(shipped: ModelBundle, tmp_path: Path) -> None:
    path = pack_bundle(replace(shipped, card=" \n"), tmp_path / "mine")
    with pytest.raises(BadBundle, match="the card is empty"):
        open_model(str(path))
    with pytest.raises(BadBundle, match="needs a card"):
        pack_bundle(replace(shipped, card=None), tmp_path / "none")


def test_a_zip_without_a_part_and_a_file_that_is_no_zip_are_refused(folder: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    with zipfile.ZipFile(half, "w") as archive:
        archive.write(folder / "bundle.toml", "bundle.toml")
    with pytest.raises(BadBundle, match=r"holds no severity\.onnx"):
        open_model(str(half))
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BadBundle, match="neither a folder nor a zip"):
        open_model(str(tmp_path / "text.zip"))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_that_could_unpack_without_bound_is_not_unpacked(packing: int, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", packing) as archive:
        archive.writestr("bundle.toml", b"#" * 1_000_000)
    with pytest.raises(BadBundle, match="packed in another way than stored or deflated"):
        open_model(str(bomb))


def test_a_deflated_zip_is_read_and_one_with_a_damaged_stream_is_refused(
    folder: Path, shipped: ModelBundle, tmp_path: Path
) -> None:
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
        start = archive.getinfo("bundle.toml").header_offset + len("bundle.toml") + 30
    assert open_model(str(packed)).severity == shipped.severity
    data = bytearray(packed.read_bytes())
    data[start] = 0xFF  # a block of a kind that there is not
    packed.write_bytes(data)
    with pytest.raises(BadBundle, match="neither a folder nor a zip that can be read"):
        open_model(str(packed))


def test_a_pipe_in_the_place_of_a_part_is_not_waited_for(folder: Path) -> None:
    (folder / "card.md").unlink()
    os.mkfifo(folder / "card.md")
    with pytest.raises(BadBundle, match=r"card\.md is no file"):
        open_model(str(folder))


def test_a_name_with_quotes_is_read_back(shipped: ModelBundle, tmp_path: Path) -> None:
    path = pack_bundle(replace(shipped, name='my "own"', version="1\\2"), tmp_path / "mine")
    assert (open_model(str(path)).name, open_model(str(path)).version) == ('my "own"', "1\\2")


@pytest.mark.parametrize("packed", [False, True])
def test_an_entry_that_is_too_large_is_never_read_whole(
    packed: bool, shipped: ModelBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack_bundle(shipped, tmp_path / ("mine.zip" if packed else "mine"))
    monkeypatch.setattr(bundles, "LARGEST", 1_000_000)
    with pytest.raises(BadBundle, match="larger than 1,000,000 bytes"):
        open_model(str(path))


def test_networks_that_were_not_made_for_each_other_are_refused(shipped: ModelBundle, tmp_path: Path) -> None:
    metadata = replace(shipped.severity.metadata, regions_sha256="0" * 64)
    other = open_bundle(write_metadata(shipped.severity.data, metadata))
    path = pack_bundle(replace(shipped, severity=other), tmp_path / "mine")
    with pytest.raises(BadBundle, match="made with another region network"):
        open_model(str(path))


def test_a_bare_network_goes_with_the_shipped_regions_and_has_no_card(shipped: ModelBundle) -> None:
    for bare in (open_model("fold0"), open_model(str(files.WEIGHTS / "severity.onnx"))):
        assert bare.card is None
        assert bare.regions == shipped.regions


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no model named 'deflaut': there are default"):
        open_model("deflaut")


def test_a_shipped_card_that_was_changed_or_is_missing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in filter(Path.is_file, files.WEIGHTS.iterdir()):
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.setattr(files, "WEIGHTS", tmp_path)
    (tmp_path / "default.md").unlink()
    with pytest.raises(BadBundle, match="card of default cannot be read"):
        open_model()
    (tmp_path / "default.md").write_text("# A better network\n")
    with pytest.raises(ModelTampered, match=r"the card default\.md"):
        open_model()


def test_the_list_and_a_card_are_shown_plainly_and_as_json(shipped: ModelBundle) -> None:
    listed = json.loads(CliRunner().invoke(models, ["list", "--json"]).output)
    assert [row["name"] for row in listed] == list(shipped_names())
    assert listed[0]["severity"]["sha256"] == shipped.severity.sha256
    assert listed[0]["licence_class"] == "research"
    plain = CliRunner().invoke(models, ["list"], env={"COLUMNS": "160"}).output
    assert all(name in plain for name in shipped_names())
    assert shipped.card is not None
    assert CliRunner().invoke(models, ["show", "default"]).output.strip() == shipped.card.strip()
    told = json.loads(CliRunner().invoke(models, ["show", "default", "--json"]).output)
    assert (told["card"], told["regions"]["sha256"]) == (shipped.card, shipped.regions.sha256)
    assert "no card" in CliRunner().invoke(models, ["show", "fold1"]).output
