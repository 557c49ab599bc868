"""What each public data set is, and what may be done with it: one card a set, the TOML files beside this.

Whoever trains or reports asks here first: `require` refuses a use that a card does not permit, by name, and
`licence_class` says what a network trained on several sets may be called. A card states what its set's owners
state; it decides no question of law, and it opens no photo.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from scarscore.datasets.errors import DataError, UseForbidden
from scarscore.datasets.photos import Photo

CARDS = Path(__file__).parent
COPY = ("photos", "checksum")  # what a card says of a set that was copied, and not of one that is made here
Member = TypeVar("Member", bound=StrEnum)


class Use(StrEnum):
    """What may be done with a set, the least restricted first; each use includes those after it."""

    RELEASE = "release"  # networks trained on it may be used for any purpose
    RESEARCH = "research"  # networks trained on it are for research
    EVALUATION = "evaluation"  # networks may be measured on it, never trained

    def permits(self, use: Use) -> bool:
        """Whether a set with this permitted use may be put to `use`."""
        order = list(Use)
        return order.index(self) <= order.index(use)


class Target(StrEnum):
    """What a set's label, or a lesion box's class, tells us; the list is closed."""

    ICEPICK = "icepick"
    BOXCAR = "boxcar"
    ROLLING = "rolling"
    HYPERTROPHIC = "hypertrophic"
    KELOID = "keloid"
    DEPRESSED = "depressed"  # depressed scars are present, their type unknown
    NOT_DEPRESSED = "not_depressed"  # something else than a depressed scar
    NOTHING = "nothing"  # says nothing about scars


@dataclass(frozen=True)
class Label:
    """One label of a set: its name there, what it means there, and what it tells us."""

    name: str
    means: str
    maps_to: Target


@dataclass(frozen=True)
class Card:
    """One public data set.

    `licence` quotes what its owners state; `use` is what this project permits itself on that ground; `year`
    is the citation's, None where none is stated. `labels` explains the photos' labels, `boxes` the classes
    of its lesion boxes. `photos` and `checksum` (`rows_checksum`) are those of the copy that this project
    uses, so that a changed folder is noticed; None for a set that this project makes itself.
    """

    name: str
    title: str
    shows: str
    view: str
    size: str
    address: str
    citation: str
    year: int | None
    licence: str
    use: Use
    photos: int | None
    checksum: str | None
    traps: tuple[str, ...]
    labels: tuple[Label, ...]
    boxes: tuple[Label, ...] = ()


def load_card(name: str) -> Card:
    """The card of one data set, by its name in `photos.csv`. Raises `DataError` where there is none."""
    path = CARDS / f"{name}.toml"
    if name not in card_names():
        raise DataError(f"no card for the data set {name!r}; there are {', '.join(card_names())}")
    card = read_card(path)
    if card.name != name:
        raise DataError(f"{path.name}: name is {card.name!r}, not {name!r}")
    return card


def all_cards() -> tuple[Card, ...]:
    """Every card, in order of name."""
    return tuple(load_card(name) for name in card_names())


def card_names() -> tuple[str, ...]:
    """The names of all data sets that have a card."""
    return tuple(sorted(path.stem for path in CARDS.glob("*.toml")))


def require(names: Iterable[str], use: Use) -> None:
    """Refuse a use of these data sets unless every one of their cards permits it.

    Raises `UseForbidden` with the card's name, the licence as stated and the use refused.
    """
    for name in names:
        card = load_card(name)
        if not card.use.permits(use):
            raise UseForbidden(
                f"the data set {name!r} may not be used for {use.value}: "
                f'its card permits {card.use.value} only (licence: "{card.licence}")'
            )


def licence_class(names: Iterable[str]) -> Use:
    """The licence class of a network trained on these sets: the most restricted of their cards.

    Raises `DataError` for no sets at all, so that a list lost on the way never reads as free of rights.
    """
    uses = [load_card(name).use for name in names]
    if not uses:
        raise DataError("no data set is named: a licence class needs the sets that a network was trained on")
    return max(uses, key=list(Use).index)


def rows_checksum(photos: Iterable[Photo]) -> str:
    """SHA-256 over the sorted lines `file sha256` of a set's photos: one number for the whole set."""
    lines = sorted(f"{photo.file} {photo.sha256}\n" for photo in photos)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_card(path: Path) -> Card:
    """Read one card's file. Raises `DataError` naming the key that is unknown, missing or wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name}: {error}") from error
    copied = any(key in table for key in COPY)
    if copied and (lacking := [key for key in COPY if key not in table]):
        raise DataError(f"{path.name}: {lacking[0]} must be given, as its fellow is")
    _check_keys(path.name, table, {field.name for field in fields(Card)}, optional={"year", "boxes", *COPY})
    return Card(
        name=_text(path.name, table, "name"),
        title=_text(path.name, table, "title"),
        shows=_text(path.name, table, "shows"),
        view=_text(path.name, table, "view"),
        size=_text(path.name, table, "size"),
        address=_text(path.name, table, "address"),
        citation=_text(path.name, table, "citation"),
        year=_whole(path.name, table, "year") if "year" in table else None,
        licence=_text(path.name, table, "licence"),
        use=_member(path.name, "use", Use, table["use"]),
        photos=_whole(path.name, table, "photos") if copied else None,
        checksum=_checksum(path.name, table) if copied else None,
        traps=_traps(path.name, table["traps"]),
        labels=_labels(path.name, "labels", table["labels"]),
        boxes=_labels(path.name, "boxes", table.get("boxes", {})),
    )


def copied_cards() -> tuple[Card, ...]:
    """The cards of the sets that a data folder holds, in order of name: those that the project makes are not in it."""
    return tuple(card for card in all_cards() if card.photos is not None)


def _check_keys(place: str, table: Mapping[str, object], known: set[str], optional: set[str]) -> None:
    if unknown := sorted(table.keys() - known):
        raise DataError(f"{place}: unknown key {unknown[0]!r}")
    if missing := sorted(known - optional - table.keys()):
        raise DataError(f"{place}: no key {missing[0]!r}")


def _text(place: str, table: Mapping[str, object], key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{place}: {key} must be a text")
    return value


def _whole(place: str, table: Mapping[str, object], key: str) -> int:
    value = table[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise DataError(f"{place}: {key} must be a whole number above 0")
    return value


def _checksum(place: str, table: Mapping[str, object]) -> str:
    value = _text(place, table, "checksum")
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise DataError(f"{place}: checksum must be 64 hexadecimal digits")
    return value


def _traps(place: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DataError(f"{place}: traps must be a list of texts")
    return tuple(_text(place, {"traps": trap}, "traps") for trap in value)


def _labels(place: str, key: str, value: object) -> tuple[Label, ...]:
    if not isinstance(value, dict):
        raise DataError(f"{place}: {key} must be tables")
    return tuple(_label(f"{place}: [{key}.{name}]", name, table) for name, table in value.items())


def _label(place: str, name: str, table: object) -> Label:
    if not isinstance(table, dict):
        raise DataError(f"{place} must be a table")
    _check_keys(place, table, {"means", "maps_to"}, optional=set())
    return Label(name, _text(place, table, "means"), _member(place, "maps_to", Target, table["maps_to"]))


def _member(place: str, key: str, kind: type[Member], value: object) -> Member:
    try:
        return kind(str(value))
    except ValueError:
        raise DataError(f"{place}: {key} is {value!r}, not one of {', '.join(kind)}") from None
