"""The vault: photos come back as they were stored or not at all, in a folder and in an object store alike."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from scarscore.serve.records.errors import VaultError
from scarscore.serve.records.keys import MasterKey
from scarscore.serve.records.tables import new_id
from scarscore.serve.records.vault import Vault

PHOTO = b"\xff\xd8\xff" + b"a photo" * 1000


@pytest.fixture
def vault(tmp_path: Path, vault_url: str) -> Vault:
    return Vault.open(vault_url, MasterKey.create(tmp_path / "keys")[0])


def stored(vault: Vault, photo: str) -> bytes:
    """The bytes as they lie there, by a file system of its own, which has cached nothing."""
    files, root = fsspec.core.url_to_fs(where(vault), skip_instance_cache=True)
    content: bytes = files.cat_file(f"{root}/{photo}.sealed")
    return content


def overwrite(vault: Vault, photo: str, content: bytes) -> None:
    files, root = fsspec.core.url_to_fs(where(vault), skip_instance_cache=True)
    files.pipe_file(f"{root}/{photo}.sealed", content)


def where(vault: Vault) -> str:
    return str(vault.files.unstrip_protocol(vault.root))


def test_a_photo_comes_back_as_it_was_stored(vault: Vault) -> None:
    photo = new_id()
    assert vault.get(photo, vault.put(photo, PHOTO)) == PHOTO


def test_nothing_of_a_photo_is_readable_where_it_lies(vault: Vault) -> None:
    photo = new_id()
    vault.put(photo, PHOTO)
    lying = stored(vault, photo)
    assert b"\xff\xd8\xff" not in lying
    assert b"a photo" not in lying
    assert len(lying) == len(PHOTO) + 12 + 16  # nonce and tag


def test_two_photos_that_change_places_are_found_out(vault: Vault) -> None:
    first, second = new_id(), new_id()
    keys = {photo: vault.put(photo, PHOTO + photo.encode()) for photo in (first, second)}
    one, other = stored(vault, first), stored(vault, second)
    overwrite(vault, first, other)
    overwrite(vault, second, one)
    for photo, key in keys.items():
        with pytest.raises(VaultError, match="not what was written"):
            vault.get(photo, key)


def test_keys_that_change_places_are_found_out(vault: Vault) -> None:
    first, second = new_id(), new_id()
    keys = [vault.put(photo, PHOTO) for photo in (first, second)]
    with pytest.raises(VaultError, match="not what was written"):
        vault.get(first, keys[1])


@pytest.mark.parametrize("place_of_bit", [0, 12, 500, -1], ids=["nonce", "first byte", "middle", "tag"])
def test_one_flipped_bit_is_found_out(vault: Vault, place_of_bit: int) -> None:
    photo = new_id()
    key = vault.put(photo, PHOTO)
    lying = bytearray(stored(vault, photo))
    lying[place_of_bit] ^= 1
    overwrite(vault, photo, bytes(lying))
    with pytest.raises(VaultError, match="not what was written"):
        vault.get(photo, key)


def test_a_file_cut_short_is_found_out(vault: Vault) -> None:
    photo = new_id()
    key = vault.put(photo, PHOTO)
    for length in (0, 5, 12, 100):
        overwrite(vault, photo, stored(vault, photo)[:length])
        with pytest.raises(VaultError, match="not what was written"):
            vault.get(photo, key)


def test_a_dropped_photo_is_gone_and_dropping_it_again_is_no_error(vault: Vault) -> None:
    photo, other = new_id(), new_id()
    key = vault.put(photo, PHOTO)
    vault.put(other, PHOTO)
    assert sorted(vault.names()) == sorted([photo, other])
    vault.drop(photo)
    vault.drop(photo)
    assert list(vault.names()) == [other]
    with pytest.raises(VaultError, match="cannot be read from the vault: FileNotFoundError"):
        vault.get(photo, key)


def test_names_are_told_as_they_are_now_though_another_process_stored_some(vault: Vault) -> None:
    first, second = new_id(), new_id()
    vault.put(first, PHOTO)
    assert list(vault.names()) == [first]
    overwrite(vault, second, b"by another process")
    assert sorted(vault.names()) == sorted([first, second])


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b", "..", "", "a.b", "a\0b", "a b", "%2e%2e", "a\\b"])
def test_an_id_that_is_a_path_reaches_no_file(vault: Vault, name: str) -> None:
    for tried in (lambda: vault.put(name, PHOTO), lambda: vault.get(name, b""), lambda: vault.drop(name)):
        with pytest.raises(VaultError):
            tried()
    assert list(vault.names()) == []


def test_another_clinics_key_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    photo = new_id()
    key = vault.put(photo, PHOTO)
    master, _ = MasterKey.create(tmp_path / "other keys")
    with pytest.raises(VaultError, match="the key is another one"):
        Vault.open(where(vault), master).get(photo, key)


def test_a_place_whose_library_is_not_installed_says_what_to_install(tmp_path: Path) -> None:
    master, _ = MasterKey.create(tmp_path / "keys")
    with pytest.raises(VaultError, match=r'pip install "scarscore\[s3\]"') as error:
        Vault.open("oci://secret-bucket/photos", master)
    assert "secret" not in str(error.value)


def test_a_place_of_an_unknown_kind_is_refused_without_its_address(tmp_path: Path) -> None:
    master, _ = MasterKey.create(tmp_path / "keys")
    with pytest.raises(VaultError, match="the vault cannot be opened: ValueError") as error:
        Vault.open("nowhere://user:password@host/photos", master)
    assert "password" not in str(error.value)
