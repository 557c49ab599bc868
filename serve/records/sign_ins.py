"""Browsers that are signed in. A browser's cookie holds 256 random bits, of which only the SHA-256 is kept here.

A sign-in ends by itself when nobody used it for half an hour, and twelve hours after it began whatever happens. It
always gets a value of its own, so that none that somebody planted in a browser beforehand can be taken over.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from scarscore.serve.records.tables import SignInRow

# A tablet lies about in a treatment room: half an hour is a session of needling, after which it may be anybody's.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)  # a working day with its evening: nobody is signed in from one day to the next
SEEN_EVERY = timedelta(minutes=1)  # use is noted to the minute, so that reading a page does not write each time


def start(session: Session, account: str, at: datetime) -> str:
    """Sign an account in: the cookie's value, which is kept nowhere. Sign-ins that are over are swept away."""
    cookie = secrets.token_urlsafe(32)
    session.execute(delete(SignInRow).where((SignInRow.seen < at - IDLE) | (SignInRow.created < at - ABSOLUTE)))
    session.add(SignInRow(digest=digest(cookie), account_id=account, created=at, seen=at))
    return cookie


def find(session: Session, cookie: str, at: datetime) -> SignInRow | None:
    """The sign-in of that cookie, unless it is over."""
    row = session.get(SignInRow, digest(cookie))
    if row is None or at - row.seen > IDLE or at - row.created > ABSOLUTE:
        return None
    return row


def end(session: Session, cookie: str) -> str | None:
    """End one sign-in, and say whose it was."""
    row = session.get(SignInRow, digest(cookie))
    if row is None:
        return None
    session.delete(row)
    return row.account_id


def end_all(session: Session, account: str) -> None:
    """End every sign-in of an account: its password or role was changed, or it was closed."""
    session.execute(delete(SignInRow).where(SignInRow.account_id == account))


def digest(secret: str) -> str:
    """What is kept of a cookie or a token: it is random, so that one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
