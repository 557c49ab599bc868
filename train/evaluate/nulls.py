"""A report's figures as JSON, and back: a figure that is no number (NaN) stands as null there, for JSON has no NaN."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

from pydantic import BeforeValidator


def json_text(values: Any) -> str:
    """Figures, as dicts and lists, in the form of every report: keys in order, the same bytes for the same figures."""
    return json.dumps(_without_nan(values), indent=1, sort_keys=True, allow_nan=False) + "\n"


def with_nan(value: Any) -> Any:
    """What JSON told, every null as NaN: of parts in which null says nothing else."""
    if isinstance(value, dict):
        return {key: with_nan(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_nan(each) for each in value]
    return number(value)


def number(value: Any) -> Any:
    """A figure as JSON tells it: null is NaN."""
    return math.nan if value is None else value


Number = Annotated[float, BeforeValidator(number)]  # what is read as a figure, with null for NaN


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value
