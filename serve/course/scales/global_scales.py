"""Two global scales that go by the share of area that is scarred: SCAR-S and the Scar Global Assessment.

SCAR-S (Tan et al. 2010, PMID 20642983): 0 to 5 for each of face, chest and back, 0 to 15 in all. 0 clear; 1 almost
clear, hardly visible from 2.5 m; 2 mild, easily recognised, under half of the area; 3 moderate, over half; 4 severe,
all of it; 5 very severe, all of it with prominent scars. SGA (trials of adapalene with benzoyl peroxide): 0 to 4 for
each half of the face; 0 clear, 1 almost clear (hardly visible), 2 under half, 3 up to three quarters, 4 over that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from scarscore.serve.course.records import Finding
from scarscore.serve.course.scales.answer import Part, Scale, part, summed, value_of
from scarscore.serve.course.scales.items import checked

SCAR_S_SOURCE = "Tan et al. 2010, PMID 20642983"
SGA_SOURCE = "Scar Global Assessment, trials of adapalene with benzoyl peroxide"
SITES = ("face", "chest", "back")
ENTIRE = 0.9  # of the area: what is called all of it. The scale gives no number; this is a convention of ours
HALF, MOST_OF_IT = 0.5, 0.75


def scar_s(findings: Sequence[Finding]) -> Scale:
    """SCAR-S over face, chest and back; a site that nobody examined may have any grade. Raises UsageError."""
    told = checked(findings)
    return summed("SCAR-S", 15, [line for site in SITES for line in _scar_s_site(told, site)], SCAR_S_SOURCE)


def sga(findings: Sequence[Finding], half: Literal["left_half", "right_half"]) -> Scale:
    """The Scar Global Assessment of one half of the face, the patient's left or right. Raises UsageError."""
    told = checked(findings)
    area, seen = value_of(told, f"{half}_area"), value_of(told, f"{half}_recognisable")
    low, high = (0, 4) if area is None else _hardly(area, seen, _sga_grade(area))
    return summed("SGA", 4, _lines(told, half, area, low, high), SGA_SOURCE)


def _scar_s_site(told: Sequence[Finding], site: str) -> tuple[Part, ...]:
    area, seen = value_of(told, f"{site}_area"), value_of(told, f"{site}_recognisable")
    if area is None:
        return _lines(told, site, area, 0, 5)
    low, high = _hardly(area, seen, 2 if area < HALF else 3 if area < ENTIRE else 4)
    lines = _lines(told, site, area, low, high)
    if area < ENTIRE or high < 4:
        return lines
    prominent = value_of(told, f"{site}_prominent")
    more = (0, 1) if prominent is None else (int(prominent), int(prominent))
    return (*lines, part(told, f"{site}_prominent", *more))


def _sga_grade(area: float) -> int:
    return 2 if area < HALF else 3 if area <= MOST_OF_IT else 4


def _hardly(area: float, recognisable: float | None, grade: int) -> tuple[int, int]:
    """The grade of an area, or 1 where its scars are hardly visible, or both where nobody told."""
    if area == 0:
        return 0, 0
    if recognisable is None:
        return 1, grade
    return (grade, grade) if recognisable else (1, 1)


def _lines(told: Sequence[Finding], site: str, area: float | None, low: int, high: int) -> tuple[Part, ...]:
    """The points stand in the line of what decided them: the area, or whether it is recognisable where that is open."""
    if area is None or area == 0 or low == high:
        return (part(told, f"{site}_area", low, high), part(told, f"{site}_recognisable", 0, 0))
    return (part(told, f"{site}_area", low, low), part(told, f"{site}_recognisable", 0, high - low))
