"""What several routes ask for in an address, each said once. A name or anything else of a patient is never among it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from fastapi import Query

from scarscore.serve.records.consents import Use

_View = TypeVar("_View")
TakenFrom = Annotated[_View, Query(description="From where it was taken; left and right are the patient's.")]
Region = Annotated[str | None, Query(max_length=40, description="What a close-up shows.")]
Camera = Annotated[str, Query(max_length=400, description="The clinic's name for its camera.")]
Purpose = Annotated[
    Use, Query(description="What for. Other than care: only with the patient's consent to it, and without names.")
]
On = Annotated[date | None, Query(description="The course as it stood on that day. Default: today.")]
