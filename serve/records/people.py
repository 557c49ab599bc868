"""Who may do what: the roles of a clinic, and who is asking.

Nothing here checks a password (`accounts.py`), and no route (`serve/web/access.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scarscore.serve.records.errors import NotAllowed


class Role(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"  # see patients, courses, photos and verdicts
    PRACTITIONER = "practitioner"  # record and correct them, export a patient
    ADMIN = "admin"  # accounts, tokens of others, settings, erasure, audit, exports of everything


_ORDER = tuple(Role)


@dataclass(frozen=True)
class Who:
    """Somebody who is signed in, or a program with a token: the account's id, its name for findings, its role."""

    account: str
    login: str
    role: Role
    by_token: bool = False

    def may(self, least: Role) -> bool:
        """Whether this role reaches that one."""
        return _ORDER.index(self.role) >= _ORDER.index(least)

    def require(self, least: Role) -> None:
        """Raises `NotAllowed` where it does not."""
        if not self.may(least):
            raise NotAllowed(f"this needs the role {least.value}; yours is {self.role.value}")
