"""Which photos of public sets a network has seen, as figures on those would flatter it, and which it must not learn."""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.datasets.cards import Use, card_names, require
from scarscore.datasets.errors import DataError
from scarscore.datasets.own import OwnPhoto
from scarscore.datasets.photos import Collection
from scarscore.datasets.split import grouped_folds
from scarscore.model.bundle import Metadata, names
from scarscore.train.drawn import CARRIER, DRAWN
from scarscore.train.labelled import LABELLED, labelled, with_unread
from scarscore.train.samples import fingerprint, trainable


def seen_checksums(metadata: Metadata, collection: Collection) -> frozenset[str]:
    """The SHA-256 of all photos whose group a severity network was trained on, as far as they lie in the collection.

    Those count, too, that nobody read but that have a label of a scar type: its features and its heads know them.

    Own photos that it went on with lie in none (`all_known`). Of a network of a fold, those of its own fold are left
    out. Raises `DataError` where the network of a fold was trained on other photos than these.
    """
    sources = tuple(name for name in metadata.sources if name in card_names())
    rated = trainable(collection, sources)
    unread = labelled(collection) if LABELLED in sources else ()
    if metadata.fold is not None:
        folds = grouped_folds(rated, sum(name.startswith("fold") for name in names()), metadata.seed)
        rated = tuple(item for item in rated if folds.fold_of[item.key] != metadata.fold)
        if fingerprint(rated) != metadata.training_fingerprint:
            raise DataError(
                f"{metadata.name}, fold {metadata.fold}: which of these photos it was trained on is unknown"
            )
        homes = with_unread(collection, {folds.group_of[key]: fold for key, fold in folds.fold_of.items()}, folds.count)
        unread = tuple(photo for photo in unread if homes[photo.group] != metadata.fold)
    groups = {item.photo.group for item in rated} | {photo.group for photo in unread}
    if DRAWN in metadata.sources:  # whose faces are drawn on, read or not
        groups |= {photo.group for photo in collection.photos if photo.source == CARRIER}
    return frozenset(photo.sha256 for photo in collection.photos if photo.group in groups)


def all_known(metadata: Metadata) -> bool:
    """Whether a network learnt from data sets alone, so that whoever has them can say what it has seen."""
    return set(metadata.sources) <= set(card_names())


def all_at_hand(metadata: Metadata, collection: Collection) -> bool:
    """Whether the data folder holds all that a network learnt from: rated photos of each of its data sets."""
    needed = {CARRIER if name == DRAWN else name for name in metadata.sources}
    return all_known(metadata) and needed <= {item.photo.source for item in collection.rated()}


def require_permitted(photos: Sequence[OwnPhoto], use: Use, collection: Collection) -> None:
    """Refuse to learn from a public set's photos, byte for byte, under another name, where its card permits less.

    Raises `UseForbidden` with the set's name.
    """
    checksums = {photo.sha256 for photo in photos}
    require(sorted({photo.source for photo in collection.photos if photo.sha256 in checksums}), use)


def count_seen(checksums: Sequence[str], metadata: Metadata, collection: Collection) -> int | None:
    """How many files of these SHA-256 a severity network has seen, or others of the same group (`seen_checksums`).

    None where nobody can tell: none was found, but not all that the network learnt from is at hand.
    """
    whole = all_at_hand(metadata, collection)
    if metadata.fold is not None and not whole:  # which photos were its fold's only all of them together tell
        return None
    seen = seen_checksums(metadata, collection)
    count = sum(checksum in seen for checksum in checksums)
    return count if count or whole else None
