"""What every synthetic picture is: the pixels, and the truth about its scars, pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.noise import Field
from scarscore.datasets.synthetic.relief import Relief
from scarscore.datasets.synthetic.scars import CODES, Kind
from scarscore.datasets.synthetic.severity import Mask, cells, overall, severity_map

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Synthetic:
    """A picture with scars that were drawn, and what is known of them because they were; all fields (h, w).

    `pixels`, uint8 sRGB (h, w, 3). `severity_map`, 0-100: number x depth x area of depressed scars in the
    neighbourhood, exactly 0 off the scars. `type_map`, uint8: 0 no scar, else a code of `scars.CODES`.
    `relief_mm`: height, negative in depressed scars. `burden_mm`: what severity is computed from
    (`severity.py`). `skin`: where there is skin. `ita`: the skin's tone in degrees.
    """

    pixels: Pixels
    severity_map: Field
    type_map: npt.NDArray[np.uint8]
    relief_mm: Field
    burden_mm: Field
    skin: Mask
    px_per_mm: float
    ita: float

    @property
    def severity(self) -> float:
        """The severity of the whole picture, 0-100: the power mean of its nine cells, as photos are read."""
        return overall(self.cells())

    @property
    def types(self) -> tuple[Kind, ...]:
        """The kinds of scar in the picture, the one with most area first."""
        areas = np.bincount(self.type_map.ravel(), minlength=len(CODES) + 1)
        present = [kind for kind, code in CODES.items() if areas[code]]
        return tuple(sorted(present, key=lambda kind: -int(areas[CODES[kind]])))

    def cells(self, rows: int = 3, columns: int = 3) -> Field:
        """The severity, 0-100, of equal cells, (rows, columns); NaN where less than a quarter of one is skin."""
        return cells(self.burden_mm, self.skin, rows, columns)


def described(pixels: Pixels, scars: Relief, skin: Mask, px_per_mm: float, ita: float) -> Synthetic:
    """The picture with the truth about its scars, as far as they lie on its skin."""
    return Synthetic(
        pixels=pixels,
        severity_map=severity_map(scars.burden, skin, px_per_mm),
        type_map=np.where(skin, scars.types, 0).astype(np.uint8),
        relief_mm=np.asarray(scars.height * skin, np.float32),
        burden_mm=np.asarray(scars.burden * skin, np.float32),
        skin=skin,
        px_per_mm=px_per_mm,
        ita=ita,
    )
