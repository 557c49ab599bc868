"""Uploads by their Idempotency-Key: a client that lost the answer asks again and gets the same photo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scarscore.serve.records.tables import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "uploads",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("photo_id", sa.String(length=16), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_uploads_photo_id"), "uploads", ["photo_id"], unique=False)
