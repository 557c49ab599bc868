"""Which pairs of photos to compare closely, out of a million: three cheap ways, each blind to something else.

The perceptual hash finds whole pictures at any size and compression, the thumbnail also at another brightness, the
points also parts of a picture, stretched or turned. All look for mirror images too. A suspicion proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.duplicates.fingerprint import Fingerprint, Floats

Pair = tuple[int, int, bool]  # two photos by number, the lower first, and whether one is mirrored

HASH_BITS = 12  # of 64
THUMBNAIL_LIKENESS = 0.93  # correlation of grey levels
WORDS = 400
POINT_LIKENESS = 0.92  # cosine of two descriptors' square roots
SHARED_POINTS = 4
SEED = 1


def suspects(photos: Sequence[Fingerprint]) -> list[Pair]:
    """Pairs worth a comparison point by point, in order."""
    return sorted({*by_hash(photos), *by_thumbnail(photos), *by_points(photos)})


def hash_distance(a: Fingerprint, b: Fingerprint, mirrored: bool) -> int:
    """Bits, of 64, in which the perceptual hashes differ."""
    return round((64 - float(a.hashes[0] @ b.hashes[int(mirrored)])) / 2)


def by_hash(photos: Sequence[Fingerprint]) -> Iterator[Pair]:
    """Pairs whose perceptual hashes differ by few bits."""
    yield from _alike(np.stack([p.hashes for p in photos]), 64 - 2 * HASH_BITS)


def by_thumbnail(photos: Sequence[Fingerprint]) -> Iterator[Pair]:
    """Pairs whose grey levels run alike, however bright."""
    yield from _alike(np.stack([p.thumbnails for p in photos]), THUMBNAIL_LIKENESS)


def _alike(vectors: Floats, least: float) -> Iterator[Pair]:
    """Pairs whose scalar product reaches `least`; vectors are (photos, 2, length)."""
    for mirrored in (False, True):
        product = vectors[:, 0] @ vectors[:, int(mirrored)].T
        first, second = np.nonzero(np.triu(product >= least, 1))
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            yield a, b, mirrored


def by_points(photos: Sequence[Fingerprint]) -> Iterator[Pair]:
    """Pairs that share several points of the skin.

    The descriptors are sorted into visual words (inverted file: Sivic and Zisserman 2003), and compared within
    a word only. A point counts for its likest counterpart alone, so that hair and cloth do not match everything.
    """
    owner = np.concatenate([np.full(len(p.points), i) for i, p in enumerate(photos)])
    points = np.concatenate([p.points for p in photos])
    words = _vocabulary(points)
    home = np.argmax(points @ words.T - 0.5 * (words**2).sum(axis=1), axis=1)
    for mirrored in (False, True):
        asked = np.concatenate([p.mirrored_points for p in photos]) if mirrored else points
        votes = _votes(asked, points, owner, home, words)
        for (a, b), count in sorted(votes.items()):
            if count >= SHARED_POINTS:
                yield a, b, mirrored


def _vocabulary(points: Floats) -> Floats:
    """Centres of a seeded sample of the descriptors."""
    sample = np.random.default_rng(SEED).permutation(len(points))[:20_000]
    cv2.setRNGSeed(SEED)
    criteria = (cv2.TERM_CRITERIA_COUNT, 8, 0.0)
    count = min(WORDS, len(sample))
    chosen = points[np.sort(sample)]
    # OpenCV's types do not know that the first labels may be None, to be made by the function itself.
    centres: Floats = cv2.kmeans(chosen, count, None, criteria, 1, cv2.KMEANS_RANDOM_CENTERS)[2]  # type: ignore[call-overload]
    return centres


def _votes(
    asked: Floats, points: Floats, owner: npt.NDArray[np.int64], home: npt.NDArray[np.int64], words: Floats
) -> Counter[tuple[int, int]]:
    """How many points each pair of photos shares: each asked point looks in its two nearest words."""
    nearest = np.argpartition(-(asked @ words.T - 0.5 * (words**2).sum(axis=1)), 2, axis=1)[:, :2]
    best, partner = np.full(len(asked), POINT_LIKENESS, np.float32), np.full(len(asked), -1)
    for word in range(len(words)):
        inside, looking = np.flatnonzero(home == word), np.flatnonzero((nearest == word).any(axis=1))
        if not len(inside) or not len(looking):
            continue
        likeness = asked[looking] @ points[inside].T
        likeness[owner[looking][:, None] == owner[inside][None]] = 0.0
        column = likeness.argmax(axis=1)
        value = likeness[np.arange(len(looking)), column]
        better = value > best[looking]
        best[looking[better]] = value[better]
        partner[looking[better]] = owner[inside[column[better]]]
    found = np.flatnonzero(partner >= 0)
    pairs = np.sort(np.column_stack([owner[found], partner[found]]), axis=1)
    return Counter((int(a), int(b)) for a, b in pairs)
