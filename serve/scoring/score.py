"""The only door to the network: a photo's bytes in, a `PhotoScore` or a `Refusal` out.

`score_photo` answers with numbers alone; `Scorer.examine` also gives the pixels and the severity map that pictures
are drawn from. Nothing here reads files or writes any.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from scarscore.model.bundle import DEFAULT, load_bundle
from scarscore.model.engine import Engine, LocalMaps
from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.quality import failed, measure
from scarscore.serve.scoring.result import Check, ModelId, PhotoScore, Refusal, View, refusal

JUDGED = 0.5  # probability of skin from which a position of the map is shown as judged skin


@dataclass(frozen=True)
class Examination:
    """A photo's answer with what it was read from, for pictures.

    `pixels` is the working image, uint8 RGB (h, w, 3), long side at most 1024; `severity_map` is float32
    (rows, columns), 0-100, covering exactly the picture, NaN where no skin was judged. Both None if refused.
    """

    answer: PhotoScore | Refusal
    pixels: Pixels | None = None
    severity_map: Floats | None = None


class Scorer:
    """Scores photos with one network. Deterministic; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        bundle = engine.bundle
        meta = bundle.metadata
        self.model = ModelId(meta.name, meta.version, bundle.sha256, meta.licence_class)

    @classmethod
    def load(cls, model: str = DEFAULT) -> Scorer:
        """The scorer of a named or given network. Raises `ModelError` where its file cannot be trusted."""
        return cls(Engine(load_bundle(model)))

    def examine(self, data: bytes, *, view: View | None = None) -> Examination:
        """Score one photo's bytes, keeping the pixels and the map."""
        decoded = decode(data)
        if isinstance(decoded, Refusal):
            return Examination(decoded)
        quality = measure(decoded)
        reason = failed(quality)
        if reason is not None:
            return Examination(refusal(reason, quality.checks))
        maps = self._engine.look(decoded.pixels)
        answer = self._answer(hashlib.sha256(data).hexdigest(), decoded, maps, quality.checks)
        return Examination(replace(answer, view=view), decoded.pixels, self._map(maps))

    def _answer(self, digest: str, decoded: Decoded, maps: LocalMaps, checks: tuple[Check, ...]) -> PhotoScore:
        told = self._engine.judge(maps)
        return PhotoScore(
            photo_sha256=digest,
            width=decoded.width,
            height=decoded.height,
            severity=told.value,
            severity_low=told.low,
            severity_high=told.high,
            grade_set=told.grade_set,
            types=told.types,
            quality=checks,
            model=self.model,
        )

    def _map(self, maps: LocalMaps) -> Floats:
        """The local severities in the readings' terms, by the same calibration as the photo's."""
        curve = self._engine.bundle.metadata.calibration.severity
        told = np.clip(np.interp(maps.severity, curve.x, curve.y), 0.0, 100.0).astype(np.float32)
        return np.where(maps.skin >= JUDGED, told, np.float32(np.nan))


def score_photo(data: bytes, *, view: View | None = None) -> PhotoScore | Refusal:
    """Score one photo's bytes with the default network."""
    return _default().examine(data, view=view).answer


@cache
def _default() -> Scorer:
    return Scorer.load()
