"""Whether the photo shows one face, from the side that was said.

Left and right are the patient's. Pixels cannot tell whether a `left` photo that shows the right cheek is a photo of
the wrong side or a mirrored one: it is refused, unless the file says that a front camera took it, which mirrors.
"""

from __future__ import annotations

from scarscore.model.regions import TURNED, Pose
from scarscore.serve.scoring.result import View


def off_view(pose: Pose, view: View | None) -> float | None:
    """How many degrees the head is turned beyond what the given view allows; 0 where it agrees, None if unknown.

    A photo from the front may be turned by 20 degrees, a photo of a side is turned by 20 or more (45 is asked for),
    after the yaw that the region network tells, which is rough. A close-up, and a photo on which no face is seen,
    cannot be checked.
    """
    if view in (None, View.CLOSEUP) or pose.faces != 1 or View(pose.view) is View.CLOSEUP:
        return None
    if view is View.FRONT:
        return max(0.0, abs(pose.yaw) - TURNED)
    towards = pose.yaw if view is View.RIGHT else -pose.yaw
    return max(0.0, TURNED - towards)


def other_side(pose: Pose, view: View | None) -> bool:
    """Whether one side was said and the photo shows the other one."""
    return {view, View(pose.view)} == {View.LEFT, View.RIGHT}
