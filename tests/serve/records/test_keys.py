"""The master key and what it seals: nothing can be exchanged or changed, and no text holds a key."""

from __future__ import annotations

import logging
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from scarscore.serve.cli import root
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.errors import VaultError
from scarscore.serve.records.keys import MASTER, RECOVERY, MasterKey, new_recovery_key, seal, unseal
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.recovery import renew_recovery_key
from scarscore.serve.records.setup import set_up
from tests.serve.records.parts import NURSE, lines, new_course, take, visit_on

KEY, OTHER = b"k" * 32, b"o" * 32


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_is_unsealed(content: bytes, belongs_to: str) -> None:
    assert unseal(KEY, seal(KEY, content, belongs_to), belongs_to) == content


def test_the_same_content_is_never_sealed_twice_alike() -> None:
    assert len({seal(KEY, b"a name", "patient") for _ in range(100)}) == 100


@pytest.mark.parametrize(("key", "belongs_to"), [(OTHER, "patient 1"), (KEY, "patient 2"), (KEY, "")])
def test_another_key_or_another_owner_opens_nothing(key: bytes, belongs_to: str) -> None:
    with pytest.raises(VaultError):
        unseal(key, seal(KEY, b"a name", "patient 1"), belongs_to)


def test_every_flipped_bit_is_found_out() -> None:
    sealed = seal(KEY, b"a name", "patient")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VaultError):
            unseal(KEY, bytes(changed), "patient")


def test_a_wrapped_key_of_one_photo_is_none_of_another_and_no_name(tmp_path: Path) -> None:
    master, _ = MasterKey.create(tmp_path)
    key, wrapped = master.new_key("photo1")
    assert master.unwrap(wrapped, "photo1") == key
    assert key not in wrapped
    with pytest.raises(VaultError):
        master.unwrap(wrapped, "photo2")
    with pytest.raises(VaultError):
        master.unseal_text(wrapped, "photo1")


def test_a_name_comes_back_in_every_script(tmp_path: Path) -> None:
    master, _ = MasterKey.create(tmp_path)
    for name in ("Zoë Müller-Łukasiewicz", "محمد", "山田 花子", ""):
        sealed = master.seal_text(name, "patient1")
        assert master.unseal_text(sealed, "patient1") == name
        with pytest.raises(VaultError):
            master.unseal_text(sealed, "patient2")


def test_only_its_owner_may_read_the_key(tmp_path: Path) -> None:
    MasterKey.create(tmp_path / "keys")
    for name in (MASTER, RECOVERY):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_is_loaded_again_and_never_made_over_another(tmp_path: Path) -> None:
    master, _ = MasterKey.create(tmp_path)
    assert MasterKey.load(tmp_path) == master
    with pytest.raises(VaultError, match="already"):
        MasterKey.create(tmp_path)
    assert MasterKey.load(tmp_path) == master


@pytest.mark.parametrize(
    "sloppily",
    [
        lambda key: key,
        str.lower,
        lambda key: key.replace("-", ""),
        lambda key: f"  {key.replace('-', ' ')}\n",
        lambda key: "\t".join(key),
        lambda key: key.replace("-", " – "),
    ],
    ids=["as shown", "small letters", "without dashes", "blanks", "tabs between letters", "other dashes"],
)
def test_the_recovery_key_opens_it_however_it_was_typed(tmp_path: Path, sloppily: object) -> None:
    master, recovery = MasterKey.create(tmp_path)
    (tmp_path / MASTER).unlink()
    assert callable(sloppily)
    assert MasterKey.recover(tmp_path, sloppily(recovery)) == master
    assert MasterKey.load(tmp_path) == master
    assert stat.S_IMODE((tmp_path / MASTER).stat().st_mode) == 0o600


def test_another_recovery_key_opens_the_same_master_key_and_the_one_before_no_more(here: Clinic) -> None:
    master, keys = here.vault.master, here.place.keys
    old = master.seal_for_recovery(keys)
    shot = take(here, visit_on(here, new_course(here, "Somebody"), 30)).id

    new = renew_recovery_key(here)

    assert new != old
    (keys / MASTER).unlink()
    with pytest.raises(VaultError):
        MasterKey.recover(keys, old)
    assert MasterKey.recover(keys, new) == master
    assert stat.S_IMODE((keys / RECOVERY).stat().st_mode) == 0o600
    assert photo_bytes(here, NURSE, shot)
    assert len(lines(here, "vault", "new-recovery-key")) == 1


def test_a_master_key_of_other_records_gets_no_recovery_key_in_place_of_the_right_one(here: Clinic) -> None:
    old = here.vault.master.seal_for_recovery(here.place.keys)
    new_course(here, "Somebody")
    other, _ = MasterKey.create(here.place.folder / "other")
    wrong = replace(here, vault=replace(here.vault, master=other))

    with pytest.raises(VaultError, match="not the one of these records"):
        renew_recovery_key(wrong)
    assert MasterKey.recover(here.place.keys, old) == here.vault.master
    assert not lines(here, "vault", "new-recovery-key")


def test_the_command_prints_a_recovery_key_once(tmp_path: Path) -> None:
    clinic, old = set_up(Place(tmp_path), "Made-up", "boss", "seven quiet herons")
    clinic.close()
    done = CliRunner().invoke(root, ["vault", "new-recovery-key", "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output

    (told,) = re.findall(r"(?:[A-Z2-9]{5}-){7}[A-Z2-9]{5}", done.output)
    assert MasterKey.recover(tmp_path / "keys", told) == clinic.vault.master
    with pytest.raises(VaultError):
        MasterKey.recover(tmp_path / "keys", old)


def test_a_wrong_recovery_key_changes_nothing(tmp_path: Path) -> None:
    _, recovery = MasterKey.create(tmp_path)
    before = (tmp_path / MASTER).read_bytes()
    for wrong in ("", recovery[:-1], recovery + "A", new_recovery_key()):
        with pytest.raises(VaultError):
            MasterKey.recover(tmp_path, wrong)
    assert (tmp_path / MASTER).read_bytes() == before


def test_without_its_files_it_says_how_the_key_is_restored(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="vault recover"):
        MasterKey.load(tmp_path)
    with pytest.raises(VaultError, match=r"recovery\.key cannot be read"):
        MasterKey.recover(tmp_path, new_recovery_key())


@pytest.mark.parametrize("content", [b"", b"\n", b"AAAA", b"not base64 at all", b"\xff" * 44])
def test_a_master_key_that_is_damaged_is_told_apart_from_a_good_one(tmp_path: Path, content: bytes) -> None:
    MasterKey.create(tmp_path)
    (tmp_path / MASTER).write_bytes(content)
    with pytest.raises(VaultError, match="vault recover"):
        MasterKey.load(tmp_path)


def test_a_recovery_key_has_200_random_bits_in_letters_that_can_be_written_down() -> None:
    keys = [new_recovery_key() for _ in range(200)]
    letters = "".join(keys).replace("-", "")
    assert all([len(group) for group in key.split("-")] == [5] * 8 for key in keys)
    assert len(set(keys)) == 200
    assert len(set(letters)) == 32
    assert not set(letters) & set("01IO")


def test_no_text_made_of_a_key_shows_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    master, _ = MasterKey.create(tmp_path)
    written = (tmp_path / MASTER).read_text().strip()
    logging.getLogger("scarscore").error("%s %r", master, master)
    for text in (str(master), repr(master), f"{master}", repr((master,)), caplog.text):
        assert "MasterKey(" in text
        assert written not in text
        assert repr(master._bytes) not in text
        assert master._bytes.hex() not in text
