"""The sheet of paper that a clinic's reports are made for; A4 until it says otherwise, as they were made before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("clinic", sa.Column("paper", sa.String(length=8), nullable=False, server_default="a4"))
