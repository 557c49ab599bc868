"""Pseudonyms are one whatever their case, by the database's own word: two requests at once could both find one free."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index. It fails, and all stays as it is, where two pseudonyms differ by case alone already."""
    op.execute("CREATE UNIQUE INDEX ix_patients_pseudonym ON patients (lower(pseudonym))")
