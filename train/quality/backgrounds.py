"""Cuts pieces of background and hair out of real photos, in memory: what is beside and above the face, and no skin.

The face is found by the teacher's mesh, not by the region network, which is one of those on trial. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from scarscore.datasets.photos import Collection, Photo
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Pixels
from scarscore.train.quality.notskin import Picture
from scarscore.train.regions.mesh import MeshFinder

LEAST = 180  # px: the short side of a piece; smaller ones would be refused for their size
SURE = 0.8  # of the mesh network that it saw the face
_BESIDE, _ABOVE = 0.22, 0.35  # of the face's width and height: ears, and the forehead above the mesh
_SHOULDERS = 0.6  # of the photo's height: below, shoulders and hands may show skin


def backgrounds(collection: Collection, sources: Sequence[str], weights: Path, limit: int) -> Iterator[Picture]:
    """Up to so many pieces of each source's photos, in an order that is always the same."""
    finder = MeshFinder(weights)
    for source in sources:
        photos = [photo for photo in collection.photos if photo.source == source]
        order = np.random.default_rng(0).permutation(len(photos))
        pieces = (piece for index in order for piece in _pieces(collection, photos[index], finder))
        for _, piece in zip(range(limit), pieces, strict=False):
            yield Picture(f"background of {source}", piece)


def _pieces(collection: Collection, photo: Photo, finder: MeshFinder) -> Iterator[Pixels]:
    with Image.open(collection.root / photo.file) as image:
        pixels = rgb_pixels(image)
    mesh = finder.find(pixels)
    if mesh is None or mesh.presence < SURE or mesh.faces != 1:
        return
    height = pixels.shape[0]
    (left, top), (right, bottom) = mesh.points[:, :2].min(axis=0), mesh.points[:, :2].max(axis=0)
    beside, above = _BESIDE * (right - left), _ABOVE * (bottom - top)
    upper = int(height * _SHOULDERS)
    cuts = (
        pixels[:upper, : max(0, int(left - beside))],
        pixels[:upper, max(0, int(right + beside)) :],
        pixels[: max(0, int(top - above))],
    )
    yield from (np.ascontiguousarray(cut) for cut in cuts if min(cut.shape[:2]) >= LEAST)
