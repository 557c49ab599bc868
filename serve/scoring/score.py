"""The only door to the networks: a photo's bytes in, a `PhotoScore` or a `Refusal` out.

`score_photo` answers with numbers alone; `Scorer.examine` also gives the pixels and the severity map that pictures
are drawn from. Nothing here reads files or writes any.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from scarscore.model.bundle import DEFAULT, Bundle
from scarscore.model.bundles import ModelBundle, open_model
from scarscore.model.engine import Engine, Judgement, LocalMaps
from scarscore.model.heads import type_map
from scarscore.model.measured import measured_sem
from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.region_engine import RegionBundle, RegionEngine
from scarscore.model.regions import RegionMap
from scarscore.serve.scoring.abstain import abstains
from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.quality.checks import failed, measure
from scarscore.serve.scoring.regions import left_minus_right, region_scores
from scarscore.serve.scoring.result import ModelId, PhotoScore, Refusal, View, refusal

JUDGED = 0.5  # share of skin from which a position of the map is shown as judged skin


@dataclass(frozen=True)
class Examination:
    """A photo's answer with what it was read from, for pictures.

    `pixels` is the working image, uint8 RGB (h, w, 3), long side at most 1024; `severity_map` is float32
    (rows, columns), 0-100, covering exactly the picture, NaN where no skin was judged; `type_map` float32 (5, rows,
    columns) the probabilities of the scar types there, in the order of `SCAR_TYPES`. All None if refused, the last also
    with a network that tells no types.
    """

    answer: PhotoScore | Refusal
    pixels: Pixels | None = None
    severity_map: Floats | None = None
    type_map: Floats | None = None


class Scorer:
    """Scores photos with a network of severity and one of regions. Deterministic; safe to use from several threads."""

    def __init__(self, engine: Engine, finder: RegionEngine) -> None:
        self._engine, self._finder = engine, finder
        self.model, self.region_model = _identity(engine.bundle), _identity(finder.bundle)
        self._limits = engine.bundle.metadata.calibration.heads
        self._sem = measured_sem(engine.bundle.metadata.base_sha256)

    @classmethod
    def load(cls, model: str = DEFAULT) -> Scorer:
        """The scorer of the bundle of that name, or at that path. Raises `ModelError` where it cannot be trusted."""
        return cls.of(open_model(model))

    @classmethod
    def of(cls, bundle: ModelBundle) -> Scorer:
        """The scorer of an opened bundle."""
        return cls(Engine(bundle.severity), RegionEngine(bundle.regions))

    def examine(self, data: bytes, *, view: View | None = None, front_camera: bool = False) -> Examination:
        """Score one photo's bytes, keeping the pixels and the map.

        `front_camera` is what was known before the photo's metadata was dropped.
        """
        decoded = decode(data)
        if isinstance(decoded, Refusal):
            return Examination(decoded)
        decoded = replace(decoded, front_camera=decoded.front_camera or front_camera)
        regions = self._finder.look(decoded.pixels)
        quality = measure(decoded, regions, view)
        reason = failed(quality)
        if reason is not None:
            return Examination(refusal(reason, quality.checks))
        maps = self._maps(decoded.pixels, regions)
        judgement = self._engine.judge(maps)
        reason = abstains(judgement, self._limits)
        if reason is not None:
            return Examination(refusal(reason, quality.checks))
        answer = self._answer(hashlib.sha256(data).hexdigest(), decoded, maps, regions, judgement)
        told = replace(answer, view=view, quality=quality.checks)
        return Examination(told, decoded.pixels, self._map(maps), self._type_map(maps))

    def map(self, pixels: Pixels) -> tuple[Floats, RegionMap]:
        """The severity map, as in `Examination`, and the regions of a photo that was scored before.

        `pixels` is its working image. Whether it can be judged is not asked again.
        """
        regions = self._finder.look(pixels)
        return self._map(self._maps(pixels, regions)), regions

    def _maps(self, pixels: Pixels, regions: RegionMap) -> LocalMaps:
        return self._engine.look(regions.frame(pixels))

    def view_in(self, data: bytes) -> View | None:
        """From where a photo seems to be taken, without judging it; None where it cannot be decoded."""
        decoded = decode(data)
        return None if isinstance(decoded, Refusal) else View(self._finder.look(decoded.pixels).pose.view)

    def _answer(
        self, digest: str, decoded: Decoded, maps: LocalMaps, regions: RegionMap, told: Judgement
    ) -> PhotoScore:
        parts = region_scores(decoded.pixels, maps, regions, self._engine.bundle.metadata.calibration)
        types = told.types
        return PhotoScore(
            photo_sha256=digest,
            width=decoded.width,
            height=decoded.height,
            severity=told.severity.value,
            severity_low=told.severity.low,
            severity_high=told.severity.high,
            sem=self._sem,
            grade=told.grade,
            grade_set=told.grade_set,
            types=types.named if types else (),
            type_probabilities=types.probabilities if types else (),
            raised=types.raised if types else None,
            raised_probability=types.raised_probability if types else None,
            quality=(),
            model=self.model,
            region_model=self.region_model,
            view_seen=View(regions.pose.view),
            regions=parts,
            left_minus_right=left_minus_right(parts),
        )

    def _type_map(self, maps: LocalMaps) -> Floats | None:
        return type_map(maps.heads.logits, maps.judged, self._limits) if maps.heads and self._limits else None

    def _map(self, maps: LocalMaps) -> Floats:
        """The local severities in the readings' terms, by the same calibration as the photo's."""
        curve = self._engine.bundle.metadata.calibration.severity
        told = np.clip(np.interp(maps.severity, curve.x, curve.y), 0.0, 100.0).astype(np.float32)
        return np.where(maps.judged >= JUDGED, told, np.float32(np.nan))


def score_photo(data: bytes, *, view: View | None = None) -> PhotoScore | Refusal:
    """Score one photo's bytes with the default network."""
    return _default().examine(data, view=view).answer


def _identity(bundle: Bundle | RegionBundle) -> ModelId:
    meta = bundle.metadata
    return ModelId(meta.name, meta.version, bundle.sha256, meta.licence_class)


@cache
def _default() -> Scorer:
    return Scorer.load()
