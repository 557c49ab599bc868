"""False alarms: active acne without scars that is told as scars. Inflamed lesions look like relief."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np
from PIL import Image

from scarscore.datasets.photos import Collection, Rated
from scarscore.model.pixels import rgb_pixels
from scarscore.train.bench.records import Alarms
from scarscore.train.bench.subjects import bench_size
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import Values, bootstrapped
from scarscore.train.predict import Outcome

CLEAR = 10.0  # readings below this have no scars to speak of
ALARM = 20.0  # a severity over this is a false alarm
ACNE = 1.0  # mean reading of active acne, 0 to 3, from which a photo shows it
UNREAD = ("active_acne", "comedo")  # labels whose photos show something else than scars


def read_as_clear(outcomes: Sequence[Outcome]) -> Iterator[Alarms]:
    """Photos, by source, and cuts that readers saw acne on and read below 10."""
    acne = [o for o in outcomes if shows_acne(o.rated) and o.rated.severity < CLEAR]
    sources = dict.fromkeys(o.rated.photo.source for o in acne)
    for source in sources:
        for cuts in (False, True):
            own = [o for o in acne if o.rated.photo.source == source and (o.rated.cut is not None) == cuts]
            if own:
                told = np.array([o.told.value for o in own])
                name = f"{source}, {'close-up cuts' if cuts else 'photos'} with active acne that read under {CLEAR:g}"
                yield counted(name, told, [o.rated.photo.group for o in own])


def unread(collection: Collection, panel: Panel, source: str) -> Iterator[Alarms]:
    """Photos of a source that was never trained on, by label; nobody read them, the label says acne or comedones."""
    for label in UNREAD:
        photos = [p for p in collection.photos if p.source == source and p.label == label and not p.rating_id]
        told = []
        for photo in photos:
            with Image.open(collection.root / photo.file) as image:
                told.append(panel.severity(panel.engine(photo), bench_size(rgb_pixels(image))))
        if photos:
            yield counted(f"{source}, crops labelled {label}, not read", np.array(told), [p.group for p in photos])


def counted(name: str, told: Values, groups: Sequence[str]) -> Alarms:
    """How many of these severities are alarms; the interval is of whole groups drawn again."""
    over = (told > ALARM).astype(np.float64)
    share = bootstrapped(lambda high, _: float(high.mean()), over, over, groups)
    return Alarms(name, len(told), int(over.sum()), share, float(told.mean()))


def shows_acne(rated: Rated) -> bool:
    """Whether the readings say that there is active acne."""
    return fmean(reading.active_acne for reading in rated.readings) >= ACNE
