"""ECCA, the clinical evaluation scale of acne scars, 0 to 540 (Dreno, Khammari, Orain et al., Dermatology 2007).

Each of six kinds of scar is graded 0 none, 1 few (under 5), 2 limited (5 to 20), 3 many (over 20), times its weight.
Elastolysis and the age of raised scars cannot be seen in a photo, and the network sees kinds without counting them:
where nobody told, the answer is a range. Patients use about a tenth of the scale, and one band more is 15 to 50 points:
read small differences with care.
"""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.serve.course.records import Finding
from scarscore.serve.course.scales.answer import Part, Scale, part, summed, value_of
from scarscore.serve.course.scales.items import checked

SOURCE = "Dreno et al. 2007, Dermatology"
MOST = 540
ATROPHIC: dict[str, int] = {"icepick": 15, "boxcar": 20, "rolling": 25}
ELASTOLYSIS = 30
YOUNG, OLD = 40, 50  # raised scars under two years old; older ones, and keloids


def ecca(findings: Sequence[Finding]) -> Scale:
    """The score from counts and what was entered. Raises UsageError for a finding unknown or out of range."""
    told = checked(findings)
    flat = [line for item, weight in ATROPHIC.items() for line in _atrophic(told, item, weight)]
    return summed("ECCA", MOST, [*flat, _elastolysis(told), *_raised(told)], SOURCE)


def band(count: float) -> int:
    """The semi-quantitative grade of a count: 0 none, 1 under 5, 2 from 5 to 20, 3 above."""
    return (count > 0) + (count >= 5) + (count > 20)


def _atrophic(told: Sequence[Finding], item: str, weight: int) -> tuple[Part, ...]:
    """The row of a depressed kind; where it was seen and nobody counted, there are few at least and many at most."""
    if value_of(told, item) is not None or not value_of(told, f"{item}_seen"):
        return (_weighted(told, item, weight),)
    return (
        part(told, f"{item}_seen", weight, weight),
        part(told, item, 0, 2 * weight, "seen, but nobody has counted them"),
    )


def _weighted(told: Sequence[Finding], item: str, weight: int) -> Part:
    score = weight * band(value_of(told, item) or 0)
    return part(told, item, score, score)


def _elastolysis(told: Sequence[Finding]) -> Part:
    grade = value_of(told, "elastolysis")
    if grade is None:
        return part(told, "elastolysis", 0, 3 * ELASTOLYSIS, "cannot be seen in a photo: must be entered")
    return part(told, "elastolysis", ELASTOLYSIS * grade, ELASTOLYSIS * grade)


def _raised(told: Sequence[Finding]) -> tuple[Part, ...]:
    """Both rows of raised scars, and what those of unknown age may add, whichever row they belong to."""
    young, old = (int(value_of(told, f"hypertrophic_{age}_2_years") or 0) for age in ("under", "over"))
    untold = int(value_of(told, "hypertrophic") or 0)
    sure = YOUNG * band(young) + OLD * band(old)
    totals = [YOUNG * band(young + here) + OLD * band(old + untold - here) for here in range(untold + 1)]
    note = "how old they are was not told" if max(totals) > min(totals) else ""
    return (
        _weighted(told, "hypertrophic_under_2_years", YOUNG),
        _weighted(told, "hypertrophic_over_2_years", OLD),
        part(told, "hypertrophic", min(totals) - sure, max(totals) - sure, note),
    )
