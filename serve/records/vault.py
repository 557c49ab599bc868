"""Where photos lie: sealed one by one, each under a key of its own, on this machine or in an object store.

A photo's bytes are written and synced before anybody is told that it is stored. Erasing drops the photo's wrapped key
from the records, after which no backup of the vault can be read either, and then its file. File names are random ids:
no name that a user gave ever reaches the disk. Nothing here knows what a photo shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from scarscore.serve.records.durable import BESIDE, put_file
from scarscore.serve.records.errors import NoSpace, NotFound, VaultError
from scarscore.serve.records.keys import MasterKey, seal, unseal

SUFFIX = ".sealed"
HALF = f"{SUFFIX}{BESIDE}"


@dataclass(frozen=True)
class Vault:
    """A folder of sealed photos: `files` is the file system (fsspec), `root` the folder in it."""

    files: Any  # an fsspec file system, which has no types
    root: str
    master: MasterKey

    @classmethod
    def open(cls, url: str, master: MasterKey) -> Vault:
        """The vault at a path or URL (`s3://bucket/folder`, with fsspec's settings); made where it is not there."""
        try:
            files, root = fsspec.core.url_to_fs(url)
            files.makedirs(root, exist_ok=True)
        except ImportError:
            raise VaultError(
                "the vault cannot be opened: the library for such a place is not installed. "
                'For an object store: pip install "scarscore[s3]"'
            ) from None
        except Exception as error:  # noqa: BLE001 - each file system of fsspec has errors of its own
            raise VaultError(f"the vault cannot be opened: {type(error).__name__}") from None
        return cls(files, root, master)

    def put(self, photo: str, data: bytes) -> bytes:
        """Seal and store a photo's bytes, durably; its wrapped key, to be kept in the records."""
        key, wrapped = self.master.new_key(photo)
        self.put_sealed(photo, seal(key, data, photo))
        return wrapped

    def get(self, photo: str, wrapped: bytes) -> bytes:
        """A photo's bytes as they were stored. Raises `VaultError`."""
        return unseal(self.master.unwrap(wrapped, photo), self.sealed(photo), photo)

    def sealed(self, photo: str) -> bytes:
        """A photo's file as it lies here, sealed, for a backup. Raises `VaultError`."""
        path = self._path(photo)
        try:
            content: bytes = self.files.cat_file(path)
        except Exception as error:  # noqa: BLE001 - as above
            raise VaultError(f"a photo cannot be read from the vault: {type(error).__name__}") from None
        return content

    def put_sealed(self, photo: str, sealed: bytes) -> None:
        """Store a photo's file that is sealed already, durably."""
        if isinstance(self.files, LocalFileSystem):
            put_file(Path(self._path(photo)), sealed)
        else:
            self._pipe(photo, sealed)

    def drop(self, photo: str) -> None:
        """Delete a photo's file; without its key it was unreadable already."""
        path = self._path(photo)
        try:
            self.files.rm_file(path)
        except FileNotFoundError:
            return
        except Exception as error:  # noqa: BLE001 - as above
            raise VaultError(f"a photo cannot be deleted from the vault: {type(error).__name__}") from None

    def names(self) -> Iterator[str]:
        """The ids of all photos that lie here now, whoever stored them. Raises `VaultError`."""
        self.files.invalidate_cache()  # an object store's listing is remembered otherwise
        try:
            paths = self.files.ls(self.root, detail=False)
        except FileNotFoundError:  # an object store knows no empty folder
            return
        except Exception as error:  # noqa: BLE001 - as above
            raise VaultError(f"the vault cannot be listed: {type(error).__name__}") from None
        for path in paths:
            name = str(path).rsplit("/", 1)[-1]
            if name.endswith(SUFFIX):
                yield name.removesuffix(SUFFIX)

    def drop_half_written(self, before: datetime) -> tuple[str, ...]:
        """Delete what a crash left half written beside the photos' files before this moment; the photos' ids.

        An object store keeps nothing by halves. Raises `VaultError`.
        """
        if not isinstance(self.files, LocalFileSystem):
            return ()
        try:
            old = [path for path in Path(self.root).glob(f".*{HALF}") if path.stat().st_mtime < before.timestamp()]
            for path in old:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise VaultError(f"a half-written file cannot be deleted from the vault: {error.strerror}") from None
        return tuple(path.name[1 : -len(HALF)] for path in old)

    def written(self, photo: str) -> datetime:
        """When a photo's file was written. Raises `NotFound` where there is none, and `VaultError`."""
        try:
            moment: datetime = self.files.modified(self._path(photo))
        except FileNotFoundError:
            raise NotFound("there is no such photo in the vault") from None
        except Exception as error:  # noqa: BLE001 - as above
            raise VaultError(f"a photo's file cannot be looked at: {type(error).__name__}") from None
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def _pipe(self, photo: str, sealed: bytes) -> None:
        try:
            self.files.pipe_file(self._path(photo), sealed)
        except Exception as error:  # noqa: BLE001 - as above
            if getattr(error, "errno", None) == 28:
                raise NoSpace("the vault is full: nothing was stored") from None
            raise VaultError(f"a photo cannot be written to the vault: {type(error).__name__}") from None

    def _path(self, photo: str) -> str:
        if not photo.isalnum():
            raise VaultError("that is no id of a photo")
        return f"{self.root.rstrip('/')}/{photo}{SUFFIX}"


def holds_photos(url: str) -> bool:
    """Whether any photo lies at that place, whoever's key it is sealed under. Raises `VaultError`."""
    return any(True for _ in Vault.open(url, MasterKey(b"")).names())  # to list them no key is needed
