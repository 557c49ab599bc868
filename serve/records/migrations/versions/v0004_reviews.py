"""Blind reviews: their photos and what reviewers read in them; nothing of it is changed, or deleted but by erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scarscore.serve.records.migrations.append_only import forbid_changes
from scarscore.serve.records.tables import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, then the triggers."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "review_photos",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("review_id", sa.String(length=16), nullable=False),
        sa.Column("photo_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"]),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_review_photos_review_id"), "review_photos", ["review_id"], unique=False)
    op.create_index(op.f("ix_review_photos_photo_id"), "review_photos", ["photo_id"], unique=False)
    op.create_table(
        "review_grades",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("review_photo_id", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("severity", sa.Double(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("created", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["review_photo_id"], ["review_photos.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_review_grades_review_photo_id"), "review_grades", ["review_photo_id"], unique=False)

    forbid_changes("reviews")
    forbid_changes("review_photos", unless="(SELECT erased FROM photos WHERE id = OLD.photo_id) IS NOT NULL")
    forbid_changes(
        "review_grades",
        unless="(SELECT p.erased FROM photos p JOIN review_photos r ON r.photo_id = p.id "
        "WHERE r.id = OLD.review_photo_id) IS NOT NULL",
    )
