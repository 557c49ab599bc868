"""What can go wrong with the photos and their readings; `serve/cli.py` maps the tree to an exit status."""

from __future__ import annotations


class DataError(Exception):
    """The data folder, a card or a split cannot be used; the message says which and why."""


class DataMissing(DataError):
    """The data folder or one of its tables is not there."""


class UseForbidden(DataError):
    """A data set's card does not permit the use that was asked for."""


class GroupCut(DataError):
    """A split would put photos of one group (the same picture or person) on both of its sides."""


def why(error: Exception) -> str:
    """What went wrong with a file, in a few words: the system's own without its number and without the path."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
