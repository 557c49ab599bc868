"""How many depressed scars the photos show, as far as the network can tell: a least number, none or one, and no most.

Severity does not tell the number: where any number of scars comes with any depth, photos of mild severity lie in all
four bands of ECCA (`tests/serve/course/test_count_figures.py`). Counting dents in the photo's light, areas of the
severity map over a typical scar's, or severity times visible skin did no better. So a severe photo shows a scar, and
none shows how many.
"""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.serve.course.records import Finding, Shot, ShotScore
from scarscore.serve.course.scales.total import LEAST

# Severity from which a photo is said to show a depressed scar: of clear made-up skin, rough as that of scarred people,
# 3 in 100 read so much (the same test, with SCARSCORE_BENCH=1).
SHOWN = 60.0
NOT_COUNTED = (
    "How many scars there are is not told: photos of made-up skin with none and with over 20 scars read alike. "
    "From a severity of 60, which 3 in 100 of those with none reaches, the network proposes one at least, and never "
    "a most. What hangs on a number stays a range until a person has counted."
)


def scars_in_all(shots: Sequence[Shot]) -> tuple[Finding, ...]:
    """The least number of depressed scars that one of the photos shows, 0 or 1; nothing where none was scored."""
    severities = [shot.answer.severity for shot in shots if isinstance(shot.answer, ShotScore)]
    return (Finding(LEAST, float(max(severities) >= SHOWN)),) if severities else ()
