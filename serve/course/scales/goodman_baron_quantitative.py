"""Goodman and Baron's quantitative score, 0 to 84 (J Cosmet Dermatol 2006; 5: 48-52, 10.1111/j.1473-2165.2006.00222.x).

Scars are counted row by row; a row's points are its base points times 1 (1 to 10 scars), 2 (11 to 20) or 3 (over 20).
Keloids count by area: 6 under 5 cm2, 12 up to 20, 18 above. A row that nobody names counts as none seen. Where a
photo shows a deep punched-out scar and nobody told its base, or a keloid without its area, the answer is a range.
So it is where somebody told how many depressed scars there are in all, and no person counted the rows: they may lie in
any row, and how deep and broad they are decides most of the points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scarscore.serve.course.records import Finding
from scarscore.serve.course.scales.answer import Part, Scale, part, summed, value_of
from scarscore.serve.course.scales.items import checked
from scarscore.serve.course.scales.total import MOST as MOST_SCARS
from scarscore.serve.course.scales.total import least_part, total_of

SOURCE = "Goodman and Baron 2006, J Cosmet Dermatol 5:48"
MOST = 84
ROWS: dict[str, int] = {
    "macular": 1,
    "mild_dish": 1,
    "moderate_dish": 2,
    "punched_out_shallow": 2,
    "broad_shallow": 2,
    "linear": 3,
    "broad_deep": 3,
    "papular": 2,
}
DEEP = ("punched_out_deep_normal_base", "punched_out_deep_abnormal_base")
DEEP_POINTS = 3
KELOID = (6, 18)
# The rows of depressed scars: all but flat marks and raised ones. Any scar may lie in any of them.
DEPRESSED: dict[str, int] = {
    **{item: base for item, base in ROWS.items() if item not in ("macular", "papular")},
    **dict.fromkeys(DEEP, DEEP_POINTS),
    "punched_out_deep": DEEP_POINTS,
}


def goodman_baron_quantitative(findings: Sequence[Finding]) -> Scale:
    """The score from counts and areas. Raises UsageError for a finding that is unknown or out of range."""
    told = checked(findings)
    parts = [_row(told, item, base) for item, base in ROWS.items()]
    lines = [*parts, *_deep(told), _keloid(told), *_in_all(told)]
    return summed("Goodman-Baron quantitative", MOST, lines, SOURCE)


def points(count: float, base: int) -> int:
    """Points of so many scars in a row of this base: x 1 for 1 to 10, x 2 for 11 to 20, x 3 above."""
    return base * ((count > 0) + (count > 10) + (count > 20))


def _row(told: Sequence[Finding], item: str, base: int) -> Part:
    score = points(value_of(told, item) or 0, base)
    return part(told, item, score, score)


def _deep(told: Sequence[Finding]) -> tuple[Part, ...]:
    """Both rows of deep punched-out scars, and what those of unknown base may add, whichever row they belong to."""
    normal, abnormal = (int(value_of(told, item) or 0) for item in DEEP)
    untold = int(value_of(told, "punched_out_deep") or 0)
    sure = points(normal, DEEP_POINTS) + points(abnormal, DEEP_POINTS)
    totals = [
        points(normal + here, DEEP_POINTS) + points(abnormal + untold - here, DEEP_POINTS) for here in range(untold + 1)
    ]
    note = "how many have a normal base was not told" if max(totals) > min(totals) else ""
    rows = (_row(told, item, DEEP_POINTS) for item in DEEP)
    return (*rows, part(told, "punched_out_deep", min(totals) - sure, max(totals) - sure, note))


def _keloid(told: Sequence[Finding]) -> Part:
    area = value_of(told, "keloid_area")
    if area is not None:
        score = 0 if area == 0 else 6 if area < 5 else 12 if area <= 20 else 18
        return part(told, "keloid_area", score, score)
    if not value_of(told, "keloid_present"):
        return part(told, "keloid_area", 0, 0)
    return part(told, "keloid_area", *KELOID, "a photo has no scale: the area must be measured")


def _in_all(told: Sequence[Finding]) -> Iterator[Part]:
    """What scars in all may bring where no row of them was told: the fewest in the mildest row, the most spread out."""
    total = total_of(told)
    if total is None or any(value_of(told, item) is not None for item in DEPRESSED):
        return
    low, high = points(total.low, 1), _most_points(total.high)
    yield least_part(told, low)
    yield part(told, MOST_SCARS, 0, 0)
    if low < high:
        yield part(
            told, "row_counts", 0, high - low, "nobody has counted the rows: how many scars, how deep, how broad"
        )


def _most_points(count: float) -> int:
    """The most that so many depressed scars can bring, in whichever rows they lie."""
    bases = [base for item, base in DEPRESSED.items() if item != "punched_out_deep"]
    enough = int(min(count, 21 * len(bases)))
    best = [0] * (enough + 1)
    for base in bases:
        steps = [(scars, points(scars, base)) for scars in (1, 11, 21)]
        best = [max([best[n], *(best[n - s] + p for s, p in steps if s <= n)]) for n in range(enough + 1)]
    return best[-1]
