"""What a correction leaves as it is: `KEEP`, where None would mean that something is taken away."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeVar

T = TypeVar("T")


class Keep(Enum):
    """The type of `KEEP` alone."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


def kept(new: T | Keep, old: T) -> T:
    """The new value, or the old one where it is kept."""
    return old if isinstance(new, Keep) else new
