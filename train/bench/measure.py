"""Puts the networks on the bench: repeatability, healing, colour, false alarms, each by a network that has not seen it.

Every changed photo goes the whole way that the product takes: skin found anew, then scored. It reports what it finds
and judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.datasets.photos import Collection
from scarscore.train.bench.alarms import CLEAR, read_as_clear, unread
from scarscore.train.bench.records import ALL, Bench
from scarscore.train.bench.repeat import one_at_a_time, repeatability
from scarscore.train.bench.response import colour, healing
from scarscore.train.bench.subjects import spread_out, subject
from scarscore.train.evaluate.panel import Panel
from scarscore.train.predict import Outcome
from scarscore.train.views import Say

SCARRED = 20.0  # readings from which a photo counts for repeatability, as the blueprint has it
PART = 60  # photos that are painted


def measure(collection: Collection, panel: Panel, outcomes: Sequence[Outcome], unseen_source: str, say: Say) -> Bench:
    """Everything the bench tells. `outcomes` are of all rated photos and cuts as they are, seen by no judge."""
    whole = [o.rated for o in outcomes if o.rated.cut is None]
    scarred = [subject(collection, panel, item) for item in whole if item.severity >= SCARRED]
    say(f"bench: {len(scarred)} photos taken again")
    repeats = tuple(repeatability(scarred))
    say("bench: one condition at a time")
    alone = tuple(one_at_a_time(scarred))
    say("bench: scars that fade")
    healed = tuple(healing(panel, scarred))
    say("bench: painted colours")
    sem = next(row.sem.value for row in repeats if row.source == ALL)
    clear = [subject(collection, panel, item) for item in spread_out([i for i in whole if i.severity < CLEAR], PART)]
    colours = [
        *colour(panel, spread_out(scarred, PART), f"photos that read {SCARRED:g} or more", sem),
        *colour(panel, clear, f"photos that read under {CLEAR:g}", sem),
    ]
    say("bench: false alarms")
    alarms = [*read_as_clear(outcomes), *unread(collection, panel, unseen_source)]
    return Bench(repeats, alone, healed, tuple(colours), tuple(alarms))
