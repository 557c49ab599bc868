"""Figures on what a score says beside the severity: photo grade, scar types, raised scars, photos unlike the known.

Scar types are held to scarnet's own labels, by dermatologists, one photo a group; what readers named stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from scarscore.datasets.photos import Collection, Rated
from scarscore.model.bundle import Bundle
from scarscore.model.heads import ATROPHIC, SCAR_TYPES
from scarscore.train.bench.records import ALL
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import Estimate, Statistic, Values, auc, bootstrapped, kappa
from scarscore.train.head_features import head_photos
from scarscore.train.labelled import with_unread
from scarscore.train.losses import TYPES_FROM
from scarscore.train.predict import Outcome, predict
from scarscore.train.samples import NO_TYPE, frame

Kinds = npt.NDArray[np.int64]
PUBLISHED = 0.644  # accuracy with rolling and boxcar as one: the honest replication (isaigm/scarnet, 5-fold, 5.85 % sd)
EVERY = 1_000_000
FEWEST_GRADES = 2


@dataclass(frozen=True)
class GradeFigures:
    """How the photo grade that is told agrees with the median reading: quadratic kappa, and the share that is the same.

    `readers` is the readers' own kappa.
    """

    source: str
    photos: int
    kappa: Estimate
    same: float
    readers: float


@dataclass(frozen=True)
class TypeRow:
    """One type: photos of that label, how many of them and how many in all are told as it, its F1."""

    name: str
    photos: int
    right: int
    told: int
    f1: float


@dataclass(frozen=True)
class TypesFigures:
    """The likeliest type against scarnet's labels, on `photos` of as many groups.

    `four` is the accuracy with rolling and boxcar as one, over `published` where its interval lies above. Readings
    name depressed types alone: how often their first one is the label (`readers`), how often ours is where the label
    is a depressed type (`ours`), and how often ours is the readers' (`with_readers`, on rated photos that read 10 or
    more, of any source, among depressed types).
    """

    photos: int
    macro_f1: Estimate
    five: Estimate
    four: Estimate
    published: float
    rows: tuple[TypeRow, ...]
    readers: Estimate
    ours: Estimate
    with_readers: Estimate


@dataclass(frozen=True)
class RaisedFigures:
    """Raised scars: scarnet's hypertrophic and keloid photos against photos without; shares told as present, AUC.

    `close_ups` are those of the `absent` that are cut out of faces.
    """

    present: int
    absent: int
    close_ups: int
    told_present: float
    told_absent: float
    told_close_ups: float
    auc: float


@dataclass(frozen=True)
class Said:
    """All of it; types and raised scars are None for networks without heads.

    `redness` is the weight of redness in grade 1 against 0. `unlike` is the share of rated photos that lie outside what
    the network that has not seen them was trained on.
    """

    grades: tuple[GradeFigures, ...]
    types: TypesFigures | None
    raised: RaisedFigures | None
    unlike: float
    redness: float


@dataclass(frozen=True, eq=False)
class Labelled:
    """Photos with a type, or without raised scars, as the network that has not seen them tells them."""

    kinds: Kinds
    outcomes: tuple[Outcome, ...]


def labelled(collection: Collection, panel: Panel, outcomes: Sequence[Outcome], rated: Sequence[Rated]) -> Labelled:
    """Every labelled photo, scored now unless it is an outcome, and every photo and cut without raised scars."""
    known = {(o.rated.photo.file, o.rated.cut): o for o in outcomes}
    homes = with_unread(collection, panel.fold_of_group, panel.folds.count)
    photos = head_photos(collection, rated, homes, EVERY)
    told = []
    for photo in photos:
        there = known.get((photo.rated.photo.file, photo.rated.cut))
        if there is None:
            shown = frame(collection, photo.rated, panel.finder)
            there = predict(panel.of_fold[photo.fold], [(photo.rated, shown)])[0]
        told.append(there)
    return Labelled(np.array([photo.kind for photo in photos]), tuple(told))


def said(outcomes: Sequence[Outcome], labels: Labelled, bundle: Bundle, readers: dict[str, float]) -> Said:
    """The figures; `readers` are the readers' own kappas by source."""
    heads = bool(labels.outcomes) and labels.outcomes[0].judged.types is not None
    return Said(
        tuple(_grades(name, of_source(outcomes, name), readers[name]) for name in (*bundle.metadata.sources, ALL)),
        _types(labels, outcomes) if heads else None,
        _raised(labels) if heads else None,
        float(np.mean([o.strange for o in outcomes])),
        bundle.metadata.calibration.grades.marks[2],
    )


def of_source(outcomes: Sequence[Outcome], source: str) -> list[Outcome]:
    """The outcomes on photos of one source, or of all."""
    return [o for o in outcomes if source in (ALL, o.rated.photo.source)]


def _grades(source: str, outcomes: Sequence[Outcome], readers: float) -> GradeFigures:
    told, read = (np.array(grades) for grades in zip(*((o.judged.grade, o.rated.grade) for o in outcomes), strict=True))

    def agreement(a: Values, b: Values) -> float:
        return kappa(a.astype(np.int64), b.astype(np.int64)) if len({*a, *b}) >= FEWEST_GRADES else float("nan")

    groups = [o.rated.photo.group for o in outcomes]
    return GradeFigures(
        source, len(told), bootstrapped(agreement, told, read, groups), float((told == read).mean()), readers
    )


def _types(labels: Labelled, outcomes: Sequence[Outcome]) -> TypesFigures:
    first = _first_of_groups(labels)
    chosen, kinds = [labels.outcomes[i] for i in first], labels.kinds[first]
    told = np.array([_likeliest(o) for o in chosen])
    groups = [o.rated.photo.group for o in chosen]
    one = np.array([0, 1, 1, 2, 3])  # rolling and boxcar are one
    rows = tuple(
        TypeRow(
            name,
            int((kinds == k).sum()),
            int(((told == k) & (kinds == k)).sum()),
            int((told == k).sum()),
            _f1(told, kinds, k),
        )
        for k, name in enumerate(SCAR_TYPES)
    )
    read = {o.rated.photo.file: o.rated for o in outcomes if o.rated.cut is None}
    named = np.array([_first_read(read.get(o.rated.photo.file)) for o in chosen])
    both = (named != NO_TYPE) & (kinds < ATROPHIC)
    depressed = [o for o in outcomes if o.rated.severity >= TYPES_FROM and _first_read(o.rated) != NO_TYPE]
    ours = np.array([_likeliest(o, ATROPHIC) for o in depressed])
    theirs = np.array([_first_read(o.rated) for o in depressed])
    with_groups = [o.rated.photo.group for o in depressed]
    at = np.flatnonzero(both)
    part = [groups[i] for i in at]
    return TypesFigures(
        len(first),
        _estimate(_macro_f1, told, kinds, groups),
        _estimate(_same, told, kinds, groups),
        _estimate(_same, one[told], one[kinds], groups),
        PUBLISHED,
        rows,
        _estimate(_same, named[at], kinds[at], part),
        _estimate(_same, np.array([_likeliest(chosen[i], ATROPHIC) for i in at]), kinds[at], part),
        _estimate(_same, ours, theirs, with_groups),
    )


def _estimate(statistic: Statistic, told: Kinds, read: Kinds, groups: Sequence[str]) -> Estimate:
    return bootstrapped(statistic, told.astype(np.float64), read.astype(np.float64), groups)


def _raised(labels: Labelled) -> RaisedFigures:
    present = labels.kinds >= ATROPHIC
    answers = [o.judged.types for o in labels.outcomes]
    told = np.array([bool(each and each.raised) for each in answers])
    chance = np.array([each.raised_probability if each else 0.0 for each in answers])
    area = auc(chance, present.astype(np.float64), 1.0)
    near = ~present & np.array([o.rated.cut is not None for o in labels.outcomes])
    return RaisedFigures(
        present=int(present.sum()),
        absent=int((~present).sum()),
        close_ups=int(near.sum()),
        told_present=float(told[present].mean()),
        told_absent=float(told[~present].mean()),
        told_close_ups=float(told[near].mean()),
        auc=area,
    )


def _first_of_groups(labels: Labelled) -> list[int]:
    """The first photo of each group that has a type: repeats of a picture count once."""
    found: dict[str, int] = {}
    for number, (kind, outcome) in enumerate(zip(labels.kinds, labels.outcomes, strict=True)):
        if kind != NO_TYPE:
            found.setdefault(outcome.rated.photo.group, number)
    return list(found.values())


def _likeliest(outcome: Outcome, among: int = len(SCAR_TYPES)) -> int:
    types = outcome.judged.types
    return int(np.argmax(types.probabilities[:among])) if types else NO_TYPE


def _first_read(rated: Rated | None) -> int:
    """The depressed type that most readers name first; `NO_TYPE` where most name none."""
    first = [r.types[0] for r in rated.readings if r.types] if rated else []
    if rated is None or len(first) * 2 <= len(rated.readings):
        return NO_TYPE
    return int(np.argmax([first.count(name) for name in SCAR_TYPES[:ATROPHIC]]))


def _same(told: Values, read: Values) -> float:
    return float((told == read).mean())


def _macro_f1(told: Values, read: Values) -> float:
    return float(f1_score(read, told, labels=range(len(SCAR_TYPES)), average="macro", zero_division=0.0))


def _f1(told: Kinds, read: Kinds, kind: int) -> float:
    return float(f1_score(read == kind, told == kind, zero_division=0.0))
