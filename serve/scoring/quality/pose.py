"""Whether the photo shows one face, from the side that was said.

Left and right are the patient's. Pixels cannot tell whether a `left` photo that shows the right cheek is a photo of
the wrong side or a mirrored one: it is refused, unless the file says that a front camera took it, which mirrors.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.regions import TURNED, Pose, Region, RegionMap
from scarscore.serve.scoring.result import View

_LEAST = 0.0016  # share of the photo: smaller patches are no nose
_LIKE = 0.5  # of the largest nose
_ASIDE = 0.2  # of the long side, across: fragments of one nose lie closer, or above each other


def faces(regions: RegionMap) -> int:
    """How many faces are seen, by their noses: 0 for a close-up, 2 and more for several.

    A nose is one connected patch of that region; a second one counts where it is at least half as large and lies
    aside. The region network's own count is not used: on two faces that fill the photo it says one.
    """
    patches = (regions.label == Region.NOSE).astype(np.uint8)
    _, _, stats, centres = cv2.connectedComponentsWithStats(patches)
    areas, across = stats[1:, cv2.CC_STAT_AREA], centres[1:, 0]
    known = int(regions.pose.view != "closeup")
    if areas.size == 0 or areas.max() < _LEAST * patches.size:
        return known
    aside = np.abs(across - across[areas.argmax()]) >= _ASIDE * max(patches.shape)
    like = areas >= max(_LEAST * patches.size, _LIKE * areas.max())
    return max(known, 1) + int(np.count_nonzero(aside & like))


def off_view(pose: Pose, view: View | None) -> float | None:
    """How many degrees the head is turned beyond what the given view allows; 0 where it agrees, None if unknown.

    A photo from the front may be turned by 20 degrees, a photo of a side is turned by 20 or more (45 is asked for),
    after the yaw that the region network tells, which is rough. A close-up cannot be checked.
    """
    if view in (None, View.CLOSEUP) or View(pose.view) is View.CLOSEUP:
        return None
    if view is View.FRONT:
        return max(0.0, abs(pose.yaw) - TURNED)
    towards = pose.yaw if view is View.RIGHT else -pose.yaw
    return max(0.0, TURNED - towards)


def other_side(pose: Pose, view: View | None) -> bool:
    """Whether one side was said and the photo shows the other one."""
    return {view, View(pose.view)} == {View.LEFT, View.RIGHT}
