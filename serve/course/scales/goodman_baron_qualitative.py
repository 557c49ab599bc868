"""Goodman and Baron's qualitative grade, 1 to 4 (Dermatol Surg 2006; 32: 1458-1466).

1 macular: flat marks, a matter of colour. 2 mild: not obvious from 50 cm, or easily covered. 3 moderate: obvious from
50 cm, flattened by stretching the skin. 4 severe: not flattened by stretching. A photo shows no stretching, so 3 and 4
are told apart only if somebody has tried. Grade 0, nothing visible, is this project's own extension.
"""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.answer import Part, Scale, part, value_of
from scarscore.serve.course.scales.items import checked

SOURCE = "Goodman and Baron 2006, Dermatol Surg 32:1458"
_UNTRIED = "grades 3 and 4 differ by stretching the skin, which a photo cannot show"
_EXTENSION = "grade 0 (none visible) is an extension; the scale begins at 1"


def goodman_baron_qualitative(grade_set: Sequence[int], findings: Sequence[Finding] = ()) -> Scale:
    """The grade, or the range of grades, from a photo's grade set (0 to 4) and what a practitioner entered.

    `photo_grade` replaces the network's set; `stretch_flattens` decides between 3 and 4. Raises UsageError for a
    finding that is out of range.
    """
    told = checked(findings)
    entered = value_of(told, "photo_grade")
    photo = tuple(grade_set) if entered is None else (int(entered),)
    grades = _stretched(photo, value_of(told, "stretch_flattens"))
    first = part(told, "photo_grade", photo[0], photo[-1]) if entered is not None else _proposed(photo)
    untried = 3 in grades and 4 in grades and value_of(told, "stretch_flattens") is None
    stretch = part(told, "stretch_flattens", grades[0], grades[-1], _UNTRIED if untried else "")
    missing = ("stretch_flattens",) if untried else ()
    notes = (_EXTENSION,) if grades[0] == 0 else ()
    return Scale("Goodman-Baron qualitative", grades[0], grades[-1], 4, (first, stretch), missing, SOURCE, notes)


def _stretched(photo: tuple[int, ...], flattens: float | None) -> tuple[int, ...]:
    """The grades that fit; of a photo that could be 3 or 4, both fit until somebody has stretched the skin."""
    if not {3, 4} & set(photo):
        return photo
    below = tuple(grade for grade in photo if grade < 3)
    if flattens is None:
        return (*below, 3, 4)
    return (*below, 3 if flattens else 4)


def _proposed(photo: tuple[int, ...]) -> Part:
    return Part("photo_grade", float(photo[0]) if len(photo) == 1 else None, photo[0], photo[-1], MODEL)
