"""The tables of blind reviews: which photos one is of, and what each reviewer read in them. Grades are append-only.

A photo stands in a review under an id of its own, so that nothing which a reviewer sees tells whose photo it is.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from scarscore.serve.records.tables import Base, new_id


class ReviewRow(Base):
    """A blind review; `account` began it, and from `seed` follows in which order each reviewer sees the photos."""

    __tablename__ = "reviews"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    account: Mapped[str] = mapped_column(String(80))
    seed: Mapped[int]
    created: Mapped[datetime]


class ReviewPhotoRow(Base):
    """A photo of a review; its id is what a reviewer sees of it."""

    __tablename__ = "review_photos"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id"), index=True)
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id"), index=True)


class ReviewGradeRow(Base):
    """What a reviewer read in a photo: severity (0 to 100) and photo grade (0 to 4), both None where nobody could.

    Of several of one account the last counts.
    """

    __tablename__ = "review_grades"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    review_photo_id: Mapped[str] = mapped_column(ForeignKey("review_photos.id"), index=True)
    account: Mapped[str] = mapped_column(String(80))
    severity: Mapped[float | None]
    grade: Mapped[int | None]
    created: Mapped[datetime]
