"""What the light heads are fitted on: each photo's features under each network of a run, pooled as they are served.

Where scars are is told here by the first look alone; as served, the nearer look at a face has half a say in it.

Scar types are scarnet's own labels, by dermatologists; photos to which it gives two labels are left out. Rated photos
and close-ups without raised scars stand beside them, to tell raised scars from none and the known from the strange.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession

from scarscore.datasets.photos import Collection, Rated
from scarscore.model.attach import FEATURES, Weights, with_features
from scarscore.model.engine import open_session
from scarscore.model.heads import CHANNELS, PATHS, SCAR_TYPES, looked_at, spread_out
from scarscore.model.preprocess import MAP_SIDE, Floats, Pixels, fit, normalise
from scarscore.train.augment import Variation, augmented, pipeline, plain
from scarscore.train.labelled import labelled, names, unread
from scarscore.train.samples import NO_TYPE, FindSkin, picture

CLEAR_OF_RAISED = 5.0  # points: a photo that reads lower shows no raised scar to speak of

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HeadPhoto:
    """A photo that heads are fitted on: the type (number in `SCAR_TYPES`, or `NO_TYPE`), and its fold."""

    rated: Rated
    kind: int
    fold: int


@dataclass(frozen=True, eq=False)
class Features:
    """What one network sees in n photos as they are, and in another look at the labelled ones.

    `scars` (n, 320) are means of both paths' features where the heads look, `skin` (n, 160) means of the first path's
    over the judged skin; `again` (n, 320) is `scars` of the other look, NaN for photos without a type.
    """

    scars: Values
    skin: Values
    again: Values


def head_photos(
    collection: Collection, rated: Sequence[Rated], homes: dict[str, int], most: int
) -> tuple[HeadPhoto, ...]:
    """The labelled photos, then the rated ones, or parts of them, without raised scars; at most so many of each kind.

    Parts belong there: the labelled photos with raised scars are close-ups, and a network that knew whole faces alone
    without them took every close-up for raised (of 101 close-ups of faces it told 55 %, of 196 clear cheeks 80 %).
    `homes` are the folds of all their groups (`with_unread`).
    """
    named = names(collection)
    typed = [
        HeadPhoto(unread(photo), SCAR_TYPES.index(photo.label), homes[photo.group]) for photo in labelled(collection)
    ]
    clear = [
        HeadPhoto(item, NO_TYPE, homes[item.photo.group])
        for item in rated
        if item.photo.group not in named and np.mean([r.raised for r in item.readings]) < CLEAR_OF_RAISED
    ]
    kinds = [[photo for photo in typed if photo.kind == kind] for kind in range(len(SCAR_TYPES))]
    return tuple(photo for kind in [*kinds, clear] for photo in _even(kind, most))


def gather(
    collection: Collection,
    find_skin: FindSkin,
    photos: Sequence[HeadPhoto],
    networks: Sequence[tuple[bytes, Weights]],
    files: Sequence[Path],
    seed: int,
) -> tuple[Features, ...]:
    """The features of the photos under each network, with the weights of its second path.

    A file holds those of one network, and is gone on from.
    """
    missing = [number for number, file in enumerate(files) if not file.exists()]
    if missing:
        sessions = {number: open_session(with_features(*networks[number])) for number in missing}
        rows: dict[int, list[Values]] = {number: [] for number in missing}
        for photo in photos:
            looks = list(_looks(collection, find_skin, photo, seed))
            for number, session in sessions.items():
                seen = [_pooled(session, *look) for look in looks]
                again = seen[1][0] if len(seen) > 1 else np.full_like(seen[0][0], np.nan)
                rows[number].append(np.concatenate([*seen[0], again]))
        for number in missing:
            files[number].parent.mkdir(parents=True, exist_ok=True)
            np.save(files[number], np.stack(rows[number]))
    ends = np.cumsum([PATHS * CHANNELS, CHANNELS])
    return tuple(Features(*np.split(np.load(file), ends, axis=1)) for file in files)


def _looks(collection: Collection, find_skin: FindSkin, photo: HeadPhoto, seed: int) -> Iterator[tuple[Pixels, Floats]]:
    """The photo in the network's square with its judged skin (40, 40); a labelled one also as it might look."""
    shown = picture(collection, photo.rated, find_skin)
    frame = fit(shown.pixels, shown.skin)
    judged = np.zeros((MAP_SIDE, MAP_SIDE), np.float32)
    seen = frame.judged[frame.part]
    judged[: seen.shape[0], : seen.shape[1]] = seen
    yield frame.square, judged
    if photo.kind != NO_TYPE:
        other = augmented(pipeline(Variation()), plain(shown), f"{seed} {photo.rated.key}")
        skin = (other.cells > 0).astype(np.float32)
        yield other.square, np.asarray(cv2.resize(skin, judged.shape, interpolation=cv2.INTER_AREA), np.float32)


def _pooled(session: InferenceSession, square: Pixels, judged: Floats) -> tuple[Values, Values]:
    """Means of the features where the heads look, and of the first path's over the judged skin."""
    answer = session.run(["severity", "weight", FEATURES], {"photo": normalise(square[np.newaxis])})
    severity, weight, features = (np.asarray(each)[0] for each in answer)
    fine = spread_out(features, MAP_SIDE, MAP_SIDE).astype(np.float64)
    share = looked_at(severity, weight * judged, judged)
    total = max(float(judged.sum()), 1e-6)
    return (fine * share).sum((1, 2)), (fine[:CHANNELS] * judged).sum((1, 2)) / total


def _even(photos: Sequence[HeadPhoto], most: int) -> list[HeadPhoto]:
    """At most so many, evenly over their order."""
    if len(photos) <= most:
        return list(photos)
    return [photos[number] for number in np.linspace(0, len(photos) - 1, most).astype(int)]
