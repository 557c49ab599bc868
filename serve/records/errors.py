"""What can go wrong with a clinic's records. `serve/web/problems.py` alone maps each to its HTTP status."""

from __future__ import annotations

from scarscore.serve.errors import ServeError


class RecordsError(ServeError):
    """The records cannot do what was asked; the message says why, and never names a patient."""


class NotFound(RecordsError):
    """There is no such thing here, or it was erased."""


class Conflict(RecordsError):
    """It contradicts what is recorded: a second visit of a day, a photo that is there already."""


class Invalid(RecordsError):
    """What was entered cannot be: a date in the future, a role that does not exist."""


class NotAllowed(RecordsError):
    """This account may not do that."""


class NotSignedIn(RecordsError):
    """No account: the sign-in or the token is missing, wrong, used up or withdrawn."""


class TooMany(RecordsError):
    """Too many attempts. `wait` is for how many seconds nothing is tried."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Busy(TooMany):
    """More photos wait to be scored than can be done soon; nothing was stored. `wait` as above."""


class VaultError(RecordsError):
    """A photo cannot be read back as it was stored: the key is gone, or the bytes are not what was written."""


class NoSpace(RecordsError):
    """There is no room to store it; nothing was stored."""


class NewerRecords(RecordsError):
    """The records were written by a newer version of scarscore, which this one would damage."""
