"""When no number is the right answer: the photo is unlike all that was learnt from, or the answer would say too little.

The photo's quality is asked before (`quality/checks.py`); this asks the network's own judgement of it. The network that
is shipped is never uncertain by the limits here: they are for networks that tell less.
"""

from __future__ import annotations

from scarscore.model.engine import Judgement
from scarscore.model.heads import HeadLimits
from scarscore.serve.scoring.result import Reason

WIDEST = 66.0  # points: a reading interval of more leaves open whether the skin is clear or severely scarred
LARGEST = 3  # grades of the five: a set of more says nothing


def abstains(judgement: Judgement, limits: HeadLimits | None) -> Reason | None:
    """Why the photo gets no score, or None. `limits` are those of the network that judged; None without heads."""
    if limits is not None and judgement.distance > limits.farthest:
        return Reason.UNFAMILIAR
    wide = judgement.severity.high - judgement.severity.low > WIDEST
    return Reason.UNCERTAIN if wide or len(judgement.grade_set) > LARGEST else None
