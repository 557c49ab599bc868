"""What the network proposes to the scales: scarred area, types that it sees, a least number of scars.

It proposes no counts: one position of its map is a fortieth of the photo, some 5 mm of a face, so that several scars
lie in one, and no attempt at counting them held up (`counts.py`). Counts are entered. What is proposed stands in the
audit trail as the network's, and what a person enters takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from scarscore.model.preprocess import Floats
from scarscore.model.regions import Region
from scarscore.model.severity import TYPES
from scarscore.serve.course.counts import scars_in_all
from scarscore.serve.course.frame import Mask
from scarscore.serve.course.records import Course, Finding, Shot, ShotScore, Visit
from scarscore.serve.course.timing import is_valid, timed
from scarscore.serve.scoring.result import View

# Local severity from which skin is called scarred. With 10 the share of skin goes with that of cells that were read 20
# or more: rho 0.85 and off by 0.14 on 143 photos not seen in training (`tests/serve/course/test_area_figures.py`).
SCARRED = 10.0
LEAST = 0.01  # share of skin under which it is called clear: a position or two beside a nostril or a crease
FEWEST = 30  # positions of the severity map: less skin tells nothing of half a face
_FACE = tuple(int(r) for r in (Region.FOREHEAD, Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.NOSE, Region.CHIN))
_SIDES = {View.LEFT: "left_half", View.RIGHT: "right_half"}


@dataclass(frozen=True, eq=False)
class Seen:
    """What the networks saw in a photo of a face: local severities, float32 (rows, columns), 0 to 100 and NaN off the
    skin, and the region at each place, as `Region`."""

    view: View
    severity: Floats
    label: npt.NDArray[np.uint8]


Look = Callable[[Shot], Seen | None]  # None where the photo cannot be read any more


def with_proposals(course: Course, dates: Collection[date], look: Look) -> Course:
    """The course with the network's findings at the valid visits of these dates, before those that were entered."""

    def told(visit: Visit) -> Visit:
        when = timed(visit, course.sessions, course.clinic.timing)
        if visit.date not in dates or not is_valid(when.timing):
            return visit
        shots = [s for s in visit.shots if isinstance(s.answer, ShotScore) and s.not_comparable is None]
        seen = [each for shot in shots if shot.view is not View.CLOSEUP and (each := look(shot)) is not None]
        return replace(visit, findings=(*types_seen(shots), *scars_in_all(shots), *areas(seen), *visit.findings))

    return replace(course, visits=tuple(told(visit) for visit in course.visits))


def types_seen(shots: Sequence[Shot]) -> tuple[Finding, ...]:
    """A finding for each type of scar that is seen in one of the photos or more."""
    seen = {name for shot in shots if isinstance(shot.answer, ShotScore) for name in shot.answer.types}
    return tuple(Finding(f"{name}_seen", 1.0) for name in TYPES if name in seen)


def areas(photos: Sequence[Seen]) -> tuple[Finding, ...]:
    """The scarred share of the face, and of each half: from photos of that side, else from those of the front."""
    told = {"face": [(each, _face(each)) for each in photos if each.view is not View.CLOSEUP]}
    for side, half in _SIDES.items():
        beside = [(each, _face(each)) for each in photos if each.view is side]
        told[half] = beside or [(each, mask) for each in photos for mask in _half(each, side)]
    shares = {site: scarred_share(parts) for site, parts in told.items()}
    return tuple(Finding(f"{site}_area", share) for site, share in shares.items() if share is not None)


def scarred_share(parts: Sequence[tuple[Seen, Mask]]) -> float | None:
    """Which share (0 to 1, to two places) of the skin within the masks is scarred; None where too little is seen."""
    values = np.concatenate([np.zeros(0, np.float32), *(seen.severity[mask] for seen, mask in parts)])
    skin = values[np.isfinite(values)]
    if skin.size < FEWEST:
        return None
    share = float((skin >= SCARRED).mean())
    return round(share, 2) if share >= LEAST else 0.0


def _face(seen: Seen) -> Mask:
    return np.asarray(np.isin(seen.label, _FACE))


def _half(seen: Seen, side: View) -> Iterator[Mask]:
    """The patient's half of a face seen from the front, parted half way between the cheeks; nothing without both."""
    ends = [np.argwhere(seen.label == int(region)) for region in (Region.LEFT_CHEEK, Region.RIGHT_CHEEK)]
    if seen.view is not View.FRONT or not all(len(places) for places in ends):
        return
    left, right = (places.mean(axis=0) for places in ends)
    rows, columns = np.indices(seen.label.shape)
    beyond = (np.stack([rows, columns], axis=-1) - (left + right) / 2) @ (left - right)
    yield _face(seen) & np.asarray(beyond > 0 if side is View.LEFT else beyond < 0)
