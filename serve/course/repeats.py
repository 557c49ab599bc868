"""Repeated shots of the same skin: which they are, and what is written of how well they repeat.

A CSV file with `subject`, `view` and `photo` (and perhaps `camera`), or a folder with a folder for each subject,
photos named by their view. A subject is a pseudonym. All close-ups of one subject show the same place.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from scarscore.serve.course.entries import read_csv
from scarscore.serve.course.layout import LEFT_BY_SYSTEMS, named_view
from scarscore.serve.course.repeatability import Pair, Repeatability, measured_error
from scarscore.serve.course.report.write import table_of
from scarscore.serve.course.words import counted
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

COLUMNS = ("subject", "view", "photo", "camera")
NUMBERS = ("icc", "icc_low", "icc_high", "sem", "sdc95", "bias", "limit_low", "limit_high")
SUMMARY = ("view", "camera", "model", "subjects", "shots", *NUMBERS, "left_out")
PLACES = dict.fromkeys(NUMBERS, 3)
PAIRS = ("view", "camera", "model", "subject", "mean", "difference")
PANEL, WIDTH = 300.0, 640.0  # px of a Bland-Altman panel


@dataclass(frozen=True)
class RepeatPhoto:
    """One of several photos of a subject's same skin; `row` is where it stands, for messages.

    `region` is what a close-up's name says that it shows; None where it says nothing.
    """

    path: Path
    subject: str
    view: View
    camera: str
    row: str
    region: str | None = None


def read_repeats(path: Path, camera: str = "") -> tuple[RepeatPhoto, ...]:
    """The repeated photos of a CSV file or a folder. Raises UsageError, naming the row, for what is wrong."""
    try:
        photos = _in_folder(path, camera) if path.is_dir() else _in_table(path, camera)
        _check(photos)
    except UsageError as error:
        raise UsageError(f"{path.name or path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    return photos


def check_enough(photos: Sequence[RepeatPhoto], least: int) -> None:
    """Raise UsageError where fewer than `least` subjects have two photos of a view with a camera: before any work."""
    shots = Counter((photo.view, photo.camera, photo.subject) for photo in photos)
    for view, camera in sorted({(view, camera) for view, camera, _ in shots}):
        found = sum(count > 1 for kind, count in shots.items() if kind[:2] == (view, camera))
        if found < least:
            named = f"the {view} view{f' with the camera {camera!r}' if camera else ''}"
            raise UsageError(f"{named} has {counted(found, 'subject')} with two photos or more; {least} are needed")


def summary_csv(found: Sequence[Repeatability]) -> str:
    """A row for each view and camera: ICC(2,1) with interval, SEM, SDC95, bias and limits of agreement."""
    return table_of(SUMMARY, [asdict(each) for each in found], PLACES)


def pairs_csv(found: Sequence[Repeatability]) -> str:
    """A row for each pair of shots: the points of the Bland-Altman plot."""
    records = [
        {"view": each.view, "camera": each.camera, "model": each.model, **asdict(pair)}
        for each in found
        for pair in each.pairs
    ]
    return table_of(PAIRS, records, {"mean": 3, "difference": 3})


def clinic_toml(found: Sequence[Repeatability]) -> str:
    """`[[error]]` tables for the clinic's settings. Raises UsageError where there are fewer than 10 subjects."""
    return "\n".join(_error_toml(each) for each in found)


def bland_altman(found: Sequence[Repeatability]) -> str:
    """Difference over mean for each view and camera, with bias and limits of agreement, as one SVG file."""
    panels = "".join(_panel(each, n * PANEL) for n, each in enumerate(found))
    height = PANEL * len(found)
    style = (
        "text{font:13px sans-serif;fill:#333}.a{stroke:#777}.b{stroke:#1f5fa8;stroke-width:2}.l{stroke-dasharray:6 4}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="{WIDTH:.0f}" '
        f'height="{height:.0f}"><style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{panels}</svg>\n'
    )


def _in_table(path: Path, camera: str) -> tuple[RepeatPhoto, ...]:
    return tuple(
        RepeatPhoto(
            path.parent / row.text("photo"),
            row.text("subject"),
            row.word("view", View),
            row.text("camera", camera),
            row.where,
        )
        for row in read_csv(path, COLUMNS[:3], COLUMNS)
    )


def _in_folder(path: Path, camera: str) -> tuple[RepeatPhoto, ...]:
    photos = []
    for folder in sorted(inner for inner in path.iterdir() if inner.is_dir() and not inner.name.startswith(".")):
        for photo in sorted(folder.iterdir()):
            if not photo.name.startswith(".") and photo.name.lower() not in LEFT_BY_SYSTEMS:
                row = f"{folder.name}/{photo.name}"
                view, region = named_view(photo, row)
                photos.append(RepeatPhoto(photo, folder.name, view, camera, row, region))
    return tuple(photos)


def _check(photos: Sequence[RepeatPhoto]) -> None:
    if not photos:
        raise UsageError("there are no photos: a folder for each subject, or a CSV file with subject, view and photo")
    seen: dict[Path, str] = {}
    for photo in photos:
        if not photo.path.is_file():
            raise UsageError(f"{photo.row}: there is no photo {photo.path.name!r}")
        real = photo.path.resolve()
        if real in seen:
            raise UsageError(f"{photo.row}: the photo {photo.path.name!r} stands in {seen[real]} already")
        seen[real] = photo.row
    _check_copies(photos)
    _check_places(photos)


def _check_copies(photos: Sequence[RepeatPhoto]) -> None:
    """Raise UsageError for a photo that stands twice under two names: a copy repeats perfectly, and says nothing."""
    seen: dict[str, str] = {}
    for photo in photos:
        with photo.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest in seen:
            raise UsageError(f"{photo.row}: the photo {photo.path.name!r} is the same as that of {seen[digest]}")
        seen[digest] = photo.row


def _check_places(photos: Sequence[RepeatPhoto]) -> None:
    """Raise UsageError for close-ups of one subject that are said to show different skin: they repeat nothing."""
    first: dict[str, RepeatPhoto] = {}
    for photo in photos:
        if photo.view is View.CLOSEUP and first.setdefault(photo.subject, photo).region != photo.region:
            raise UsageError(
                f"{photo.row}: this close-up shows {_place(photo)}, and {first[photo.subject].row} shows "
                f"{_place(first[photo.subject])}; all close-ups of a subject must show the same skin"
            )


def _place(photo: RepeatPhoto) -> str:
    return photo.region.replace("_", " ") if photo.region else "a region that its name does not tell"


def _error_toml(found: Repeatability) -> str:
    error = measured_error(found)
    lines = [
        "[[error]]",
        f"sem = {error.sem:.3f}  # points; SDC95 {error.sdc95:.1f}",
        f"view = {_quoted(found.view.value)}",
        *([f"camera = {_quoted(error.camera)}"] if error.camera else []),
        *([f"model = {_quoted(error.model)}"] if error.model else []),
        f"subjects = {error.subjects}",
        f"shots = {error.shots}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _panel(found: Repeatability, top: float) -> str:
    left, right, head, foot = 60.0, WIDTH - 120, top + 44, top + PANEL - 44
    low, high = min(pair.mean for pair in found.pairs), max(pair.mean for pair in found.pairs)
    reach = 1.15 * max(abs(found.limit_low), abs(found.limit_high), *(abs(p.difference) for p in found.pairs), 1.0)

    def y(value: float) -> float:
        return (head + foot) / 2 - value / reach * (foot - head) / 2

    def x(pair: Pair) -> float:
        return left + (right - left) * (pair.mean - low) / max(high - low, 1.0)

    title = f"{found.view}{', ' + found.camera if found.camera else ''}: {found.subjects} subjects, SEM {found.sem:.1f}"
    lines = "".join(
        f'<path class="b {kind}" d="M{left} {y(value):.1f}H{right}"/><text x="{right + 6}" y="{y(value) + 4:.1f}">'
        f"{said} {value:+.1f}</text>"
        for said, value, kind in (
            ("bias", found.bias, ""),
            ("upper", found.limit_high, "l"),
            ("lower", found.limit_low, "l"),
        )
    )
    dots = "".join(f'<circle cx="{x(p):.1f}" cy="{y(p.difference):.1f}" r="4" fill="#8a4b08"/>' for p in found.pairs)
    axis = f"mean of two shots, {low:.0f} to {high:.0f}; upwards: later less earlier shot, points"
    return (
        f'<text x="{left}" y="{top + 24}">{escape(title)}</text><path class="a" d="M{left} {y(0):.1f}H{right}"/>'
        f'<text x="{left - 8}" y="{y(0) + 4:.1f}" text-anchor="end">0</text>{lines}{dots}'
        f'<text x="{left}" y="{foot + 30}">{axis}</text>'
    )
