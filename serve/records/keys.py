"""The clinic's master key: under it every photo's own key is wrapped, and every name sealed.

It lies in the data folder as a file that only its owner may read. A recovery key, shown once at set-up, opens a
sealed copy of it; whoever loses both loses the photos. AES-256-GCM throughout, a random nonce each time, and what a
thing belongs to as associated data, so that no two can be exchanged. Nothing here reads photos.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scarscore.serve.records.durable import put_file
from scarscore.serve.records.errors import VaultError

MASTER, RECOVERY = "master.key", "recovery.key"
_NONCE, _KEY = 12, 32  # bytes
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # those that do not look alike: for what people copy by hand
_GROUPS = (8, 5)  # a recovery key of 8 groups of 5 letters: 200 bits


def seal(key: bytes, content: bytes, belongs_to: str) -> bytes:
    """Encrypt: nonce, then ciphertext with its tag."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, belongs_to.encode())


def unseal(key: bytes, sealed: bytes, belongs_to: str) -> bytes:
    """Decrypt. Raises `VaultError` where a bit was changed, or it belongs to something else."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], belongs_to.encode())
    except (InvalidTag, ValueError):
        raise VaultError("what is stored is not what was written, or the key is another one") from None


@dataclass(frozen=True)
class MasterKey:
    """The key that wraps the others. Its bytes never show in a text made of it."""

    _bytes: bytes

    @classmethod
    def create(cls, folder: Path) -> tuple[MasterKey, str]:
        """A new one, and its recovery key, which is kept nowhere. Raises `VaultError` if the folder has one."""
        if (folder / MASTER).exists():
            raise VaultError("there is a master key already")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = cls(os.urandom(_KEY))
        recovery = key.seal_for_recovery(folder)
        put_file(folder / MASTER, base64.b64encode(key._bytes) + b"\n", mode=0o600)
        return key, recovery

    @classmethod
    def load(cls, folder: Path) -> MasterKey:
        """The one in this folder. Raises `VaultError`."""
        try:
            key = base64.b64decode((folder / MASTER).read_bytes().strip(), validate=True)
        except OSError as error:
            raise VaultError(
                f"the master key cannot be read: {error.strerror}. `scarscore vault recover` restores it"
            ) from None
        except ValueError:
            key = b""
        if len(key) != _KEY:
            raise VaultError("the master key's file is damaged. `scarscore vault recover` restores it")
        return cls(key)

    @classmethod
    def recover(cls, folder: Path, recovery: str) -> MasterKey:
        """Restore the master key's file with the recovery key. Raises `VaultError` where it is not the right one."""
        try:
            sealed = (folder / RECOVERY).read_bytes()
        except OSError as error:
            raise VaultError(f"{RECOVERY} cannot be read: {error.strerror}") from None
        key = cls(unseal(_stretched(recovery), sealed, RECOVERY))
        put_file(folder / MASTER, base64.b64encode(key._bytes) + b"\n", mode=0o600)
        return key

    def seal_for_recovery(self, folder: Path) -> str:
        """Write a copy into the folder that a new recovery key opens, in place of what is there; that key.

        Raises `NoSpace` and `VaultError`; then the copy of before is whole.
        """
        recovery = new_recovery_key()
        put_file(folder / RECOVERY, seal(_stretched(recovery), self._bytes, RECOVERY), mode=0o600)
        return recovery

    def new_key(self, belongs_to: str) -> tuple[bytes, bytes]:
        """A random key, and the same wrapped for storing."""
        key = os.urandom(_KEY)
        return key, seal(self._bytes, key, f"key of {belongs_to}")

    def unwrap(self, wrapped: bytes, belongs_to: str) -> bytes:
        """The key that was wrapped. Raises `VaultError`."""
        return unseal(self._bytes, wrapped, f"key of {belongs_to}")

    def seal_text(self, text: str, belongs_to: str) -> bytes:
        """A name or another short text, sealed."""
        return seal(self._bytes, text.encode(), f"text of {belongs_to}")

    def unseal_text(self, sealed: bytes, belongs_to: str) -> str:
        """The text again. Raises `VaultError`."""
        return unseal(self._bytes, sealed, f"text of {belongs_to}").decode()

    def __repr__(self) -> str:
        """Nothing of the key, so that no log can hold it."""
        return f"MasterKey({hashlib.sha256(self._bytes).hexdigest()[:8]})"


def new_recovery_key() -> str:
    """200 random bits as letters and digits that can be written down."""
    return letters(*_GROUPS)


def letters(groups: int, size: int) -> str:
    """Random letters, 5 bits each, in groups that can be read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(size)) for _ in range(groups))


def _stretched(recovery: str) -> bytes:
    """The key that a recovery key stands for, however it was typed. It is random, so one hash is enough."""
    plain = "".join(letter for letter in recovery.upper() if letter in LETTERS)
    return HKDF(SHA256(), _KEY, salt=None, info=b"scarscore recovery").derive(plain.encode())
