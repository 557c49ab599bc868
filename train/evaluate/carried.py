"""Figures that an earlier report told of the same severities, taken over instead of being measured again.

The bench and the plain baseline take most of an evaluation's time, and say nothing of what light heads or calibrated
grades are. They hold as long as the local severities and the calibration of severity are the same. Of other local
severities they are refused; of another calibration, too, which a report does not hold, but which shows in the errors
on other photos: on those never trained on the shipped network's, on cuts that of the folds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scarscore.datasets.errors import DataError
from scarscore.model.bundle import Bundle
from scarscore.train.bench.records import Bench
from scarscore.train.evaluate.figures import PLAIN, Aside, Figures, Method, SourceFigures

CLOSE = 0.05  # points: another processor rounds sums otherwise, and moves a mean by less
SHORT = 12  # digits of a SHA-256 by which a report names the network that something was taken over from


@dataclass(frozen=True)
class Carried:
    """What is taken over: the bench, None where the report had none, and the plain baseline's figures by source.

    `origin` names the network that they were measured on; `errors` on other photos show its calibration.
    """

    origin: str
    errors: dict[str, float]
    bench: Bench | None
    plain: dict[str, Method]


def carry(report: Path, bundle: Bundle) -> Carried:
    """The figures of an earlier report. Raises `DataError` where it is of other severities, or cannot be read."""
    try:
        told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        # A report on the base itself, which had no heads yet, is one on the same severities too.
        same = bundle.metadata.base_sha256 in (told.get("base_sha256"), told["sha256"])
        origin = told.get("carried") or f"{told['model']} {told['version']} (SHA-256 {told['sha256'][:SHORT]}…)"
        bench = TypeAdapter(Bench | None).validate_python(told["bench"])
        asides = TypeAdapter(list[Aside]).validate_python(told["asides"])
        methods = TypeAdapter(list[Method])
        plain = {
            source["source"]: method
            for source in told["sources"]
            for method in methods.validate_python(source["methods"])
            if method.name == PLAIN
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{report} cannot be taken over: {error}") from None
    if not same:
        raise DataError(f"{report} is of other severities than {bundle.metadata.name} {bundle.metadata.version} tells")
    return Carried(origin, _errors(asides), bench, plain)


def completed(figures: Figures, carried: Carried) -> Figures:
    """The figures with what was taken over in its place: the plain baseline behind the network, and the bench.

    Raises `DataError` where other severities were told of the same photos then.
    """
    errors = _errors(figures.asides)
    if not errors or not _close(errors, carried.errors):
        raise DataError(
            f"nothing shows that {carried.origin} told the same severities of the same photos as {figures.model} "
            f"{figures.version}: it is calibrated otherwise, or the photos are others. Measure again, without --carry"
        )
    sources = tuple(_with_plain(source, carried.plain.get(source.source)) for source in figures.sources)
    return replace(figures, sources=sources, bench=carried.bench, carried=carried.origin)


def _errors(asides: Sequence[Aside]) -> dict[str, float]:
    """What shows the calibration of severity: mean errors on photos by name, in points, which no refusal moves."""
    return {each.name: each.mae.value for each in asides}


def _close(now: dict[str, float], then: dict[str, float]) -> bool:
    return now.keys() == then.keys() and all(abs(now[name] - then[name]) <= CLOSE for name in now)


def _with_plain(source: SourceFigures, plain: Method | None) -> SourceFigures:
    first, *rest = (method for method in source.methods if method.name != PLAIN)
    return replace(source, methods=(first, *([plain] if plain else []), *rest))
