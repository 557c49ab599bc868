"""`scarscore train --labels`: from a table of own readings to a bundle with its card."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from scarscore.datasets.cards import Use
from scarscore.datasets.errors import DataError, DataMissing, why
from scarscore.datasets.own import TOLD, OwnPhoto, read_own
from scarscore.datasets.photos import Collection, data_root, load
from scarscore.model.bundle import load_bundle
from scarscore.model.bundles import ModelBundle, open_model, pack_bundle
from scarscore.model.pixels import rgb_pixels
from scarscore.train.claim import claim
from scarscore.train.config import load_config
from scarscore.train.cost import cost_of, counted
from scarscore.train.evaluate.nulls import json_text
from scarscore.train.seen import count_seen, require_permitted
from scarscore.train.tune import Halves, as_json, as_run, halves, identity_of, tune
from scarscore.train.tuned_card import tuned_card
from scarscore.train.views import Say

# What Pillow raises for files that are no photos, or only a part of one.
BROKEN = (
    *(OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, RuntimeError),
    *(struct.error, zlib.error, Image.DecompressionBombError),
)
BUNDLE = "bundle"  # the folder of the finished bundle, in the run's
MARK = "of.txt"  # says what the run in a folder is of


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for: the table, the photos' folder, what to go on from, how much to hold out."""

    labels: Path
    photos: Path | None
    base: str
    preset: str
    out: Path
    name: str
    held_out: float
    use: Use


def train_on_own(wanted: Wanted, say: Say) -> ModelBundle:
    """Go on from a bundle with own photos; the new bundle, which lies in the run's folder with its card and figures.

    Raises `DataError` where the table is wrong or too small, where a photo cannot be opened, or where the base has seen
    what would be held out.
    """
    base, config = open_model(wanted.base), load_config(wanted.preset)
    photos = read_own(wanted.labels, wanted.photos)
    split = halves(photos, wanted.held_out, config.seed)
    say(f"{_count(split.taught)} to learn from, {_count(split.held_out)} held out")
    require_readable(photos, wanted.labels.name)
    collection = _at_hand()
    if collection is not None:
        require_permitted(photos, wanted.use, collection)
    seen = _seen(base, split, wanted.base, collection)
    identity = identity_of(base, wanted.name, wanted.use, split.taught)
    claim(wanted.out, MARK, f"{identity.version} {base.severity.sha256} {wanted.held_out} {config}")
    run = as_run(split.taught, base, config, wanted.out, identity)
    with counted(wanted.out):
        told = tune(run, base, split.held_out, seen, say)
    network = load_bundle(str(run.file(None)))
    bare = ModelBundle(identity.name, identity.version, network, base.regions, None)
    bundle = replace(bare, card=tuned_card(bare, base, told, cost_of(wanted.out)))
    pack_bundle(bundle, wanted.out / BUNDLE)
    (wanted.out / "figures.json").write_text(json_text(as_json(told)), encoding="utf-8")
    return bundle


def require_readable(photos: Sequence[OwnPhoto], table: str) -> None:
    """Open every photo of a table, as training will later. Raises `DataError` with the lines that fail."""
    wrong = [
        f"{table} line {photo.readings[0].line}: {photo.path} cannot be opened: {problem}"
        for photo, problem in ((photo, _unreadable(photo.path)) for photo in photos)
        if problem
    ]
    if wrong:
        more = [f"and {len(wrong) - TOLD} more"] if len(wrong) > TOLD else []
        raise DataError("\n".join([*wrong[:TOLD], *more]))


def _unreadable(path: Path) -> str | None:
    """Why a photo's pixels cannot be had; None where they can."""
    try:
        with Image.open(path) as image:
            rgb_pixels(image)
    except UnidentifiedImageError:
        return "no photo, or in a format that training cannot read"
    except BROKEN as error:
        return why(error) if isinstance(error, OSError) else f"damaged ({error})"
    return None


def _count(photos: Sequence[OwnPhoto]) -> str:
    return f"{len(photos)} photos of {len({photo.patient for photo in photos})} patients"


def _at_hand() -> Collection | None:
    try:
        return load(data_root())
    except DataMissing:
        return None


def _seen(base: ModelBundle, split: Halves, name: str, collection: Collection | None) -> int | None:
    """0 where the base has seen nothing that is held out; None where nobody can tell.

    No data folder is at hand, or not all of the base's data sets lie in it, or the base itself went on with somebody's
    own photos, which no data folder holds.
    """
    if collection is None:
        return None
    count = count_seen([photo.sha256 for photo in split.held_out], base.severity.metadata, collection)
    if count:
        raise DataError(
            f"{name} was trained on {count} of the {len(split.held_out)} photos that would be held out, or on others "
            "of the same people: figures on them would flatter it. Go on from a bundle that has not seen them"
        )
    return count
