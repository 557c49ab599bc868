"""What a training run is told: a frozen record, read from a TOML preset, where an unknown key is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from scarscore.datasets.errors import DataError, why
from scarscore.model.preprocess import INPUT_SIDE

PRESETS = Path(__file__).resolve().parent / "presets"


@dataclass(frozen=True)
class Config:
    """A training run of the severity network. Losses are in points of severity unless stated."""

    sources: tuple[str, ...]
    seed: int
    folds: int
    epochs: int
    average_epochs: int
    average_share: float
    pair_epochs: int
    pair_rate: float
    pair_weight: float
    pair_mix: float
    healed_weight: float
    batch: int
    body_rate: float
    head_rate: float
    weight_decay: float
    huber_beta: float
    cell_weight: float
    box_weight: float
    rank_weight: float
    rank_within: float
    type_weight: float
    label_weight: float
    twice: tuple[str, ...]
    close_ups_below: float
    low_cells_below: float
    acne_close_ups: int
    scale: tuple[float, float]
    sharp_to: int
    noise: float
    marks: float
    tones: float
    greys: float
    turns: float
    masks: bool
    spread_scale: float
    fold_norms: bool
    heads: int
    drawn: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.folds < 2 or self.epochs < 1 or self.average_epochs < 0 or self.batch < 2:
            raise DataError("a run needs folds >= 2, epochs >= 1, average_epochs >= 0 and batch >= 2")
        if self.pair_epochs < 0 or not 0.0 <= self.pair_mix <= 1.0:
            raise DataError("`pair_epochs` must be at least 0, and `pair_mix` a share from 0 to 1")
        if self.pair_epochs and self.epochs < 2:
            raise DataError("`pair_epochs` need two views of each photo to pair: epochs >= 2")
        if not set(self.twice) <= set(self.sources):
            raise DataError("`twice` names a source that is not trained on")
        if len(self.scale) != 2 or not 0.0 < self.scale[0] <= 1.0 <= self.scale[1]:
            raise DataError("`scale` must be two factors, the first at most 1 and the second at least 1")
        if not 0 < self.sharp_to <= INPUT_SIDE:
            raise DataError(f"`sharp_to` must be a number of px, at most {INPUT_SIDE}")
        if len(self.drawn) != 3 or min(self.drawn) < 0:
            raise DataError("`drawn` must be three numbers: of faces, cheeks and pieces of skin")


def load_config(preset: str | Path) -> Config:
    """The preset of that name, or the TOML file at that path. Raises `DataError` on an unknown or missing key."""
    path = PRESETS / f"{preset}.toml"
    path = path if path.is_file() else Path(preset)
    if not path.exists():
        names = ", ".join(sorted(file.stem for file in PRESETS.glob("*.toml")))
        raise DataError(f"there is no training preset {str(preset)!r}: there are {names}, or give a TOML file's path")
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"the training preset {str(preset)!r} cannot be read: {why(error)}") from None
    known = {field.name for field in fields(Config)}
    if set(values) != known:
        odd, missing = sorted(set(values) - known), sorted(known - set(values))
        raise DataError(f"{path.name}: unknown keys {odd}, missing keys {missing}")
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Config(**(values | lists))
