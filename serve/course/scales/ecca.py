"""ECCA, the clinical evaluation scale of acne scars, 0 to 540 (Dreno, Khammari, Orain et al., Dermatology 2007).

Each of six kinds of scar is graded 0 none, 1 few (under 5), 2 limited (5 to 20), 3 many (over 20), times its weight.
Elastolysis and the age of raised scars cannot be seen in a photo, and the network sees kinds without counting them:
where nobody told, the answer is a range, which narrows where somebody told how many scars there are in all. Patients
use about a tenth of the scale, and one band more is 15 to 50 points: read small differences with care.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.answer import Part, Scale, part, summed, value_of
from scarscore.serve.course.scales.items import checked, current
from scarscore.serve.course.scales.total import LEAST, Total, total_of

SOURCE = "Dreno et al. 2007, Dermatology"
MOST = 540
ATROPHIC: dict[str, int] = {"icepick": 15, "boxcar": 20, "rolling": 25}
BANDS = ("none", "under 5", "5 to 20", "over 20")  # in words, by grade
ELASTOLYSIS = 30
UNSURE = "seen at a severity that clear skin may have: none is possible"
YOUNG, OLD = 40, 50  # raised scars under two years old; older ones, and keloids


def ecca(findings: Sequence[Finding]) -> Scale:
    """The score from counts and what was entered. Raises UsageError for a finding unknown or out of range."""
    told = checked(findings)
    return summed("ECCA", MOST, [*_atrophic(told), _elastolysis(told), *_raised(told)], SOURCE)


def band(count: float) -> int:
    """The semi-quantitative grade of a count: 0 none, 1 under 5, 2 from 5 to 20, 3 above."""
    return (count > 0) + (count >= 5) + (count > 20)


def _atrophic(told: Sequence[Finding]) -> Iterator[Part]:
    """The rows of the depressed kinds; one that nobody counted may hold as many as the others leave."""
    uncounted = [item for item in ATROPHIC if value_of(told, item) is None]
    seen = [item for item in uncounted if value_of(told, f"{item}_seen")]
    rest = _rest(told)
    # Scars that were told of, and lie in no kind that was counted or seen, are of any kind that nobody ruled out.
    ruled_out = [item for item in uncounted if value_of(told, f"{item}_seen") == 0]
    open_kinds = seen or [item for item in uncounted if rest.low and item not in ruled_out]
    doubtful = _doubtful(told, seen)
    fewest, most = _of_each(rest, len(open_kinds), seen=bool(seen) and not doubtful)
    for item, weight in ATROPHIC.items():
        if item not in open_kinds:
            yield _weighted(told, item, weight)
            continue
        least, more = weight * band(fewest), weight * (band(most) - band(fewest))
        if seen:
            yield part(told, f"{item}_seen", least, least, UNSURE if doubtful else "")
            yield part(told, item, 0, more, "seen, but nobody has counted them")
        else:
            yield part(told, item, least, least + more, "nobody has told which kinds they are")


def _doubtful(told: Sequence[Finding], seen: Sequence[str]) -> bool:
    """Whether the network alone saw kinds in photos that it does not say to show a scar: clear skin is read so, too."""
    least, sights = current(told, LEAST), [current(told, f"{item}_seen") for item in seen]
    network = least is not None and least.by == MODEL and all(sight is None or sight.by == MODEL for sight in sights)
    return network and least is not None and least.value == 0


def _of_each(rest: Total, kinds: int, *, seen: bool) -> tuple[float, float]:
    """The fewest and the most scars of a kind where so many kinds share the rest; one of each at least if seen."""
    one = 1.0 if seen and rest.high >= kinds else 0.0
    return max(one, rest.low) if kinds == 1 else one, rest.high - one * (kinds - 1)


def _rest(told: Sequence[Finding]) -> Total:
    """How many scars are left for the kinds that nobody counted."""
    total = total_of(told) or Total(0.0, inf)
    counted = sum(value_of(told, item) or 0.0 for item in ATROPHIC)
    return Total(max(0.0, total.low - counted), max(0.0, total.high - counted))


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
