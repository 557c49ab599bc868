"""Photos whose scar types dermatologists labelled, scarnet's: what features are taught by and light heads fitted on.

Of 173 photos nobody read 77, among them all with raised scars: the label is all that they teach. A photo to which
scarnet gives two types is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import nan

from scarscore.datasets.photos import Collection, Photo, Rated
from scarscore.datasets.split import by_label
from scarscore.model.heads import SCAR_TYPES
from scarscore.train.samples import NO_TYPE, Sample, sample, without_cells

LABELLED = "scarnet"


def labelled(collection: Collection) -> tuple[Photo, ...]:
    """The photos with one of `SCAR_TYPES` as label, but those whose group holds two labels."""
    named = names(collection)
    return tuple(p for p in collection.photos if p.source == LABELLED and len(named.get(p.group, ())) == 1)


def names(collection: Collection) -> dict[str, set[str]]:
    """The types that each labelled group is given."""
    found: dict[str, set[str]] = {}
    for photo in collection.photos:
        if photo.source == LABELLED and photo.label in SCAR_TYPES:
            found.setdefault(photo.group, set()).add(photo.label)
    return found


def unread(photo: Photo) -> Rated:
    """A labelled photo where its readings do not count; it is known by its file."""
    return Rated(photo.file, photo, None, (), None)


def with_unread(collection: Collection, homes: Mapping[str, int], folds: int) -> dict[str, int]:
    """The folds of the groups that were read (`homes`), and of the labelled ones that nobody read, dealt by type."""
    return dict(homes) | by_label([photo for photo in labelled(collection) if photo.group not in homes], folds)


def with_labels(collection: Collection, rated: Sequence[Rated]) -> Iterator[Sample]:
    """The rated photos as samples, those with a label labelled; then the labelled photos that nobody read."""
    kinds = {photo.file: SCAR_TYPES.index(photo.label) for photo in labelled(collection)}
    for item in rated:
        yield replace(sample(item), label=kinds.get(item.photo.file, NO_TYPE) if item.cut is None else NO_TYPE)
    read = {item.photo.file for item in rated if item.cut is None}
    for photo in labelled(collection):
        if photo.file not in read:
            yield replace(without_cells(unread(photo), nan), label=kinds[photo.file])
